"""Curves around arrivals: the target of each phase as a number from 0 to 1 at each sample.

All take arrivals of any number of events and return, for each phase, the highest of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

__all__ = ["box_curves", "gaussian_curves", "triangle_curves"]


def gaussian_curves(arrivals: Tensor, samples: int, *, sigma: float, reach: tuple[float, float]) -> Tensor:
    """Draw ``exp(-d^2 / (2 sigma^2))`` at distance d from each arrival, cut to a reach.

    Parameters
    ----------
    arrivals : Tensor, shape (batch, events, phases)
        Samples, may be fractional; what is NaN, infinite or outside the window draws nothing.
    samples : int
        Length of the window.
    sigma : float
        Samples.
    reach : tuple of float
        Samples before and after the arrival that are drawn, both included.

    Returns
    -------
    Tensor of float32, shape (batch, phases, samples)

    Notes
    -----
    EQTransformer's program: sigma 10, reach (20, 19). PhaseNet's: width 30, so sigma 6, reach (15, 15).

    Examples
    --------
    >>> gaussian_curves(torch.tensor([[[2.0]]]), 5, sigma=1, reach=(1, 1))[0, 0]
    tensor([0.0000, 0.6065, 1.0000, 0.6065, 0.0000])
    """
    return _stamp(arrivals, samples, reach, lambda d: torch.exp(-(d**2) / (2 * sigma**2)))


def triangle_curves(arrivals: Tensor, samples: int, *, half_width: float) -> Tensor:
    """Draw ``1 - |d| / half_width``: 1 at the arrival, 0 half a width away (EQTransformer's paper: 20).

    Parameters and result as for :func:`gaussian_curves`.
    """
    return _stamp(arrivals, samples, (half_width, half_width), lambda d: 1 - d.abs() / half_width)


def box_curves(arrivals: Tensor, samples: int, *, half_width: float) -> Tensor:
    """Draw 1 up to ``half_width`` samples from the arrival, included.

    Parameters and result as for :func:`gaussian_curves`.
    """
    return _stamp(arrivals, samples, (half_width, half_width), torch.ones_like)


def _stamp(
    arrivals: Tensor, samples: int, reach: tuple[float, float], shape: Callable[[Tensor], Tensor]
) -> Tensor:
    """Draw only the samples within reach, so that the cost does not grow with the window."""
    batch, _, phases = arrivals.shape
    before, after = math.ceil(reach[0]), math.ceil(reach[1])
    inside = (arrivals >= 0) & (arrivals < samples)
    at = torch.where(inside, arrivals, -1e9)[..., None]
    place = at.floor() + torch.arange(-before, after + 2, device=arrivals.device)
    distance = place - at
    drawn = (distance >= -reach[0]) & (distance <= reach[1]) & (place >= 0) & (place < samples)
    value = torch.where(drawn, shape(distance), 0.0).float()
    flat = place.clamp(0, samples - 1).long().transpose(1, 2).reshape(batch, phases, -1)
    out = torch.zeros(batch, phases, samples, device=arrivals.device)
    return out.scatter_reduce_(2, flat, value.transpose(1, 2).reshape(batch, phases, -1), "amax")
