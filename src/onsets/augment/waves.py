"""A batch of labelled windows on its way through augmentation, and the chance it is dealt."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional

__all__ = ["Draw", "Waves", "slices", "turn"]


@dataclass(frozen=True, slots=True, eq=False)
class Waves:
    """Windows (or whole records, before they are cut) with their arrivals.

    Attributes
    ----------
    data : Tensor of float32, shape (batch, components, samples)
        Rows Z N E without their mean. Exact zeros are samples that were not recorded: gaps, absent
        components, what lies beyond a record's end.
    arrivals : Tensor of float64, shape (batch, events, 2)
        P and S of each event, samples, fractional; outside 0 to samples where the window was cut
        elsewhere. NaN: there, but not labelled. Infinite: not there; all of a noise record.
    length : Tensor of int64, shape (batch,)
        Samples from the start that were recorded.
    coda : Tensor of float64, shape (batch,)
        Where the first event's coda ends, samples; 0 for noise.
    snr_db : Tensor of float32, shape (batch,)
        Signal-to-noise ratio of the first event as the dataset gives it, NaN if unknown.
    """

    data: Tensor
    arrivals: Tensor
    length: Tensor
    coda: Tensor
    snr_db: Tensor

    def __len__(self) -> int:
        return len(self.data)

    @property
    def samples(self) -> int:
        """Length of the data with padding."""
        return int(self.data.shape[2])

    @property
    def has_event(self) -> Tensor:
        """Which windows come from a record with an arrival, bool, shape (batch,)."""
        return ~self.arrivals.isinf().all(dim=2).all(dim=1)

    def take(self, rows: Tensor) -> Waves:
        """Return some of the windows, as a copy."""
        return Waves(*(getattr(self, field.name)[rows] for field in dataclasses.fields(self)))

    def put(self, rows: Tensor, part: Waves) -> Waves:
        """Return the windows with some replaced; the data are changed in place."""
        more = part.arrivals.shape[1] - self.arrivals.shape[1]
        values = {"arrivals": functional.pad(self.arrivals, (0, 0, 0, more), value=torch.inf)}
        for field in dataclasses.fields(self):
            whole = values.get(field.name, getattr(self, field.name))
            values[field.name] = whole.index_copy_(0, rows, getattr(part, field.name))
        return Waves(**values)

    def to(self, device: torch.device | str) -> Waves:
        """Return the same on a device."""
        return Waves(*(getattr(self, field.name).to(device) for field in dataclasses.fields(self)))


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """Where steps get their chance from, and what they may add.

    Attributes
    ----------
    generator : Generator
        All chance comes from it. On the CPU it gives the same numbers for every device.
    samples : int
        Length of a window.
    rate_hz : float
        Samples a second.
    noise : Tensor of float32, shape (stretches, components, samples), or None
        Recorded noise.
    """

    generator: Generator
    samples: int
    rate_hz: float = 100.0
    noise: Tensor | None = None

    def uniform(
        self, like: Tensor, shape: int | Sequence[int], low: float = 0.0, high: float = 1.0
    ) -> Tensor:
        """Return numbers between two bounds on the device of a tensor, float32."""
        size = (shape,) if isinstance(shape, int) else tuple(shape)
        drawn = torch.rand(size, generator=self.generator, device=self.generator.device)
        return low + (high - low) * drawn.to(like.device)

    def normal(self, like: Tensor) -> Tensor:
        """Return numbers of variance 1 in the shape and on the device of a tensor."""
        drawn = torch.randn(like.shape, generator=self.generator, device=self.generator.device)
        return drawn.to(like.device)

    def integers(self, low: Tensor | int, high: Tensor) -> Tensor:
        """Return whole numbers from ``low`` up to, not including, ``high``, one for each of ``high``."""
        share = self.uniform(high, high.shape).to(torch.float64)
        return (low + (share * (high - low)).floor()).long()


def slices(data: Tensor, start: Tensor, samples: int) -> Tensor:
    """Cut each row from its own start; zeros beyond both ends.

    Parameters
    ----------
    data : Tensor, shape (batch, components, length)
    start : Tensor of int64, shape (batch,)
    samples : int

    Returns
    -------
    Tensor, shape (batch, components, samples)
        A copy.
    """
    if data.device.type == "cpu":  # row by row is three times as fast there
        out = torch.zeros(*data.shape[:2], samples, dtype=data.dtype)
        for row, target, first in zip(data, out, start.tolist(), strict=True):
            a, b = max(0, first), min(data.shape[2], first + samples)
            if a < b:
                target[:, a - first : b - first] = row[:, a:b]
        return out
    return _slices_at_once(data, start, samples)


def _slices_at_once(data: Tensor, start: Tensor, samples: int) -> Tensor:
    before = max(0, -int(start.min()))
    after = max(0, int(start.max()) + samples - data.shape[2])
    padded = functional.pad(data, (before, after)) if before or after else data
    rows = torch.arange(len(data), device=data.device)
    return padded.unfold(2, samples, 1)[rows, :, start + before]


def turn(data: Tensor, rows: Tensor, shift: Tensor) -> None:
    """Turn some rows round, in place: what leaves at the end comes in at the start.

    Parameters
    ----------
    data : Tensor, shape (batch, components, samples)
        Changed.
    rows : Tensor of int64, shape (k,)
    shift : Tensor of int64, shape (k,)
        0 to samples.
    """
    if data.device.type == "cpu":  # row by row, each stays in the cache
        for row, by in zip(rows.tolist(), shift.tolist(), strict=True):
            data[row] = torch.roll(data[row], by, dims=1)
    else:
        _turn_at_once(data, rows, shift)


def _turn_at_once(data: Tensor, rows: Tensor, shift: Tensor) -> None:
    n, part = data.shape[2], data[rows]
    data[rows] = _slices_at_once(torch.cat([part, part], dim=2), n - shift, n)
