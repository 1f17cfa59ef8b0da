"""The ledger: what became of each station-day, so that "why no pick?" has an answer."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from onsets.picking import Picked
from onsets.tables import LedgerRow, Picks
from onsets.types import Curve, Mask, Problem, Record, Trace
from onsets.waveforms import Piece

__all__ = ["DAY_NS", "DayBook", "day_name", "station_days"]

DAY_NS = 86_400 * 10**9
"""Length of a day, ns."""
PHASES = ("P", "S")


def day_name(day: int) -> str:
    """Return ``YYYY-MM-DD`` of a day number since 1970."""
    return str(np.datetime64(day, "D"))


def station_days(
    traces: Sequence[Trace],
    results: Sequence[tuple[Record, Picked | None]],
    problems: Sequence[Problem],
    thresholds: dict[str, float],
) -> list[LedgerRow]:
    """Return one row a station and day, and one for each problem that belongs to no station.

    Parameters
    ----------
    traces : sequence of Trace
        All that was read.
    results : sequence of (Record, Picked or None)
        Each record with what the picker said; None when it failed.
    problems : sequence of Problem
    thresholds : dict
        By phase, for the column ``why``.

    Returns
    -------
    list of LedgerRow
        By station, then day.
    """
    book = DayBook(thresholds)
    book.read(traces)
    for record, picked in results:
        book.use(Piece(record, 0, 0, record.samples))
        book.close_record()
        if picked is not None:
            book.hear(picked.curve)
            book.count(record.station_id, picked.picks)
    return book.rows(problems)


@dataclass(slots=True)
class _Day:
    """What is known of one station and day."""

    read: int = 0
    used: int = 0
    gaps: int = 0
    gap_s: float = 0.0
    flags: set[str] = field(default_factory=set)
    highest: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PHASES, math.nan))
    picks: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PHASES, 0))


class DayBook:
    """Counts what happens, record by record and piece by piece, by station and day.

    Parameters
    ----------
    thresholds : dict
        By phase, for the column ``why``.
    """

    def __init__(self, thresholds: dict[str, float]) -> None:
        self._thresholds = thresholds
        self._days: defaultdict[tuple[str, int], _Day] = defaultdict(_Day)
        self._missing: dict[tuple[str, int], tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]] = {}
        self._live: Mask = np.zeros(3, dtype=bool)
        self._open: Mask = np.zeros(3, dtype=bool)
        self._rate_hz = 1.0

    def read(self, traces: Iterable[Trace]) -> None:
        """Book what was read."""
        for trace in traces:
            for day, samples in days(trace.start_ns, len(trace.data), trace.rate_hz):
                self._days[trace.station_id, day].read += samples.stop - samples.start

    def use(self, piece: Piece) -> None:
        """Book the samples of a piece of a record, whose pieces come one after another."""
        record, core = piece.record, piece.core
        valid = record.valid[:, core]
        self._live |= valid.any(axis=1)
        self._rate_hz = record.rate_hz
        for day, cut in days(record.time_ns(core.start), valid.shape[1], record.rate_hz):
            if cut.stop == cut.start:
                continue
            here = self._days[record.station_id, day]
            here.flags |= record.flags
            some = valid[:, cut]
            here.used += int(some.sum())
            key = (record.station_id, day)
            runs, lost = self._missing.get(key, (np.zeros(3, dtype=np.int64), np.zeros(3, dtype=np.int64)))
            if key not in self._missing:
                self._open[:] = False
            for row in range(3):
                missing = ~some[row]
                if missing.any():
                    begun = np.count_nonzero(missing[1:] & ~missing[:-1])
                    runs[row] += begun + int(missing[0] and not self._open[row])
                    lost[row] += int(missing.sum())
                self._open[row] = missing[-1]
            self._missing[key] = (runs, lost)

    def close_record(self) -> None:
        """End the record of the pieces booked last: its gaps are those of the component with most."""
        for key, (runs, lost) in self._missing.items():
            if self._live.any():
                worst = int(np.flatnonzero(self._live)[np.argmax(lost[self._live])])
                self._days[key].gaps += int(runs[worst])
                self._days[key].gap_s += float(lost[worst]) / self._rate_hz
        self._missing = {}
        self._live = np.zeros(3, dtype=bool)

    def hear(self, curve: Curve) -> None:
        """Book the highest values of a curve or of a part of one."""
        for day, cut in days(curve.start_ns, curve.values.shape[1], curve.rate_hz):
            here = self._days[curve.station_id, day]
            for phase in PHASES:
                if phase in curve.labels and cut.stop > cut.start:
                    top = float(curve.row(phase)[cut].max())
                    here.highest[phase] = float(np.fmax(here.highest[phase], top))

    def count(self, station_id: str, picks: Picks) -> None:
        """Book picks."""
        for phase in PHASES:
            found, counts = np.unique(picks.time_ns[picks.phase == phase] // DAY_NS, return_counts=True)
            for day, count in zip(found.tolist(), counts.tolist(), strict=True):
                self._days[station_id, day].picks[phase] += count

    def rows(self, problems: Sequence[Problem]) -> list[LedgerRow]:
        """Return one row a station and day, and one for each problem that belongs to no station."""
        notes: dict[tuple[str, int | None], list[str]] = {}
        for problem in problems:
            when = None if problem.time_ns is None else problem.time_ns // DAY_NS
            notes.setdefault((problem.station_id, when), []).append(f"{problem.where}: {problem.reason}")
        known = {station for station, _ in self._days}
        keys = set(self._days) | {(station, day) for station, day in notes if station and day is not None}
        rows = [
            self._row(station, day, notes.get((station, day), []) + notes.get((station, None), []))
            for station, day in sorted(keys)
        ]
        for (station, when), reasons in sorted(notes.items(), key=lambda item: item[0][0]):
            if when is None and station not in known:
                rows += [
                    LedgerRow(station_id=station, rejected=reason, why="nothing could be read")
                    for reason in reasons
                ]
        return rows

    def _row(self, station: str, number: int, rejected: list[str]) -> LedgerRow:
        day = self._days.get((station, number), _Day())
        return LedgerRow(
            station_id=station,
            day=day_name(number),
            samples_read=day.read,
            samples_used=day.used,
            gaps=day.gaps,
            gap_s=round(day.gap_s, 3),
            rejected="; ".join(dict.fromkeys(rejected)),
            flags=" ".join(sorted(day.flags)),
            highest_p=day.highest["P"],
            highest_s=day.highest["S"],
            picks_p=day.picks["P"],
            picks_s=day.picks["S"],
            why=_why(day.used, day.flags, day.highest, day.picks, self._thresholds),
        )


def days(start_ns: int, samples: int, rate_hz: float) -> list[tuple[int, slice]]:
    """Return each UTC day a run of samples touches, with its slice."""
    if samples == 0:
        return []
    last_ns = start_ns + round((samples - 1) * 1e9 / rate_hz)
    out = []
    for day in range(start_ns // DAY_NS, last_ns // DAY_NS + 1):
        a = max(0, math.ceil((day * DAY_NS - start_ns) * rate_hz / 1e9))
        b = min(samples, math.ceil(((day + 1) * DAY_NS - start_ns) * rate_hz / 1e9))
        out.append((day, slice(a, max(a, b))))
    return out


def _why(
    used: int,
    flags: set[str],
    highest: dict[str, float],
    counts: dict[str, int],
    thresholds: dict[str, float],
) -> str:
    """Say in one line why a phase has no pick."""
    if used == 0:
        return "every component is dead" if "dead" in flags else "no usable samples"
    said = []
    for phase, count in counts.items():
        if count or phase not in thresholds:
            continue
        if math.isnan(highest[phase]):
            said.append(f"no {phase} curve")
        elif highest[phase] < thresholds[phase]:
            said.append(f"highest {phase} {highest[phase]:.3g} is below {thresholds[phase]:.3g}")
        else:
            said.append(f"the highest {phase} belongs to an onset on the next or previous day")
    return "; ".join(said)
