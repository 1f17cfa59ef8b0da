"""Traces to records: all components of a station on one grid, with a mask of what was recorded."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from onsets.types import Problem, Record, Trace
from onsets.waveforms.quality import clipped_samples, dead_components
from onsets.waveforms.resample import interpolate, true_runs

__all__ = ["gather"]

ROWS = {"Z": 0, "N": 1, "E": 2, "3": 0, "1": 1, "2": 2}
"""Row of each component code; 1, 2, 3 give way where N, E, Z are there."""
SNAP = 0.01
"""Offsets from the grid up to this share of a sample are rounding of time stamps."""
SAME_RATE = 1e-4
AGREE = 1e-6
"""Overlapping samples agree when they differ by no more than this share of the larger one."""
LARGEST = float(np.finfo(np.float32).max)


@dataclass(slots=True)
class _Notes:
    """Counts of what was mended in one record, told once each."""

    nonfinite: int = 0
    conflicts: int = 0
    shifted: int = 0
    rejected: list[Problem] = field(default_factory=list)


def gather(
    traces: Sequence[Trace], max_gap_s: float = 300.0, min_samples: int = 1
) -> tuple[list[Record], list[Problem]]:
    """Put traces together as records.

    One record for each station, channel prefix (the first two letters of the channel) and rate, and
    for each stretch of time without a gap of all components longer than ``max_gap_s``; shorter gaps
    are masked. The result does not depend on the order of the traces nor on where they were cut.

    Parameters
    ----------
    traces : sequence of Trace
    max_gap_s : float
        Longest gap that is masked instead of beginning a new record, s.
    min_samples : int
        Records shorter than this become a problem.

    Returns
    -------
    records : list of Record
        By station, prefix, time. Flags: ``1C``, ``2C``, ``gap``, ``dead``, ``clipped``.
    problems : list of Problem
        What was rejected (``fatal``) and what was mended.

    Notes
    -----
    Components: Z N E in either case; 1 and 2 stand for N and E, 3 for Z, where those are absent.
    Overlaps that agree are merged; where they disagree only those samples are masked. Samples that
    are NaN, infinite, or beyond float32 are masked. The grid is that of the earliest vertical trace;
    traces off it by more than 1 % of a sample are moved onto it by :func:`interpolate`. Each trace
    is placed by its own time, so that a drifting clock does not add up.
    """
    groups: dict[tuple[str, str], list[Trace]] = {}
    problems: list[Problem] = []
    for trace in sorted(traces, key=_order):
        if len(trace.data):
            groups.setdefault((trace.station_id, trace.channel[:2].upper()), []).append(trace)
    records = []
    for members in groups.values():
        usable, rejected = _components(members)
        problems += rejected
        for same in _by_rate(usable, problems):
            for stretch in _stretches(same, max_gap_s):
                record, faults = _assemble(stretch)
                problems += faults
                if record is None:
                    continue
                if record.samples < min_samples:
                    reason = f"{record.samples} samples, expected at least {min_samples}"
                    problems.append(
                        Problem(
                            record.station_id,
                            reason,
                            record.station_id,
                            record.samples,
                            True,
                            record.start_ns,
                        )
                    )
                    continue
                records.append(record)
    return records, problems


def _order(trace: Trace) -> tuple[str, str, int, int, bytes]:
    head = np.ascontiguousarray(trace.data[:16]).tobytes()
    return (trace.station_id, trace.channel, trace.start_ns, len(trace.data), head)


def _components(traces: list[Trace]) -> tuple[list[tuple[int, Trace]], list[Problem]]:
    """Give each trace its row; codes that mean none, or that give way, become problems."""
    codes = {trace.channel[2:3].upper() for trace in traces}
    rejected: dict[str, list[Trace]] = {}
    usable = []
    for trace in traces:
        code = trace.channel[2:3].upper()
        letter = {"1": "N", "2": "E", "3": "Z"}.get(code)
        if code not in ROWS or (letter is not None and letter in codes):
            rejected.setdefault(trace.channel, []).append(trace)
        else:
            usable.append((ROWS[code], trace))
    problems = []
    for channel, members in rejected.items():
        first = members[0]
        known = channel[2:3].upper() in ROWS
        reason = (
            "was left out: its place is taken by the channel with the letter"
            if known
            else "has an unknown component, expected Z, N, E, 1, 2 or 3 as last letter; rename it"
        )
        samples = sum(len(trace.data) for trace in members)
        where = f"{first.station_id}{channel}"
        problems.append(
            Problem(
                where, f"channel {channel} {reason}", first.station_id, samples, not known, first.start_ns
            )
        )
    return usable, problems


def _by_rate(traces: list[tuple[int, Trace]], problems: list[Problem]) -> list[list[tuple[int, Trace]]]:
    """Part traces of different rates, the commonest rate first."""
    groups: list[list[tuple[int, Trace]]] = []
    for row, trace in traces:
        if not (math.isfinite(trace.rate_hz) and trace.rate_hz > 0):
            reason = f"rate {trace.rate_hz:g} Hz, expected a positive number"
            problems.append(
                Problem(
                    trace.source or trace.station_id,
                    reason,
                    trace.station_id,
                    len(trace.data),
                    True,
                    trace.start_ns,
                )
            )
            continue
        for group in groups:
            if abs(group[0][1].rate_hz / trace.rate_hz - 1) <= SAME_RATE:
                group.append((row, trace))
                break
        else:
            groups.append([(row, trace)])
    groups.sort(key=lambda group: -sum(len(trace.data) for _, trace in group))
    if len(groups) > 1:
        first = groups[0][0][1]
        rates = ", ".join(f"{group[0][1].rate_hz:g}" for group in groups)
        reason = f"rates {rates} Hz under one channel prefix; each is picked as a record of its own"
        problems.append(Problem(first.station_id, reason, first.station_id, time_ns=first.start_ns))
    return groups


def _end_ns(trace: Trace) -> int:
    return trace.start_ns + round(len(trace.data) * 1e9 / trace.rate_hz)


def _stretches(traces: list[tuple[int, Trace]], max_gap_s: float) -> list[list[tuple[int, Trace]]]:
    """Part traces where no component was recorded for longer than a gap may be."""
    stretches: list[list[tuple[int, Trace]]] = []
    end = 0
    for row, trace in sorted(traces, key=lambda item: (item[1].start_ns, item[0])):
        if not stretches or trace.start_ns - end > max_gap_s * 1e9:
            stretches.append([])
            end = _end_ns(trace)
        stretches[-1].append((row, trace))
        end = max(end, _end_ns(trace))
    return stretches


def _joined(members: list[tuple[int, Trace]]) -> list[tuple[int, Trace]]:
    """Join traces that continue each other, so that it does not matter where they were cut."""
    chains: list[tuple[int, list[Trace], float]] = []
    ends: dict[tuple[int, str, float, str], int] = {}
    for row, trace in members:
        key = (row, trace.channel, trace.rate_hz, trace.data.dtype.str)
        period = 1e9 / trace.rate_hz
        if key in ends and abs(chains[ends[key]][2] - trace.start_ns) <= SNAP * period:
            _, parts, end = chains[ends[key]]
            parts.append(trace)
            chains[ends[key]] = (row, parts, end + len(trace.data) * period)
        else:
            ends[key] = len(chains)
            chains.append((row, [trace], trace.start_ns + len(trace.data) * period))
    return [
        (row, parts[0])
        if len(parts) == 1
        else (row, dataclasses.replace(parts[0], data=np.concatenate([part.data for part in parts])))
        for row, parts, _ in chains
    ]


def _assemble(members: list[tuple[int, Trace]]) -> tuple[Record | None, list[Problem]]:
    """Lay the traces of one stretch onto one grid."""
    members = _joined(members)
    traces = [trace for _, trace in members]
    rate = _common_rate(traces)
    anchor = min((t for row, t in members if row == 0), key=lambda t: t.start_ns, default=traces[0])
    places = [(trace.start_ns - anchor.start_ns) * rate / 1e9 for trace in traces]
    lowest = min(math.floor(place + SNAP) for place in places)
    samples = max(math.floor(p + SNAP) + len(t.data) for p, t in zip(places, traces, strict=True)) - lowest
    data = np.zeros((3, samples), dtype=np.float32)
    valid = np.zeros((3, samples), dtype=bool)
    bad = np.zeros((3, samples), dtype=bool)
    notes = _Notes()
    for (row, trace), place in zip(members, places, strict=True):
        _lay(row, trace, place - lowest, data, valid, bad, notes)
    valid &= ~bad
    data[~valid] = 0
    start_ns = anchor.start_ns + round(lowest * 1e9 / rate)
    first = traces[0]
    problems = _said(notes, first, start_ns)
    if not valid.any():
        reason = f"none of {samples} samples is a finite number; nothing can be picked"
        return None, [*problems, Problem(first.station_id, reason, first.station_id, samples, True, start_ns)]
    flags = set()
    channels = tuple(next((t.channel for r, t in members if r == row), "") for row in range(3))
    if dead := [c for c, d in zip(channels, dead_components(data, valid, rate), strict=True) if d]:
        flags.add("dead")
        for row in range(3):
            if channels[row] in dead:
                valid[row], data[row] = False, 0
        reason = f"{', '.join(dead)}: all samples equal, treated as absent"
        problems.append(Problem(first.station_id, reason, first.station_id, time_ns=start_ns))
    live = int(valid.any(axis=1).sum())
    if 0 < live < 3:
        flags.add(f"{live}C")
    if not valid[valid.any(axis=1)].all():
        flags.add("gap")
    if clipped_samples(data, valid).any():
        flags.add("clipped")
    prefix = first.channel[:2].upper()
    record = Record(
        first.station_id,
        prefix,
        data,
        valid,
        start_ns,
        rate,
        frozenset(flags),
        (channels[0], channels[1], channels[2]),
    )
    return record, problems


def _common_rate(traces: list[Trace]) -> float:
    """Return the rate most samples have; the lowest of equals, whatever the order."""
    weight: dict[float, int] = {}
    for trace in traces:
        weight[trace.rate_hz] = weight.get(trace.rate_hz, 0) + len(trace.data)
    return min(weight, key=lambda rate: (-weight[rate], rate))


def _lay(
    row: int,
    trace: Trace,
    place: float,
    data: npt.NDArray[np.float32],
    valid: npt.NDArray[np.bool_],
    bad: npt.NDArray[np.bool_],
    notes: _Notes,
) -> None:
    """Put one trace into its row at a place in samples, masking what cannot be used."""
    values = np.asarray(trace.data)
    good = np.ones(len(values), dtype=bool)
    if values.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            good = np.abs(values) <= LARGEST
        notes.nonfinite += int(len(good) - good.sum())
    at = math.floor(place + SNAP)
    fraction = place - at
    if abs(fraction) > SNAP:
        notes.shifted += 1
        values, good = _onto_grid(values, good, fraction)
    new = np.where(good, values, 0).astype(np.float32)
    here = slice(at, at + len(new))
    old, seen = data[row, here], valid[row, here]
    both = seen & good
    if both.any():
        limit = AGREE * np.maximum(np.abs(old), np.abs(new))
        conflict = both & (np.abs(old.astype(np.float64) - new) > limit)
        notes.conflicts += int((conflict & ~bad[row, here]).sum())
        bad[row, here] |= conflict
    take = good & ~seen
    old[take] = new[take]
    seen |= good


def _onto_grid(
    values: npt.NDArray[np.generic], good: npt.NDArray[np.bool_], fraction: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return the samples between those given: sample k is ``fraction`` of a sample before given k."""
    out = np.zeros(len(values))
    kept = np.zeros(len(values), dtype=bool)
    for a, b in true_runs(good):
        first = a if a == 0 else a + 1  # within a run only places between two samples are known
        out[first:b] = interpolate(values[a:b], float(first - a) - fraction, 1, int(b - first))
        kept[first:b] = True
    return out, kept


def _said(notes: _Notes, trace: Trace, start_ns: int) -> list[Problem]:
    """Tell once a record what was mended in it."""
    said = []
    if notes.nonfinite:
        said.append(f"{notes.nonfinite} samples were NaN, infinite or beyond float32: masked as a gap")
    if notes.conflicts:
        said.append(f"{notes.conflicts} samples of overlapping traces disagree: masked")
    if notes.shifted:
        said.append(f"{notes.shifted} traces lay between samples: moved onto the grid by interpolation")
    return [Problem(trace.station_id, reason, trace.station_id, 0, False, start_ns) for reason in said]
