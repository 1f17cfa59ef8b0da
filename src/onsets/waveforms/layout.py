"""Where the samples of one record come from, and the record made of them, whole or piece by piece."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.types import COMPONENTS, Float32, Mask, Record
from onsets.waveforms._parts import Name, Part, by_component, order
from onsets.waveforms._row import Row
from onsets.waveforms.pieces import Head, Piece, spans
from onsets.waveforms.quality import clipped_samples, dead_components
from onsets.waveforms.resample import interpolate, reach_samples, true_runs

__all__ = ["Layout", "lay"]

SNAP = 0.01
"""Offsets from the grid up to this share of a sample are rounding of time stamps."""
DRIFT = 0.05
"""Samples by which a slightly different rate may carry the end of a trace off the grid."""
SHIFTED_AGREE = 0.02
"""Overlapping samples of traces between which lie sub-sample shifts agree within this share."""


@dataclass(frozen=True, slots=True)
class _Grid:
    """Times of the samples of a record: sample 0 is ``first`` samples after ``zero_ns``."""

    zero_ns: int
    rate_hz: float
    first: int = 0

    def place(self, time_ns: int) -> float:
        """Return the place of a time, in samples."""
        return (time_ns - self.zero_ns) * self.rate_hz / 1e9 - self.first

    def nearest(self, time_ns: int) -> tuple[int, float]:
        """Return the nearest sample and how far after it a time is, in samples."""
        place = self.place(time_ns)
        return round(place), place - round(place)

    def end(self, part: Part) -> int:
        """Return the index after a trace's last sample."""
        trace = part.trace
        return self.nearest(trace.start_ns)[0] + _count(len(trace.data), self.rate_hz / trace.rate_hz)

    def holds(self, part: Part) -> bool:
        """Whether a trace's samples fall on this grid."""
        trace = part.trace
        drift = abs(trace.rate_hz / self.rate_hz - 1) * len(trace.data)
        return abs(self.nearest(trace.start_ns)[1]) <= SNAP * 1.0001 and drift <= DRIFT


def _count(samples: int, ratio: float) -> int:
    """Samples at another rate that span as much time."""
    return samples if ratio == 1 else round((samples - 1) * ratio) + 1


class _Place:
    """Where the traces of one component lie on the grid.

    Parameters
    ----------
    parts : list of Part
        By time.
    grid : _Grid
    """

    def __init__(self, parts: list[Part], grid: _Grid) -> None:
        self.parts = tuple(parts)
        on = [part for part in parts if grid.holds(part)]
        self._traces = [part.trace for part in on]
        self._begins = np.array([grid.nearest(part.start_ns)[0] for part in on], dtype=np.int64)
        ends = self._begins + np.array([len(trace.data) for trace in self._traces], dtype=np.int64)
        self._reached = np.maximum.accumulate(ends) if len(ends) else ends
        self.others: list[tuple[_Grid, list[Part]]] = []
        """Traces whose samples lie between those of the grid, by a grid of their own."""
        for part in parts:
            if grid.holds(part):
                continue
            rate = part.trace.rate_hz
            same = (some for other, some in self.others if other.rate_hz == rate and other.holds(part))
            if (some := next(same, None)) is None:
                self.others.append((_Grid(part.start_ns, rate), [part]))
            else:
                some.append(part)

    def within(self, a: int, b: int) -> Iterator[tuple[int, npt.NDArray[Any]]]:
        """Yield the samples of traces on the grid from a to b, each with the index of its first."""
        first = int(np.searchsorted(self._reached, a, side="right"))
        last = int(np.searchsorted(self._begins, b))
        for at, trace in zip(self._begins[first:last].tolist(), self._traces[first:last], strict=True):
            begin, end = max(a - at, 0), min(b - at, len(trace.data))
            if begin < end:
                yield at + begin, trace.data[begin:end]


