"""How much each sample counts, and the one class of a whole window."""

from __future__ import annotations

import torch
from torch import Tensor

from onsets.labels.intervals import intervals

__all__ = ["window_curves", "yu_weights"]


def yu_weights(
    curves: Tensor, arrivals: Tensor, *, onset: float = 5.0, interval: float = 5.0, background: float = 0.1
) -> Tensor:
    """Weigh samples as Yu et al. (2020): onsets, what lies between P and S, and the rest.

    Parameters
    ----------
    curves : Tensor, shape (batch, phases, samples)
        Targets; a sample with any above 0 is an onset.
    arrivals : Tensor, shape (batch, events, 2)
    onset, interval, background : float
        The paper: 5 for positives and the whole interval from P to S, 0.1 elsewhere.

    Returns
    -------
    Tensor, shape (batch, samples)

    References
    ----------
    Yu, Z., Chu, R., Sheng, M., Ma, H. (2020). Acta Seismologica Sinica 42 (3), 269-282.
    """
    between = intervals(arrivals, curves.shape[-1]) > 0
    weight = torch.where(between, interval, background)
    return torch.where((curves > 0).any(dim=1), onset, weight)


def window_curves(
    arrivals: Tensor, *, place: float, tolerance: float, margin: float
) -> tuple[Tensor, Tensor]:
    """Say of each window whether P or S lies at its reference place, else noise (CPIC).

    Parameters
    ----------
    arrivals : Tensor, shape (batch, events, phases)
        Samples.
    place : float
        Where in the window an onset makes it one of that phase, samples.
    tolerance : float
        Samples from there that still count.
    margin : float
        Windows with an arrival between tolerance and margin are neither: their weight is 0.

    Returns
    -------
    curves : Tensor of float32, shape (batch, phases, 1)
        1 for the phase nearest to the place, if any is within the tolerance.
    weight : Tensor of float32, shape (batch, 1)
    """
    distance = (arrivals - place).abs().nan_to_num(torch.inf, torch.inf, torch.inf).amin(dim=1)
    nearest, phase = distance.min(dim=1, keepdim=True)
    hit = nearest <= tolerance
    curves = torch.zeros_like(distance).scatter_(1, phase, hit.to(distance.dtype))
    weight = (hit | (nearest > margin)).float()
    return curves[..., None].float(), weight
