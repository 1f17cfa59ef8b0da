"""Steps that move windows in time: cut, shift, rate jitter."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

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
    """

    anchor: Literal["first", "P", "S", "any", "start"] = "first"
    place: tuple[float, float] = (0.0, 1.0)
    before: float = 0.0
    jitter: float = 1.0

    def checks(self) -> dict[str, bool]:
        """Return for each option with bounds whether it lies in them."""
        all_of_them = self.probability == 1 and self.half == 0 and self.on == "all"
        return {
            "place": self.place[0] <= self.place[1],
            "before": 0 <= self.before <= 1,
            "jitter": self.jitter >= 1,
            "probability": all_of_them and self.snr_above_db is None,
        }

    def change(self, waves: Waves, draw: Draw) -> Waves:
        """Return windows of ``draw.samples`` samples."""
        batch, n = len(waves), draw.samples
        factor = self.jitter ** draw.uniform(waves.data, batch, -1, 1).double()
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
        if self.jitter == 1:
            start = start.round()
            data = slices(waves.data, start.long(), n)
        else:
            data = _at(waves.data, start[:, None] + torch.arange(n, device=start.device) * factor[:, None])
        return dataclasses.replace(
            waves,
            data=data,
            arrivals=(waves.arrivals - start[:, None, None]) / factor[:, None, None],
            length=torch.full_like(waves.length, n),
            coda=(waves.coda - start) / factor,
        )

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
