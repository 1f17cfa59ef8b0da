"""Files and archives to picks; bad data at one station never stops the rest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from onsets.picking import Picker
from onsets.pipeline.result import PickRun, Report
from onsets.pipeline.unit import Unit, pick_traces, pick_unit
from onsets.waveforms import sds_files

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
    return pick_unit(Unit("", tuple(str(path) for path in paths)), picker, progress)


def pick_sds(
    root: str | Path,
    start_ns: int,
    end_ns: int,
    picker: Picker,
    stations: list[str] | None = None,
    progress: Report | None = None,
) -> PickRun:
    """Pick a span of an SDS archive, one station after another.

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
    files, problems = sds_files(root, start_ns, end_ns, stations)
    by_station: dict[str, list[Path]] = {}
    for path in files:
        by_station.setdefault(".".join(path.name.split(".")[:2]), []).append(path)
    runs = [pick_traces([], picker, problems)]
    for done, (station, members) in enumerate(sorted(by_station.items())):
        unit = Unit(station, tuple(str(path) for path in members), start_ns, end_ns)
        runs.append(pick_unit(unit, picker))
        if progress is not None:
            progress(done + 1, len(by_station), station)
    return PickRun.join(runs)
