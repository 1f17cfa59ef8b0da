"""A whole plan to picks: here, in several processes or on a cluster; resumable with a run folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from onsets.pipeline.day import PickOptions
from onsets.pipeline.folder import RunFolder
from onsets.pipeline.plan import Plan, StationDay
from onsets.pipeline.result import PickRun, Report
from onsets.pipeline.workers import Finished, in_process, in_processes

__all__ = ["Crew", "pick_into", "pick_plan"]


@dataclass(frozen=True, slots=True)
class Crew:
    """Who does the work.

    Attributes
    ----------
    workers : int
        Processes; 1 works in this one.
    scheduler : str or None
        Address of a dask scheduler instead.
    """

    workers: int = 1
    scheduler: str | None = None

    def work(
        self, units: Sequence[StationDay], options: PickOptions, report: Report | None = None
    ) -> Iterator[Finished]:
        """Yield what becomes of each unit, in any order."""
        if self.scheduler is not None:
            from onsets.pipeline.dask import on_cluster

            return on_cluster(units, options, self.scheduler)
        if self.workers > 1 and len(units) > 1:
            return in_processes(units, options, self.workers)
        return in_process(units, options, report)


def pick_plan(plan: Plan, options: PickOptions, crew: Crew, report: Report | None = None) -> PickRun:
    """Pick a plan and keep all picks in memory.

    Parameters
    ----------
    plan : Plan
    options : PickOptions
    crew : Crew
    report : callable, optional
        Told station-days done, station-days in all, and the last one's name.

    Returns
    -------
    PickRun
        The same whoever does the work, and in whatever order it is done.

    Raises
    ------
    ConfigError, MissingExtraError, SpecError
        If the picker or the scheduler cannot be used at all.
    """
    runs: dict[str, PickRun] = {}
    for finished in _told(plan.units, options, crew, report, 0):
        runs[finished.unit.name] = _failed(finished) if finished.run is None else finished.run
    return PickRun.join([plan.told(), *(runs[unit.name] for unit in plan.units)])


def pick_into(
    folder: RunFolder, plan: Plan, options: PickOptions, crew: Crew, report: Report | None = None
) -> PickRun:
    """Pick what a run folder lacks of a plan.

    Parameters
    ----------
    folder : RunFolder
    plan : Plan
    options : PickOptions
    crew : Crew
    report : callable, optional
        As for :func:`pick_plan`; what was done before counts as done.

    Returns
    -------
    PickRun
        Ledger and problems of all units; picks and detections stay in the folder.

    Raises
    ------
    ConfigError, MissingExtraError, SpecError
        If the picker or the scheduler cannot be used at all.
    StoreError, LedgerError
        If the folder cannot be written any longer; what is in it is kept.
    """
    before = folder.book.expect(plan.units)
    missing = [unit for unit in plan.units if unit.name not in before]
    for finished in _told(missing, options, crew, report, len(before)):
        if finished.run is None:
            folder.book.failed(finished.unit, finished.reason, finished.attempts)
        else:
            folder.keep(finished.unit, finished.run, finished.seconds, finished.attempts)
    return PickRun.join([plan.told(), folder.book.summary()])


def _told(
    units: Sequence[StationDay],
    options: PickOptions,
    crew: Crew,
    report: Report | None,
    before: int,
) -> Iterable[Finished]:
    """Pass on what becomes of units, and tell how many are done."""
    total = before + len(units)
    done = before

    def inside(share: float, _: float, name: str) -> None:
        if report is not None:
            report(done + share, total, name)

    if report is not None and units:
        report(done, total, units[0].name)
    for finished in crew.work(units, options, inside):
        yield finished
        done += 1
        if report is not None:
            report(done, total, finished.unit.name)


def _failed(finished: Finished) -> PickRun:
    return PickRun.failed(finished.unit.name, finished.unit.station, finished.unit.day, finished.reason)
