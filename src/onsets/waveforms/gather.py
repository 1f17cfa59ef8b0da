"""Traces to records: all components of a station on one grid, with a mask of what was recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from onsets.errors import ConfigError
from onsets.types import COMPONENTS, Float32, Mask, Problem, Record, Trace
from onsets.waveforms._parts import (
    Name,
    Part,
    by_component,
    by_rate,
    by_stretch,
    letter_of,
    order,
    oriented,
)
from onsets.waveforms._row import Row
from onsets.waveforms.quality import clipped_samples, dead_components
from onsets.waveforms.resample import interpolate, true_runs

__all__ = ["gather"]

SNAP = 0.01
"""Offsets from the grid up to this share of a sample are rounding of time stamps."""
DRIFT = 0.05
"""Samples by which a slightly different rate may carry the end of a trace off the grid."""
SHIFTED_AGREE = 0.02
"""Overlapping samples of traces between which lie sub-sample shifts agree within this share."""
RATES_HZ = (1e-3, 1e6)
LONGEST_GAP_SAMPLES = 4_000_000
"""Gaps longer than this begin a new record whatever the limit in seconds, to keep records small."""
_TIMES_NS = (-(2**62), 2**62)


def gather(
    traces: Sequence[Trace], max_gap_s: float = 300.0, min_samples: int = 1
) -> tuple[list[Record], list[Problem]]:
    """Put traces together as records.

    One record for each station, channel prefix (``HH`` of ``HHZ``) and rate, and for each stretch of
    time without a gap of all components longer than ``max_gap_s``; shorter gaps are masked. The
    result depends neither on the order of the traces nor on where they were cut.

    Parameters
    ----------
    traces : sequence of Trace
    max_gap_s : float
        Longest gap that is masked instead of beginning a new record, s.
    min_samples : int
        Records with fewer valid samples become a Problem.

    Returns
    -------
    records : list of Record
        By station, prefix, time. Flags: ``1C``, ``2C`` (live components), ``gap`` (masked samples
        inside a component), ``dead`` (a component that never changes, treated as absent but named in
        ``channels``), ``clipped``.
    problems : list of Problem
        What was lost (``fatal``), what was mended.

    Raises
    ------
    ConfigError
        If ``max_gap_s`` or ``min_samples`` cannot be used.

    Notes
    -----
    Components: Z N E in either case; 1, 2, 3 stand for N, E, Z where those are absent, and may come
    before or after them (a channel that was renamed). Overlaps that agree are merged; where they
    disagree only those samples are masked. NaN, Inf and what is beyond float32 are masked.

    The grid is that of the earliest vertical trace, else of the earliest trace. Each trace is placed
    by its own time, so that a drifting clock does not add up: within 1 % of a sample as it is,
    otherwise shifted onto the grid by :func:`onsets.waveforms.interpolate`.
    """
    if not max_gap_s >= 0:
        raise ConfigError(f"max_gap_s is {max_gap_s!r}, expected 0 or more seconds")
    if min_samples < 1:
        raise ConfigError(f"min_samples is {min_samples!r}, expected 1 or more")
    problems: list[Problem] = []
    groups: defaultdict[tuple[str, str], list[Part]] = defaultdict(list)
    for trace in traces:
        if _usable(trace, problems):
            prefix, letter = letter_of(trace.channel)
            groups[trace.station_id, prefix].append(Part(trace, letter))
    problems.sort(key=lambda problem: (problem.where, problem.reason, problem.samples))
    records: list[Record] = []
    for (station_id, prefix), parts in sorted(groups.items(), key=lambda item: item[0]):
        name = Name(station_id, prefix, problems)
        found: list[Record] = []
        for rate_hz, same in by_rate(oriented(parts, name), name):
            for stretch in by_stretch(same, min(max_gap_s, LONGEST_GAP_SAMPLES / rate_hz)):
                record = _assemble(stretch, rate_hz, min_samples, name)
                found += [] if record is None else [record]
        records += sorted(found, key=lambda record: (record.start_ns, record.rate_hz))
    return records, problems


def _usable(trace: Trace, problems: list[Problem]) -> bool:
    """Refuse what is no trace; an empty one is passed over."""
    reason = ""
    if np.ndim(trace.data) != 1 or trace.data.dtype.kind not in "iuf":
        reason = f"holds {np.ndim(trace.data)}-d {trace.data.dtype}, expected 1-d integers or floats"
    elif not RATES_HZ[0] <= trace.rate_hz <= RATES_HZ[1]:
        reason = f"has rate {trace.rate_hz:g} Hz, expected {RATES_HZ[0]:g} to {RATES_HZ[1]:g} Hz"
    elif not _TIMES_NS[0] < trace.start_ns < _TIMES_NS[1] - len(trace.data) / trace.rate_hz * 1e9:
        reason = f"begins at {trace.start_ns} ns, which is no time between 1824 and 2116"
    if reason:
        where = f"{trace.station_id}.{trace.channel}"
        reason = f"{reason} ({trace.source})" if trace.source else reason
        problems.append(Problem(where, reason, trace.station_id, np.size(trace.data), fatal=True))
    return not reason and len(trace.data) > 0


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


def _assemble(parts: list[Part], rate_hz: float, min_samples: int, name: Name) -> Record | None:
    """Lay the traces of one stretch onto one grid."""
    rows = by_component(parts, name)
    used = [part for row in rows for part in row]
    zero_ns = min((rows[0] or used), key=order).start_ns
    grid = _Grid(zero_ns, rate_hz)
    grid = _Grid(zero_ns, rate_hz, min(grid.nearest(part.start_ns)[0] for part in used))
    samples = max(grid.end(part) for part in used)
    start_ns = zero_ns + round(grid.first * 1e9 / rate_hz)
    data = np.zeros((len(COMPONENTS), samples), dtype=np.float32)
    valid = np.zeros(data.shape, dtype=bool)
    mended = _Mended()
    for k, row in enumerate(rows):
        _fill(Row(data[k], valid[k]), row, grid, mended)
    mended.tell(name, start_ns)
    recorded = int(valid.any(axis=0).sum())
    if recorded < min_samples:
        got = f"{recorded} of {samples} samples are numbers that all traces agree on"
        name.lose("?", f"no record: {got}, expected at least {min_samples}", samples, start_ns)
        return None
    channels = [min((part.trace.channel for part in row), default="") for row in rows]
    dead = dead_components(data, valid, rate_hz)
    if dead.any():
        which = ", ".join(channel for channel, is_dead in zip(channels, dead, strict=True) if is_dead)
        name.note(which, f"channel {which} never changes: treated as absent", 0, start_ns)
        data[dead], valid[dead] = 0, False
    flags = _flags(data, valid) | ({"dead"} if dead.any() else set())
    flags |= {"clipped"} if mended.clipped else set()
    return Record(
        *(name.station_id, name.prefix, data, valid, start_ns, rate_hz, frozenset(flags)),
        (channels[0], channels[1], channels[2]),
    )


@dataclass(slots=True)
class _Mended:
    """What was done to the traces of one record."""

    unusable: int = 0
    conflicts: int = 0
    clipped: bool = False
    shifted: set[str] = field(default_factory=set)

    def count(self, row: Row) -> None:
        """Add what a row has met."""
        self.unusable += row.unusable
        self.conflicts += len(row.conflicts)

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


def _fill(row: Row, parts: list[Part], grid: _Grid, mended: _Mended) -> None:
    """Put the traces of one component into its row."""
    others: list[tuple[_Grid, list[Part]]] = []
    for part in parts:
        if grid.holds(part):
            row.place(grid.nearest(part.start_ns)[0], part.trace.data)
            continue
        rate = part.trace.rate_hz
        same = (some for other, some in others if other.rate_hz == rate and other.holds(part))
        if (some := next(same, None)) is None:
            others.append((_Grid(part.start_ns, rate), [part]))
        else:
            some.append(part)
    for other, some in others:
        shifted = Row.empty(max(other.end(part) for part in some))
        for part in some:
            shifted.place(other.nearest(part.start_ns)[0], part.trace.data)
        mended.count(shifted)
        mended.shifted.add(some[0].trace.channel)
        mended.clipped |= bool(clipped_samples(shifted.data[None], shifted.valid[None]).any())
        for a, b in true_runs(shifted.valid).tolist():
            _shift(
                shifted.data[a:b],
                grid.place(other.zero_ns) + a * grid.rate_hz / other.rate_hz,
                other.rate_hz / grid.rate_hz,
                row,
            )
    mended.count(row)


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
