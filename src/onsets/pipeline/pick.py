"""Files and archives to picks; bad data at one station never stops the rest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from onsets.picking import Picker
from onsets.pipeline.day import pick_day
from onsets.pipeline.plan import Plan, margins, plan_files, plan_sds
from onsets.pipeline.result import PickRun, Report

__all__ = ["pick_files", "pick_sds"]


def pick_files(paths: Sequence[str | Path], picker: Picker, progress: Report | None = None) -> PickRun:
    """Pick files, folders and glob patterns.

    Parameters
    ----------
    paths : sequence of str or Path
    picker : Picker
        From :func:`onsets.picking.load`.
    progress : callable, optional

    Returns
    -------
    PickRun
        The same whatever the order of the files and however a day is cut into files.

    Raises
    ------
    ConfigError
        If a path does not exist or a pattern matches nothing.
    """
    plan = plan_files([str(path) for path in paths], margins(picker), progress)
    return _all(plan, picker, progress)


def pick_sds(
    root: str | Path,
    start_ns: int,
    end_ns: int,
    picker: Picker,
    stations: list[str] | None = None,
    progress: Report | None = None,
) -> PickRun:
    """Pick a span of an SDS archive, a station-day after another.

    Parameters
    ----------
    root : str or Path
        Holds ``YEAR/NET/STA/CHAN.D/NET.STA.LOC.CHAN.D.YEAR.DAY``.
    start_ns, end_ns : int
        Span, ns UTC, end excluded.
    picker : Picker
    stations : list of str, optional
        Patterns ``NET.STA`` or ``NET.STA.LOC``; all when not given.
    progress : callable, optional
    """
    return _all(plan_sds(root, start_ns, end_ns, stations), picker, progress)


def _all(plan: Plan, picker: Picker, progress: Report | None) -> PickRun:
    """Pick a plan here, a station-day after another, and keep it all in memory."""
    runs = [plan.told()]
    for done, unit in enumerate(plan.units):

        def inside(share: float, _: float, name: str, done: int = done) -> None:
            if progress is not None:
                progress(done + share, len(plan.units), name)

        runs.append(pick_day(unit, picker, inside))
    return PickRun.join(runs)