def lay(parts: list[Part], rate_hz: float, name: Name) -> Layout:
    """Find the grid of one stretch of traces and each component's share of them."""
    rows = by_component(parts, name)
    used = [part for row in rows for part in row]
    zero_ns = min((rows[0] or used), key=order).start_ns
    grid = _Grid(zero_ns, rate_hz)
    grid = _Grid(zero_ns, rate_hz, min(grid.nearest(part.start_ns)[0] for part in used))
    samples = max(grid.end(part) for part in used)
    start_ns = zero_ns + round(grid.first * 1e9 / rate_hz)
    head = Head(name.station_id, name.prefix, start_ns, rate_hz, samples)
    return Layout(head, grid, tuple(_Place(row, grid) for row in rows), name)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """One record to be: its traces on their grid.

    Attributes
    ----------
    head : Head
    grid : _Grid
    rows : tuple of _Place
        Traces of Z, N and E.
    name : Name
        Takes what there is to say about the record.
    """

    head: Head
    grid: _Grid
    rows: tuple[_Place, ...]
    name: Name

    @property
    def channels(self) -> tuple[str, str, str]:
        """The channel code of each row, empty where there is none."""
        first = [min((part.trace.channel for part in row.parts), default="") for row in self.rows]
        return (first[0], first[1], first[2])

    def record(self, min_samples: int = 1) -> Record | None:
        """Return the record whole; None, and a problem, where too few samples are valid."""
        mended = _Mended()
        data, valid = self._fill(0, self.head.samples, slice(0, self.head.samples), mended)
        mended.tell(self.name, self.head.start_ns)
        if not self._enough(int(valid.any(axis=0).sum()), min_samples):
            return None
        return self._finished(data, valid, 0, mended.clipped, self._note_dead)

    def pieces(self, halo: int = 0) -> Iterator[Piece]:
        """Yield the record piece by piece; what was mended or lost is told after the last one.

        Parameters
        ----------
        halo : int
            Neighbouring samples that are wanted on both sides.

        Notes
        -----
        Flags are those of a piece: a component that never changes for an hour is absent for that hour.

        Raises
        ------
        DeferredError
            If samples that were left in a file are not there (see :func:`onsets.waveforms.read_traces`).
        """
        mended, recorded, dead = _Mended(), 0, np.ones(len(COMPONENTS), dtype=bool)
        for begin, end in spans(self.head):
            first, last = max(0, begin - halo), min(self.head.samples, end + halo)
            core = slice(begin - first, end - first)
            data, valid = self._fill(first, last, core, mended)
            recorded += int(valid[:, core].any(axis=0).sum())
            found: list[str] = []
            record = self._finished(data, valid, first, mended.clipped, found.extend)
            dead &= [not channel or channel in found for channel in self.channels]
            yield Piece(record, first, begin, end)
        mended.tell(self.name, self.head.start_ns)
        if self._enough(recorded, 1) and dead.any():
            self._note_dead([c for c, is_dead in zip(self.channels, dead, strict=True) if is_dead and c])

    def _fill(self, a: int, b: int, core: slice, mended: _Mended) -> tuple[Float32, Mask]:
        """Return samples a to b of all components; what is mended counts within the core."""
        data = np.zeros((len(COMPONENTS), b - a), dtype=np.float32)
        valid = np.zeros(data.shape, dtype=bool)
        for k, place in enumerate(self.rows):
            row = Row(data[k], valid[k])
            for at, samples in place.within(a, b):
                row.place(at - a, samples)
            for other, some in place.others:
                shifted, scale = _fill_between(row, some, other, self.grid, a)
                mended.count(shifted, *(math.ceil(scale(edge)) for edge in (core.start, core.stop)))
                mended.shifted.add(some[0].trace.channel)
                mended.clipped |= bool(clipped_samples(shifted.data[None], shifted.valid[None]).any())
            mended.count(row, core.start, core.stop)
        return data, valid

    def _enough(self, recorded: int, wanted: int) -> bool:
        """Whether enough samples are valid; tells it where they are not."""
        if recorded < wanted:
            samples = self.head.samples
            got = f"{recorded} of {samples} samples are numbers that all traces agree on"
            reason = f"no record: {got}, expected at least {wanted}"
            self.name.lose("?", reason, samples, self.head.start_ns)
        return recorded >= wanted

    def _note_dead(self, channels: list[str]) -> None:
        which = ", ".join(channels)
        if which:
            reason = f"channel {which} never changes: treated as absent"
            self.name.note(which, reason, 0, self.head.start_ns)

    def _finished(
        self, data: Float32, valid: Mask, first: int, clipped: bool, tell: Callable[[list[str]], None]
    ) -> Record:
        """Return samples as a record, without components that never change."""
        dead = dead_components(data, valid, self.head.rate_hz)
        if dead.any():
            tell([channel for channel, is_dead in zip(self.channels, dead, strict=True) if is_dead])
            data[dead], valid[dead] = 0, False
        flags = _flags(data, valid) | ({"dead"} if dead.any() else set())
        flags |= {"clipped"} if clipped else set()
        head = self.head
        return Record(
            *(head.station_id, head.channel_prefix, data, valid),
            head.start_ns + round(first * 1e9 / head.rate_hz),
            *(head.rate_hz, frozenset(flags), self.channels),
        )


