"""The ledger: what became of each station-day, so that "why no pick?" has an answer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from onsets.picking import Picked
from onsets.tables import LedgerRow, Picks
from onsets.types import Curve, Problem, Record, Trace

__all__ = ["DAY_NS", "day_name", "station_days"]

DAY_NS = 86_400 * 10**9
"""Length of a day, ns."""


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
    read: Counter[tuple[str, int]] = Counter()
    for trace in traces:
        for day, samples in _days(trace.start_ns, len(trace.data), trace.rate_hz):
            read[trace.station_id, day] += len(range(*samples.indices(len(trace.data))))
    notes: dict[tuple[str, int | None], list[str]] = {}
    for problem in problems:
        when = None if problem.time_ns is None else problem.time_ns // DAY_NS
        notes.setdefault((problem.station_id, when), []).append(f"{problem.where}: {problem.reason}")
    keys = set(read)
    for record, _ in results:
        keys |= {
            (record.station_id, day) for day, _ in _days(record.start_ns, record.samples, record.rate_hz)
        }
    known = {station for station, _ in keys}
    keys |= {(station, day) for station, day in notes if station and day is not None}
    rows = [
        _row(
            station,
            day,
            read[station, day],
            [pair for pair in results if pair[0].station_id == station],
            notes.get((station, day), []) + notes.get((station, None), []),
            thresholds,
        )
        for station, day in sorted(keys)
    ]
    for (station, when), reasons in sorted(notes.items(), key=lambda item: item[0][0]):
        if when is None and station not in known:
            rows += [
                LedgerRow(station_id=station, rejected=reason, why="nothing could be read")
                for reason in reasons
            ]
    return rows


def _days(start_ns: int, samples: int, rate_hz: float) -> list[tuple[int, slice]]:
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


def _runs(missing: npt.NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(np.diff(np.concatenate([[0], missing.astype(np.int8)])) == 1))


def _row(
    station: str,
    day: int,
    read: int,
    results: list[tuple[Record, Picked | None]],
    rejected: list[str],
    thresholds: dict[str, float],
) -> LedgerRow:
    used, gaps, gap_s = 0, 0, 0.0
    flags: set[str] = set()
    highest = {"P": math.nan, "S": math.nan}
    counts = {"P": 0, "S": 0}
    for record, picked in results:
        here = [
            cut for number, cut in _days(record.start_ns, record.samples, record.rate_hz) if number == day
        ]
        if not here:
            continue
        flags |= record.flags
        valid = record.valid[:, here[0]]
        used += int(valid.sum())
        missing = ~valid[record.live]
        if missing.size:
            worst = missing[np.argmax(missing.sum(axis=1))]
            gaps += _runs(worst)
            gap_s += float(worst.sum()) / record.rate_hz
        if picked is None:
            continue
        for phase in highest:
            highest[phase] = float(np.fmax(highest[phase], _highest(picked.curve, phase, day)))
            counts[phase] += _count(picked.picks, phase, day)
    return LedgerRow(
        station_id=station,
        day=day_name(day),
        samples_read=read,
        samples_used=used,
        gaps=gaps,
        gap_s=round(gap_s, 3),
        rejected="; ".join(dict.fromkeys(rejected)),
        flags=" ".join(sorted(flags)),
        highest_p=highest["P"],
        highest_s=highest["S"],
        picks_p=counts["P"],
        picks_s=counts["S"],
        why=_why(used, flags, highest, counts, thresholds),
    )


def _highest(curve: Curve, phase: str, day: int) -> float:
    if phase not in curve.labels:
        return math.nan
    for number, cut in _days(curve.start_ns, curve.values.shape[1], curve.rate_hz):
        if number == day and cut.stop > cut.start:
            return float(curve.row(phase)[cut].max())
    return math.nan


def _count(picks: Picks, phase: str, day: int) -> int:
    return int(np.count_nonzero((picks.phase == phase) & (picks.time_ns // DAY_NS == day)))


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
