"""One unit of work: a station and a span, from its files to picks and the ledger."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from onsets.errors import ConfigError, MissingExtraError, OnsetsError
from onsets.picking import Picked, Picker
from onsets.pipeline.ledger import station_days
from onsets.pipeline.result import PickRun, Report
from onsets.tables import Detections, Picks
from onsets.types import Problem, Record, Trace
from onsets.waveforms import gather, read_traces, trim

__all__ = ["Unit", "pick_traces", "pick_unit"]


@dataclass(frozen=True, slots=True)
class Unit:
    """What is picked in one go and booked together.

    Attributes
    ----------
    station : str
        Name of the work, for progress and messages (``NET.STA``).
    files : tuple of str
        All that may hold samples of it, in any order.
    start_ns, end_ns : int or None
        Only samples of this span are used, ns UTC, end excluded; None leaves that end open.
    """

    station: str
    files: tuple[str, ...]
    start_ns: int | None = None
    end_ns: int | None = None


def pick_unit(unit: Unit, picker: Picker, progress: Report | None = None) -> PickRun:
    """Read and pick one unit; depends on nothing but its files and the picker.

    Parameters
    ----------
    unit : Unit
    picker : Picker
        From :func:`onsets.picking.load`.
    progress : callable, optional

    Returns
    -------
    PickRun
        Picks, detections, one ledger row a station-day, problems. Bad data become problems.

    Raises
    ------
    ConfigError
        If a file named does not exist, or the picker cannot be used at all.
    MissingExtraError
        If the picker needs a package that is absent.
    """
    traces, problems = read_traces(unit.files)
    if unit.start_ns is not None or unit.end_ns is not None:
        first = -(2**62) if unit.start_ns is None else unit.start_ns
        last = 2**62 if unit.end_ns is None else unit.end_ns
        traces = trim(traces, first, last)
    return pick_traces(traces, picker, problems, progress)


def pick_traces(
    traces: Sequence[Trace],
    picker: Picker,
    problems: Sequence[Problem] = (),
    progress: Report | None = None,
    span: tuple[int, int] | None = None,
) -> PickRun:
    """Pick traces of any number of stations.

    Parameters
    ----------
    traces : sequence of Trace
    picker : Picker
    problems : sequence of Problem
        Met before, to be booked in the ledger.
    progress : callable, optional
    span : tuple of int, optional
        Start and end (excluded), ns UTC, of what is kept; traces reach beyond it so that picks near
        its ends are those of a longer run.
    """
    records, faults = gather(list(traces))
    noted = [*problems, *_booked(faults, span)]
    results: list[tuple[Record, Picked | None]] = []
    total = sum(record.samples for record in records)
    done = 0
    for record in records:
        inside = None if progress is None else _within(progress, done, record, total)
        try:
            results.append((record, picker.apply(record, inside)))
        except (ConfigError, MissingExtraError):
            raise  # would fail at every station
        except (OnsetsError, ArithmeticError, ValueError, RuntimeError, MemoryError) as error:
            results.append((record, None))
            reason = f"{type(error).__name__}: {error}"
            noted.append(
                Problem(
                    record.station_id,
                    reason,
                    record.station_id,
                    record.samples,
                    fatal=True,
                    time_ns=record.start_ns if span is None else max(record.start_ns, span[0]),
                )
            )
        done += record.samples
        if progress is not None:
            progress(done, total, record.station_id)
    said = [picked for _, picked in results if picked is not None]
    run = PickRun(
        Picks.concat(picked.picks for picked in said).sorted(),
        Detections.concat(picked.detections for picked in said),
        station_days(traces, results, noted, picker.thresholds),
        noted,
    )
    return run if span is None else run.within(*span)


def _booked(problems: Sequence[Problem], span: tuple[int, int] | None) -> list[Problem]:
    """Book problems of records that begin before a span to it; those after it are the next span's."""
    if span is None:
        return list(problems)
    return [
        one if one.time_ns is None else dataclasses.replace(one, time_ns=max(one.time_ns, span[0]))
        for one in problems
        if one.time_ns is None or one.time_ns < span[1]
    ]


def _within(report: Report, done: int, record: Record, total: int) -> Callable[[float], None]:
    """Turn a share of one record into work of the whole run."""
    return lambda share: report(done + share * record.samples, total, record.station_id)
