"""Traces to records: all components of a station on one grid, with a mask of what was recorded."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from onsets.errors import ConfigError
from onsets.types import COMPONENTS, Float32, Mask, Problem, Record, Trace
from onsets.waveforms._row import Row
from onsets.waveforms.quality import clipped_samples, dead_components
from onsets.waveforms.resample import interpolate, true_runs

__all__ = ["gather"]

STANDS_FOR = {"1": "N", "2": "E", "3": "Z"}
"""Components without a direction, and the one whose row they take where that is absent."""
SAME_RATE = 1e-4
"""Rates that differ by no more than this share belong to one record."""
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
_SEISMIC = "HLNGP"  # second letter of channels that measure ground motion


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
    groups: defaultdict[tuple[str, str], list[_Part]] = defaultdict(list)
    for trace in traces:
        if _usable(trace, problems):
            prefix, letter = _letter(trace.channel)
            groups[trace.station_id, prefix].append(_Part(trace, letter))
    records: list[Record] = []
    for (station_id, prefix), parts in sorted(groups.items(), key=lambda item: item[0]):
        name = _Name(station_id, prefix, problems)
        found: list[Record] = []
        for rate_hz, same in _by_rate(_oriented(parts, name), name):
            for stretch in _stretches(same, min(max_gap_s, LONGEST_GAP_SAMPLES / rate_hz)):
                record = _assemble(stretch, rate_hz, min_samples, name)
                found += [] if record is None else [record]
        records += sorted(found, key=lambda record: (record.start_ns, record.rate_hz))
    return records, problems


@dataclass(frozen=True, slots=True)
class _Part:
    """A trace and the letter of its component."""

    trace: Trace
    letter: str

    @property
    def start_ns(self) -> int:
        return self.trace.start_ns

    @property
    def end_ns(self) -> int:
        """When the next sample would come."""
        return self.trace.start_ns + round(len(self.trace.data) * 1e9 / self.trace.rate_hz)


@dataclass(frozen=True, slots=True)
class _Name:
    """Who a problem is about."""

    station_id: str
    prefix: str
    problems: list[Problem] = field(repr=False)

    def note(self, what: str, reason: str, samples: int = 0, time_ns: int | None = None) -> None:
        """Tell something harmless about a channel (``HHZ``, or ``?`` for all)."""
        self._tell(what, reason, samples, time_ns, fatal=False)

    def lose(self, what: str, reason: str, samples: int, time_ns: int) -> None:
        """Tell that data were lost."""
        self._tell(what, reason, samples, time_ns, fatal=True)

    def _tell(self, what: str, reason: str, samples: int, time_ns: int | None, fatal: bool) -> None:
        where = f"{self.station_id}.{what if what != '?' else self.prefix + '?'}"
        self.problems.append(Problem(where, reason, self.station_id, samples, fatal, time_ns))


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


def _letter(channel: str) -> tuple[str, str]:
    """Return prefix and component letter of a channel code: ``HHZ``, or ``H_H_Z`` if it is a long one."""
    code = channel.upper()
    if code.count("_") == 2:
        band, source, component = code.split("_")
        return f"{band}{source}", component
    return code[:-1][:2], code[-1:]


def _oriented(parts: list[_Part], name: _Name) -> list[_Part]:
    """Drop, and name, channels whose letter tells no component."""
    known, unknown = [], defaultdict(list)
    for part in parts:
        if part.letter in COMPONENTS or part.letter in STANDS_FOR:
            known.append(part)
        else:
            unknown[part.trace.channel].append(part)
    seismic = len(name.prefix) != 2 or name.prefix[1] in _SEISMIC
    for channel, some in sorted(unknown.items()):
        samples = sum(len(part.trace.data) for part in some)
        reason = f"channel {channel} of {name.station_id} has an unknown component {channel[-1:]!r}, "
        reason += "expected Z, N, E or 1, 2, 3 as last letter; rotate or rename it"
        tell = name.lose if seismic else name.note
        tell(channel, reason, samples, min(part.start_ns for part in some))
    return known


def _by_rate(parts: list[_Part], name: _Name) -> list[tuple[float, list[_Part]]]:
    """Part traces by rate; the rate most samples have stands for those close to it."""
    weight: defaultdict[float, int] = defaultdict(int)
    for part in parts:
        weight[part.trace.rate_hz] += len(part.trace.data)
    groups: dict[float, list[_Part]] = {}
    home: dict[float, float] = {}
    for rate in sorted(weight, key=lambda rate: (-weight[rate], rate)):
        home[rate] = next((main for main in groups if abs(rate / main - 1) <= SAME_RATE), rate)
        groups.setdefault(home[rate], [])
    for part in parts:
        groups[home[part.trace.rate_hz]].append(part)
    if len(groups) > 1:
        rates = ", ".join(f"{rate:g}" for rate in groups)
        reason = f"rates {rates} Hz under one channel prefix: a record each"
        name.note("?", reason, 0, min(part.start_ns for part in parts))
    return list(groups.items())


def _stretches(parts: list[_Part], max_gap_s: float) -> list[list[_Part]]:
    """Part traces, by time, where none was recorded for longer than a gap may be."""
    stretches: list[list[_Part]] = []
    end = 0
    for part in sorted(parts, key=_order):
        if not stretches or part.start_ns - end > max_gap_s * 1e9:
            stretches.append([])
            end = part.end_ns
        stretches[-1].append(part)
        end = max(end, part.end_ns)
    return stretches


def _order(part: _Part) -> tuple[int, str, float, int, bytes]:
    trace = part.trace
    head = np.ascontiguousarray(trace.data[:64]).tobytes()
    return (trace.start_ns, trace.channel, trace.rate_hz, len(trace.data), head)


def _rows(parts: list[_Part], name: _Name) -> list[list[_Part]]:
    """Give each component its traces; 1, 2, 3 only while the letter they stand for is absent."""
    rows = []
    for letter in COMPONENTS:
        main = [part for part in parts if part.letter == letter]
        other = [part for part in parts if STANDS_FOR.get(part.letter) == letter]
        if main and other and _meet(main, other):
            channel = ", ".join(sorted({part.trace.channel for part in other}))
            samples = sum(len(part.trace.data) for part in other)
            reason = f"channel {channel} is left out: {main[0].trace.channel} was recorded as well"
            name.note(channel, reason, samples, min(part.start_ns for part in other))
            other = []
        rows.append(sorted(main + other, key=_order))
    return rows


def _meet(some: list[_Part], others: list[_Part]) -> bool:
    """Whether the spans of two lists of traces overlap."""

    def span(parts: list[_Part]) -> tuple[int, int]:
        return min(part.start_ns for part in parts), max(part.end_ns for part in parts)

    (a, b), (c, d) = span(some), span(others)
    return a < d and c < b


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

    def end(self, part: _Part) -> int:
        """Return the index after a trace's last sample."""
        trace = part.trace
        return self.nearest(trace.start_ns)[0] + _count(len(trace.data), self.rate_hz / trace.rate_hz)

    def holds(self, part: _Part) -> bool:
        """Whether a trace's samples fall on this grid."""
        trace = part.trace
        drift = abs(trace.rate_hz / self.rate_hz - 1) * len(trace.data)
        return abs(self.nearest(trace.start_ns)[1]) <= SNAP * 1.0001 and drift <= DRIFT


