"""Augmentations, each over a whole batch ``(batch, components, samples)`` in torch.

All randomness comes from the generator that is handed in; component order is Z N E.
"""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor

__all__ = ["cut_shifted", "drop_components", "flip_polarity", "insert_gap", "mix", "rotate_horizontal"]


def _uniform(count: int, low: float, high: float, generator: Generator) -> Tensor:
    return low + (high - low) * torch.rand(count, generator=generator)


def _chosen(count: int, probability: float, generator: Generator) -> Tensor:
    return torch.rand(count, generator=generator) < probability


def cut_shifted(store: Tensor, index: Tensor, start: Tensor, factor: Tensor, samples: int) -> Tensor:
    """Cut windows at any fractional start and play them ``factor`` times as fast.

    Parameters
    ----------
    store : Tensor, shape (records, components, length)
        Records, zero-padded at their end.
    index : Tensor of int64, shape (batch,)
        Which record.
    start : Tensor, shape (batch,)
        First sample in the record; may lie outside, where zeros are read.
    factor : Tensor, shape (batch,)
        Record samples per window sample (2 halves all periods: a rate jitter).
    samples : int
        Window length.

    Returns
    -------
    Tensor, shape (batch, components, samples)
        Linear interpolation between the record's samples. Nothing is filtered first: above a factor
        of 1, periods below ``2 * factor`` samples fold back.
    """
    length = store.shape[2]
    at = start[:, None] + torch.arange(samples) * factor[:, None]
    inside = ((at >= 0) & (at <= length - 1))[:, None]
    floor = at.floor().clamp(0, length - 2)
    weight = (at - floor).float()[:, None]
    left = floor.long()[:, None].expand(-1, store.shape[1], -1)
    rows = store[index]
    a, b = rows.gather(2, left), rows.gather(2, left + 1)
    return (a * (1 - weight) + b * weight) * inside


def mix(
    windows: Tensor, others: Tensor, probability: float, low_db: float, high_db: float, generator: Generator
) -> Tensor:
    """Add other windows (noise, a second event) at a random signal-to-noise ratio.

    Parameters
    ----------
    windows, others : Tensor, shape (batch, components, samples)
    probability : float
        Share of the batch that is changed.
    low_db, high_db : float
        Range of the ratio of the peaks of window and addition, dB.

    Returns
    -------
    Tensor, shape (batch, components, samples)
    """
    batch = windows.shape[0]
    peak = windows.abs().amax(dim=(1, 2)).clamp_min(1e-20)
    other = others.abs().amax(dim=(1, 2)).clamp_min(1e-20)
    ratio = 10 ** (-_uniform(batch, low_db, high_db, generator) / 20)
    scale = torch.where(_chosen(batch, probability, generator), peak / other * ratio, torch.zeros(batch))
    return windows + others * scale[:, None, None]


def drop_components(windows: Tensor, probability: float, generator: Generator) -> Tensor:
    """Zero both horizontals (half of the time), or one random component.

    A window that would be left without any signal stays as it is: its label would be of nothing.
    """
    batch = windows.shape[0]
    keep = torch.ones(batch, 3)
    chosen = _chosen(batch, probability, generator)
    both = chosen & _chosen(batch, 0.5, generator)
    one = chosen & ~both
    keep[both, 1:] = 0
    which = torch.randint(0, 3, (batch,), generator=generator)
    keep[one, which[one]] = 0
    dropped = windows * keep[:, :, None]
    empty = dropped.abs().amax(dim=(1, 2), keepdim=True) == 0
    return torch.where(empty, windows, dropped)


def flip_polarity(windows: Tensor, generator: Generator) -> Tensor:
    """Turn the sign of all components of half of the windows."""
    sign = torch.where(_chosen(windows.shape[0], 0.5, generator), 1.0, -1.0)
    return windows * sign[:, None, None]


def rotate_horizontal(windows: Tensor, probability: float, generator: Generator) -> Tensor:
    """Rotate N and E by a random angle, as an unknown sensor orientation does."""
    batch = windows.shape[0]
    chosen = _chosen(batch, probability, generator)
    angle = _uniform(batch, 0.0, 2 * math.pi, generator) * chosen
    cos, sin = angle.cos()[:, None], angle.sin()[:, None]
    z, n, e = windows.unbind(1)
    return torch.stack([z, cos * n - sin * e, sin * n + cos * e], dim=1)


def insert_gap(windows: Tensor, probability: float, longest: int, generator: Generator) -> Tensor:
    """Zero a random stretch of all components, as a filled gap looks after normalising."""
    batch, _, samples = windows.shape
    chosen = _chosen(batch, probability, generator)
    length = _uniform(batch, 1, longest, generator) * chosen
    first = _uniform(batch, 0, samples, generator)
    at = torch.arange(samples)
    gap = (at >= first[:, None]) & (at < (first + length)[:, None])
    return windows * ~gap[:, None]
