"""LPPN's targets: the class of each segment and the onset's offset in it."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["segment_targets"]


def segment_targets(arrivals: Tensor, segments: int, stride: int) -> tuple[Tensor, Tensor]:
    """Mark the one segment that holds each arrival.

    Parameters
    ----------
    arrivals : Tensor, shape (batch, phases)
        Sample index of P, S (fractional); NaN where absent or outside.
    segments, stride : int
        Number of segments and samples in each.

    Returns
    -------
    classes : Tensor of int64, shape (batch, segments)
        0 noise, 1 + k where phase k begins; the later phase wins a shared segment.
    offsets : Tensor of float32, shape (batch, segments)
        Samples from the segment's start to the arrival; NaN in noise segments.

    Examples
    --------
    >>> classes, offsets = segment_targets(torch.tensor([[9.0, float("nan")]]), segments=3, stride=8)
    >>> classes.tolist(), offsets[0, 1].item()
    ([[0, 1, 0]], 1.0)
    """
    batch, phases = arrivals.shape
    classes = torch.zeros(batch, segments, dtype=torch.int64, device=arrivals.device)
    offsets = torch.full((batch, segments), float("nan"), device=arrivals.device)
    for k in range(phases):
        cell = torch.nan_to_num(arrivals[:, k].div(stride, rounding_mode="floor"), nan=-1.0).long()
        row = ((cell >= 0) & (cell < segments)).nonzero().flatten()
        classes[row, cell[row]] = 1 + k
        offsets[row, cell[row]] = (arrivals[row, k] - cell[row] * stride).float()
    return classes, offsets