@dataclass(slots=True)
class _Mended:
    """What was done to the traces of one record."""

    unusable: int = 0
    conflicts: int = 0
    clipped: bool = False
    shifted: set[str] = field(default_factory=set)

    def count(self, row: Row, begin: int, end: int) -> None:
        """Add what a row has met from one index to another."""
        places = np.concatenate([np.empty(0, dtype=np.int64), *row.bad])
        self.unusable += int(np.count_nonzero((places >= begin) & (places < end)))
        self.conflicts += int(np.count_nonzero((row.conflicts >= begin) & (row.conflicts < end)))

    def tell(self, name: Name, time_ns: int) -> None:
        """Say it, once a record."""
        if self.unusable:
            reason = f"{self.unusable} samples were NaN, infinite or beyond float32: masked as a gap"
            name.note("?", reason, self.unusable, time_ns)
        if self.conflicts:
            reason = f"{self.conflicts} samples of overlapping traces disagree: masked"
            name.note("?", reason, self.conflicts, time_ns)
        if self.shifted:
            channels = ", ".join(sorted(self.shifted))
            reason = f"samples of {channels} lay between those of the record: moved onto the grid"
            name.note(channels, f"{reason} by interpolation", 0, time_ns)


def _fill_between(
    row: Row, parts: list[Part], other: _Grid, grid: _Grid, a: int
) -> tuple[Row, Callable[[int], float]]:
    """Put traces whose samples lie between those of the grid into a row that begins at its sample ``a``.

    Returns the samples as they were and what turns a place in the row into one among them.
    """
    step = other.rate_hz / grid.rate_hz
    margin = reach_samples(step) + 2
    begin = max(0, math.floor((a - grid.place(other.zero_ns)) * step) - margin)
    end = math.ceil((a + len(row.data) - grid.place(other.zero_ns)) * step) + margin
    end = max(begin, min(end, max(other.end(part) for part in parts)))
    shifted = Row.empty(end - begin)
    for part in parts:
        at = other.nearest(part.start_ns)[0]
        first, last = max(begin - at, 0), min(end - at, len(part.trace.data))
        if first < last:
            shifted.place(at + first - begin, part.trace.data[first:last])
    for first, last in true_runs(shifted.valid).tolist():
        place = grid.place(other.zero_ns) + (begin + first) / step - a
        _shift(shifted.data[first:last], place, step, row)
    return shifted, lambda edge: (a + edge - grid.place(other.zero_ns)) * step - begin


def _shift(x: Float32, place: float, step: float, row: Row) -> None:
    """Put a run of samples that begins between two samples of a row, or has another rate, into it."""
    first = max(0, round(place))
    count = min(round(place) + _count(len(x), 1 / step), len(row.data)) - first
    if count > 0:
        row.place(first, interpolate(x, (first - place) * step, step, count), SHIFTED_AGREE)


def _flags(data: Float32, valid: Mask) -> set[str]:
    """Return what there is to say about the samples of a record."""
    flags = set()
    live = np.flatnonzero(valid.any(axis=1)).tolist()
    if 0 < len(live) < len(COMPONENTS):
        flags.add(f"{len(live)}C")
    for row in live:
        good = valid[row]
        if not good[int(good.argmax()) : len(good) - int(good[::-1].argmax())].all():
            flags.add("gap")
    if clipped_samples(data, valid).any():
        flags.add("clipped")
    return flags
