"""Traces to records: all components of a station on one grid, with a mask of what was recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from onsets.errors import ConfigError
from onsets.types import Problem, Record, Trace
from onsets.waveforms._parts import Name, Part, by_rate, by_stretch, letter_of, oriented
from onsets.waveforms.layout import Layout, lay

__all__ = ["gather", "lay_out"]

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
    if min_samples < 1:
        raise ConfigError(f"min_samples is {min_samples!r}, expected 1 or more")
    layouts, problems = lay_out(traces, max_gap_s)
    records: list[Record] = []
    for layout in layouts:
        record = layout.record(min_samples)
        records += [] if record is None else [record]
    return records, problems


def lay_out(traces: Sequence[Trace], max_gap_s: float = 300.0) -> tuple[list[Layout], list[Problem]]:
    """Find the records behind traces without looking at their samples.

    Parameters
    ----------
    traces : sequence of Trace
    max_gap_s : float
        As for :func:`gather`.

    Returns
    -------
    layouts : list of Layout
        One a record, by station, prefix, time. They give the record whole or in pieces.
    problems : list of Problem
        What was lost. What is met in the samples is added to this list when they are looked at.

    Raises
    ------
    ConfigError
        If ``max_gap_s`` cannot be used.
    """
    if not max_gap_s >= 0:
        raise ConfigError(f"max_gap_s is {max_gap_s!r}, expected 0 or more seconds")
    problems: list[Problem] = []
    groups: defaultdict[tuple[str, str], list[Part]] = defaultdict(list)
    for trace in traces:
        if _usable(trace, problems):
            prefix, letter = letter_of(trace.channel)
            groups[trace.station_id, prefix].append(Part(trace, letter))
    problems.sort(key=lambda problem: (problem.where, problem.reason, problem.samples))
    layouts: list[Layout] = []
    for (station_id, prefix), parts in sorted(groups.items(), key=lambda item: item[0]):
        name = Name(station_id, prefix, problems)
        found = [
            lay(stretch, rate_hz, name)
            for rate_hz, same in by_rate(oriented(parts, name), name)
            for stretch in by_stretch(same, min(max_gap_s, LONGEST_GAP_SAMPLES / rate_hz))
        ]
        layouts += sorted(found, key=lambda layout: (layout.head.start_ns, layout.head.rate_hz))
    return layouts, problems


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