def _count(samples: int, ratio: float) -> int:
    """Samples at another rate that span as much time."""
    return samples if ratio == 1 else round((samples - 1) * ratio) + 1


def _assemble(parts: list[_Part], rate_hz: float, min_samples: int, name: _Name) -> Record | None:
    """Lay the traces of one stretch onto one grid."""
    rows = _rows(parts, name)
    used = [part for row in rows for part in row]
    zero_ns = min((rows[0] or used), key=_order).start_ns
    grid = _Grid(zero_ns, rate_hz)
    grid = _Grid(zero_ns, rate_hz, min(grid.nearest(part.start_ns)[0] for part in used))
    samples = max(grid.end(part) for part in used)
    start_ns = zero_ns + round(grid.first * 1e9 / rate_hz)
    data = np.zeros((len(COMPONENTS), samples), dtype=np.float32)
    valid = np.zeros(data.shape, dtype=bool)
    mended: Counter[str] = Counter()
    for k, row in enumerate(rows):
        _fill(Row(data[k], valid[k]), row, grid, mended)
    for what, count in sorted(mended.items()):
        if what != "clipped":
            name.note("?", f"{count} {what}", 0 if what == _SHIFTED else count, start_ns)
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
    flags |= {"clipped"} if mended["clipped"] else set()
    return Record(
        *(name.station_id, name.prefix, data, valid, start_ns, rate_hz, frozenset(flags)),
        (channels[0], channels[1], channels[2]),
    )


_UNUSABLE = "samples were NaN, infinite or beyond float32: masked as a gap"
_CONFLICT = "samples of overlapping traces disagree: masked"
_SHIFTED = "traces lay between samples: moved onto the grid by interpolation"


def _fill(row: Row, parts: list[_Part], grid: _Grid, mended: Counter[str]) -> None:
    """Put the traces of one component into its row."""
    others: list[tuple[_Grid, list[_Part]]] = []
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
        mended.update({_SHIFTED: len(some), _UNUSABLE: shifted.unusable, _CONFLICT: len(shifted.conflicts)})
        mended["clipped"] += bool(clipped_samples(shifted.data[None], shifted.valid[None]).any())
        for a, b in true_runs(shifted.valid).tolist():
            _shift(
                shifted.data[a:b],
                grid.place(other.zero_ns) + a * grid.rate_hz / other.rate_hz,
                other.rate_hz / grid.rate_hz,
                row,
            )
    mended.update({_UNUSABLE: row.unusable, _CONFLICT: len(row.conflicts)})
    mended += Counter()


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
