"""One unit of work: a station and a span, from its files to picks and the ledger."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from onsets.errors import ConfigError, MissingExtraError, OnsetsError
from onsets.picking import Picker, Progress, StreamingPicker
from onsets.pipeline.ledger import DayBook
from onsets.pipeline.result import PickRun, Report
from onsets.tables import Detections, Picks
from onsets.types import Problem, Trace
from onsets.waveforms import DeferredError, Head, Layout, Piece, lay_out, read_traces, trim

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
    try:
        return _pick_files(unit, picker, progress, deferred=True)
    except DeferredError:  # a file is damaged inside: that takes a closer look, and memory
        return _pick_files(unit, picker, progress, deferred=False)


def _pick_files(unit: Unit, picker: Picker, progress: Report | None, *, deferred: bool) -> PickRun:
    traces, problems = read_traces(unit.files, deferred=deferred)
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
    layouts, faults = lay_out(list(traces))  # which finds more as samples are read
    book = DayBook(picker.thresholds)
    book.read(traces)
    found: list[tuple[Picks, Detections]] = []
    total = sum(layout.head.samples for layout in layouts)
    done = 0
    for layout in layouts:
        head = layout.head
        inside = None if progress is None else _within(progress, done, head, total)
        try:
            picks, detections = _pick_layout(layout, picker, book, inside)
            book.count(head.station_id, picks)
            found.append((picks, detections))
        except (ConfigError, MissingExtraError, DeferredError):
            raise  # would fail at every station, or be better read otherwise
        except (OnsetsError, ArithmeticError, ValueError, RuntimeError, MemoryError) as error:
            reason = f"{type(error).__name__}: {error}"
            faults.append(
                Problem(
                    *(head.station_id, reason, head.station_id, head.samples),
                    fatal=True,
                    time_ns=head.start_ns,
                )
            )
        book.close_record()
        done += head.samples
        if progress is not None:
            progress(done, total, head.station_id)
    noted = [*problems, *_booked(faults, span)]
    run = PickRun(
        Picks.concat(picks for picks, _ in found).sorted(),
        Detections.concat(detections for _, detections in found),
        book.rows(noted),
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


def _pick_layout(
    layout: Layout, picker: Picker, book: DayBook, progress: Progress | None
) -> tuple[Picks, Detections]:
    """Pick one record, piece by piece where the picker can."""
    if not isinstance(picker, StreamingPicker):
        record = layout.record()
        if record is None:
            return Picks.of([]), Detections.of([])
        book.use(Piece(record, 0, 0, record.samples))
        picked = picker.apply(record, progress)
        book.hear(picked.curve)
        return picked.picks, picked.detections
    stream = picker.stream(layout.head, progress, book.hear)
    failure: Exception | None = None
    for piece in layout.pieces(stream.halo):
        book.use(piece)
        try:
            if failure is None:
                stream.feed(piece)
        except (OnsetsError, ArithmeticError, ValueError, RuntimeError, MemoryError) as error:
            failure = error  # the samples that follow are booked all the same
    if failure is not None:
        raise failure
    return stream.finish()


def _within(report: Report, done: int, head: Head, total: int) -> Progress:
    """Turn a share of one record into work of the whole run."""
    return lambda share: report(done + share * head.samples, total, head.station_id)
