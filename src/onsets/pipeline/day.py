"""Pick one station-day, alike whatever the rest of the run is."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from onsets.picking import Picker, bundled, load
from onsets.pipeline.ledger import DAY_NS, day_name
from onsets.pipeline.plan import StationDay, margins
from onsets.pipeline.result import PickRun, Report
from onsets.pipeline.unit import pick_traces
from onsets.types import Problem, Trace
from onsets.waveforms import read_span

__all__ = ["PickOptions", "pick_day"]

_READING = 0.1
"""Share of a station-day's progress that reading is taken for."""


@dataclass(frozen=True, slots=True)
class PickOptions:
    """Which picker, so that another process can make the same one.

    Attributes
    ----------
    model, weights, rate_as, threads, mode
        As in :func:`onsets.picking.load`.
    thresholds : tuple of (str, float)
        By label.
    """

    model: str = "default"
    weights: str | None = None
    thresholds: tuple[tuple[str, float], ...] = ()
    rate_as: float | None = None
    threads: int | None = None
    mode: str = "exact"

    def facts(self) -> dict[str, Any]:
        """Return what picks depend on, as JSON can hold it: files by their content, thresholds as used."""
        named = [Path(name) for name in (self.model, self.weights or "") if Path(name).is_file()]
        return {
            "model": Path(self.model).name if named else self.model,
            "content": [hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in named]
            or bundled().get(self.model, {}).get("sha256", {}).get("onnx", "")[:16],
            "thresholds": self.picker().thresholds,
            "rate_as": self.rate_as,
            "threads": self.threads,
            "mode": self.mode,
            "onsets": version("onsets"),
        }

    def picker(self) -> Picker:
        """Return the picker; the last one made is kept."""
        return _load(self)


@lru_cache(maxsize=1)
def _load(options: PickOptions) -> Picker:
    return load(
        options.model,
        weights=options.weights,
        thresholds=dict(options.thresholds),
        rate_as=options.rate_as,
        threads=options.threads,
        mode=options.mode,
    )


def pick_day(unit: StationDay, picker: Picker, progress: Report | None = None) -> PickRun:
    """Read and pick a station-day with its margins, and keep what is its own.

    Parameters
    ----------
    unit : StationDay
    picker : Picker
    progress : callable, optional
        Told the share that is done, 1, and the unit's name.

    Returns
    -------
    PickRun
        Times in whole microseconds. Bad data become problems.

    Raises
    ------
    ConfigError, MissingExtraError
        If the picker cannot be used at all.
    """

    def tell(share: float) -> None:
        if progress is not None:
            progress(share, 1.0, unit.name)

    first, last = margins(picker).around(unit.start_ns, unit.end_ns)
    station = unit.station if unit.alone else None
    traces: list[Trace] = []
    problems: list[Problem] = []
    for done, path in enumerate(unit.files):
        found, faults = read_span([path], first, last, station)
        traces += found
        problems += faults if unit.alone else [_owned(one, unit) for one in faults]
        if not found and not faults and _promised(unit):
            problems.append(_strange(unit, path))
        tell(_READING * (done + 1) / len(unit.files))
    found, faults = read_span(unit.beside, first, last, station)
    traces += found
    problems += [one for one in faults if one.time_ns and unit.start_ns <= one.time_ns < unit.end_ns]

    def picking(done: float, total: float, _: str) -> None:
        tell(_READING + (1 - _READING) * done / total if total else 1.0)

    return pick_traces(traces, picker, problems, picking, (unit.start_ns, unit.end_ns))


def _owned(problem: Problem, unit: StationDay) -> Problem:
    """Book what is wrong with a station's own file to the station and, if no time is known, to its day."""
    station = problem.station_id or unit.station
    when = unit.start_ns if problem.time_ns is None else problem.time_ns
    return dataclasses.replace(problem, station_id=station, time_ns=when)


def _promised(unit: StationDay) -> bool:
    """Whether a file was taken by its name for a whole day."""
    return not unit.alone and unit.end_ns - unit.start_ns == DAY_NS


def _strange(unit: StationDay, path: str) -> Problem:
    reason = f"holds no sample of {unit.station} on {day_name(unit.day)}, which its name promises"
    return Problem(path, f"{reason}; look at its headers", unit.station, fatal=True, time_ns=unit.start_ns)
