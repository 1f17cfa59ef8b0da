"""Intervals between P and S, and where a phase may be that nobody labelled."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["intervals", "unlabelled"]


def intervals(arrivals: Tensor, samples: int, *, stretch: float = 1.0) -> Tensor:
    """Mark each event from its P on, over a multiple of S - P, the end left out.

    Parameters
    ----------
    arrivals : Tensor, shape (batch, events, 2)
        P and S, samples; an event without both is not marked. P may lie before the window.
    samples : int
        Length of the window.
    stretch : float
        Length in units of S - P: 1.4 for the detection of EQTransformer and LEQNet, 1 for MSNet's
        auxiliary interval.

    Returns
    -------
    Tensor of float32, shape (batch, samples)
        1 inside an event, else 0.

    Notes
    -----
    Older versions of EQTransformer's program end the detection at S + 1.4 (S - P) when records are
    held in memory; its paper and LEQNet's at S + 0.4 (S - P).

    Examples
    --------
    >>> intervals(torch.tensor([[[1.0, 3.0]]]), 6, stretch=1.5)
    tensor([[0., 1., 1., 1., 0., 0.]])
    """
    p, s = arrivals[..., :1], arrivals[..., 1:]
    known = p.isfinite() & s.isfinite()
    edges = torch.cat([torch.where(known, p, 0.0), torch.where(known, p + stretch * (s - p), 0.0)], dim=2)
    at = edges.ceil().clamp(0, samples).long().flatten(1)
    step = torch.tensor([1.0, -1.0], device=arrivals.device).repeat(arrivals.shape[1]).expand(at.shape)
    inside = torch.zeros(len(at), samples + 1, device=arrivals.device).scatter_add_(1, at, step)
    return inside.cumsum(dim=1)[:, :samples].clamp(0, 1)


def unlabelled(arrivals: Tensor, values: int, *, step: int = 1, margin: int = 30) -> Tensor:
    """Mark where a phase may begin that has no label: such values must not count as noise.

    Parameters
    ----------
    arrivals : Tensor, shape (batch, events, 2)
        P and S, samples. NaN: there, but not labelled. Infinite: not there.
    values, step : int
        Number of values of a window, and samples of each.
    margin : int
        Samples around the labelled phase that still count.

    Returns
    -------
    Tensor of bool, shape (batch, values)
        True after a P without S, before an S without P, and everywhere for an event without both.
    """
    p, s = arrivals[..., :1], arrivals[..., 1:]
    at = torch.arange(values, device=arrivals.device) * step
    hidden = s.isnan() & ((at > p + margin) | p.isnan()) | (p.isnan() & (at < s - margin))
    return hidden.any(dim=1)
