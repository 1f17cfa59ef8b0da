"""Steps that move windows in time: cut, shift, rate jitter."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from onsets.augment.step import Step
from onsets.augment.waves import Draw, Waves, slices, turn

__all__ = ["Cut", "RateJitter", "Shift"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(Step):
    """Cut a window from each record, its anchor at a random place.

    Attributes
    ----------
    anchor : str
        ``first`` labelled arrival, ``P``, ``S``, ``any`` labelled arrival at random, or ``start`` of the
        record. A record that lacks the arrival takes the first there is; noise is cut anywhere.
    place : tuple of float
        Where the anchor comes to lie, as a share of the window between these two; beyond 0 to 1 it
        falls outside. Windows reach beyond the record's ends where they must.
    before : float
        Share of windows that end before their anchor instead: noise cut from events (PhaseNet, CPIC).
    jitter : float
        Play each window at a speed between 1 / jitter and jitter, evenly in its logarithm: 1.6 halves
        or doubles frequencies at most by that. Values between samples are interpolated linearly.
    speeds : tuple of float or None
        Instead of a jitter: slowest and fastest speed, evenly in its logarithm. 0.25 makes of an event
        with S-P of 2 s one of 8 s. Interpolated by cubics, since the slow ones show what lines do to
        high frequencies; a window played faster is smoothed first, so that nothing is folded.
    """

    anchor: Literal["first", "P", "S", "any", "start"] = "first"
    place: tuple[float, float] = (0.0, 1.0)
    before: float = 0.0
    jitter: float = 1.0
    speeds: tuple[float, float] | None = None

    def checks(self) -> dict[str, bool]:
        """Return for each option with bounds whether it lies in them."""
        all_of_them = self.probability == 1 and self.half == 0 and self.on == "all"
        return {
            "place": self.place[0] <= self.place[1],
            "before": 0 <= self.before <= 1,
            "jitter": self.jitter >= 1 and (self.jitter == 1 or self.speeds is None),
            "speeds": self.speeds is None or 0 < self.speeds[0] <= self.speeds[1],
            "probability": all_of_them and self.snr_above_db is None,
        }

    def change(self, waves: Waves, draw: Draw) -> Waves:
        """Return windows of ``draw.samples`` samples."""
        batch, n = len(waves), draw.samples
        factor = self._speed(waves, draw)
        place = n * draw.uniform(waves.data, batch, *self.place).double()
        anywhere = draw.uniform(waves.data, batch).double() * (waves.length - n * factor).clamp_min(0)
        anchor = self._anchor(waves, draw)
        start = torch.where(anchor.isfinite(), anchor - place * factor, anywhere)
        if self.before:
            first = waves.arrivals[:, 0].nan_to_num(torch.inf, torch.inf, torch.inf).amin(dim=1)
            latest = first - n * factor - 1
            earlier = latest - draw.uniform(waves.data, batch).double() * latest.clamp_min(0)
            quiet = draw.uniform(waves.data, batch) < self.before
            start = torch.where(quiet & first.isfinite(), earlier, start)
        if self.jitter == 1 and self.speeds is None:
            start = start.round()
            data = slices(waves.data, start.long(), n)
        elif self.speeds is None:
            data = _at(waves.data, start[:, None] + torch.arange(n, device=start.device) * factor[:, None])
        else:
            data = _played(waves.data, start, factor, n)
        return dataclasses.replace(
            waves,
            data=data,
            arrivals=(waves.arrivals - start[:, None, None]) / factor[:, None, None],
            length=torch.full_like(waves.length, n),
            coda=(waves.coda - start) / factor,
        )

    def _speed(self, waves: Waves, draw: Draw) -> Tensor:
        """Return how fast each window is played, float64, shape (batch,)."""
        if self.speeds is None:
            return self.jitter ** draw.uniform(waves.data, len(waves), -1, 1).double()
        slowest, fastest = (math.log(speed) for speed in self.speeds)
        return draw.uniform(waves.data, len(waves), slowest, fastest).double().exp()

    def _anchor(self, waves: Waves, draw: Draw) -> Tensor:
        """Return the sample that is placed, infinite for noise."""
        if self.anchor == "start":
            return torch.zeros_like(waves.coda) + self.place[0] * draw.samples
        pair = waves.arrivals[:, 0]
        known = pair.nan_to_num(torch.inf, torch.inf, torch.inf)
        first = known.amin(dim=1)
        if self.anchor == "first":
            return first
        if self.anchor == "any":
            column = (draw.uniform(pair, len(waves)) < 0.5).long()
        else:
            column = torch.full((len(waves),), int(self.anchor == "S"), device=pair.device)
        wanted = known.gather(1, column[:, None])[:, 0]
        return torch.where(wanted.isfinite(), wanted, first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift(Step):
    """Turn a window round: what leaves at its end comes back at its start (EQTransformer).

    An event moves later by 1 to (samples - end of its coda) samples, so that its coda stays whole; one
    whose coda fills the window stays. Noise turns by any number of samples.
    """

    def change(self, waves: Waves, draw: Draw) -> Waves:
        """Return the windows turned."""
        return self.change_rows(waves, torch.arange(len(waves), device=waves.data.device), draw)

    def change_rows(self, waves: Waves, rows: Tensor, draw: Draw) -> Waves:
        """Return the batch with some windows turned."""
        n = waves.samples
        room = torch.where(waves.has_event, n - waves.coda.clamp(0, n), n).floor()[rows]
        shift = draw.integers(1, room + 1).clamp(0, n)
        shift = torch.where(room >= 1, shift, 0)
        turn(waves.data, rows, shift)
        by = torch.zeros_like(waves.coda).index_add_(0, rows, shift.to(waves.coda))
        return dataclasses.replace(waves, arrivals=waves.arrivals + by[:, None, None], coda=waves.coda + by)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateJitter(Step):
    """Play windows faster or slower around their middle, as a record of another rate would look.

    Attributes
    ----------
    factor : float
        Speed between 1 / factor and factor, evenly in its logarithm. Interpolated linearly; a window
        played faster ends in zeros.
    """

    factor: float = 1.2

    def checks(self) -> dict[str, bool]:
        """Return for each option with bounds whether it lies in them."""
        return {"factor": self.factor >= 1}

    def change(self, waves: Waves, draw: Draw) -> Waves:
        """Return the windows at another speed."""
        n, middle = waves.samples, (waves.samples - 1) / 2
        speed = self.factor ** draw.uniform(waves.data, len(waves), -1, 1).double()
        at = middle + (torch.arange(n, device=speed.device) - middle) * speed[:, None]
        return dataclasses.replace(
            waves,
            data=_at(waves.data, at),
            arrivals=middle + (waves.arrivals - middle) / speed[:, None, None],
            coda=middle + (waves.coda - middle) / speed,
        )


def _at(data: Tensor, at: Tensor) -> Tensor:
    """Return values at fractional places ``(batch, samples)``: linear between samples, 0 outside."""
    length = data.shape[2]
    inside = ((at >= 0) & (at <= length - 1))[:, None]
    floor = at.floor().clamp(0, max(0, length - 2))
    share = (at - floor).float()[:, None]
    left = floor.long()[:, None].expand(-1, data.shape[1], -1)
    a, b = data.gather(2, left), data.gather(2, (left + 1).clamp_max(length - 1))
    return (a * (1 - share) + b * share) * inside


def _played(data: Tensor, start: Tensor, speed: Tensor, samples: int) -> Tensor:
    """Cut windows from their own starts and play them at their own speeds.

    Parameters
    ----------
    data : Tensor, shape (batch, components, length)
    start : Tensor of float64, shape (batch,)
        Fractional sample a window begins with.
    speed : Tensor of float64, shape (batch,)
        Samples of the record to one of the window.
    samples : int

    Returns
    -------
    Tensor, shape (batch, components, samples)
        Zero beyond the record and where its nearest sample is an exact zero.

    Notes
    -----
    Catmull-Rom cubics through four samples. What is faster than the record by more than a twentieth
    is smoothed by a windowed sinc that cuts at 0.45 of the new rate.
    """
    out = data.new_zeros(len(data), data.shape[1], samples)
    for row in range(len(data)):  # each needs its own stretch of the record
        pace = float(speed[row])
        first = max(0, math.floor(float(start[row])) - HALF)
        last = min(data.shape[2], math.ceil(float(start[row]) + pace * samples) + HALF)
        if last - first > 4:
            stretch = _smoothed(data[row, :, first:last], pace)
            at = float(start[row]) - first + torch.arange(samples, device=data.device) * pace
            out[row] = _cubic(stretch, at) * _recorded(data[row, :, first:last], at)
    return out


HALF = 32
"""Samples on either side that a smoothing filter reaches."""


def _smoothed(data: Tensor, speed: float) -> Tensor:
    """Take away what would be folded when rows are played faster."""
    if speed <= 1.05:
        return data
    place = torch.arange(-HALF, HALF + 1, device=data.device)
    taps = torch.sinc(0.9 * place / speed) * torch.hann_window(2 * HALF + 3, periodic=False)[1:-1].to(
        data.device
    )
    return functional.conv1d(data[:, None], (taps / taps.sum())[None, None], padding=HALF)[:, 0]


def _cubic(data: Tensor, at: Tensor) -> Tensor:
    """Return rows at fractional places by Catmull-Rom cubics; the ends are held."""
    floor = at.floor()
    share = (at - floor).float()
    a, b, c, d = (data[:, (floor.long() + k).clamp(0, data.shape[1] - 1)] for k in (-1, 0, 1, 2))
    bent = 2 * a - 5 * b + 4 * c - d + share * (3 * (b - c) + d - a)
    return b + 0.5 * share * (c - a + share * bent)


def _recorded(data: Tensor, at: Tensor) -> Tensor:
    """Say at which fractional places rows hold a sample that was recorded."""
    inside = (at >= 0) & (at <= data.shape[1] - 1)
    return inside & (data[:, at.round().long().clamp(0, data.shape[1] - 1)] != 0)
