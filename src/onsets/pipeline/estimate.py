"""What a run will cost, from a short calibration on its own data."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from onsets.networks import figures
from onsets.picking import NetworkPicker, bundled
from onsets.pipeline.day import PickOptions
from onsets.pipeline.ledger import DAY_NS
from onsets.pipeline.plan import Plan, StationDay
from onsets.pipeline.unit import pick_traces
from onsets.types import Trace
from onsets.waveforms import read_span, trim

__all__ = ["Estimate", "estimate"]

_SLICE_NS = 1800 * 10**9


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a plan is and will cost.

    Attributes
    ----------
    station_days, files, bytes : int
        Files are counted once, their bytes for each station-day that reads them.
    first_day, last_day : str
        Empty when there is none.
    seconds : float or None
        Expected wall time; None when nothing could be calibrated.
    seconds_day : float or None
        Of one worker for a station-day of the size calibrated on.
    macs_day : int or None
        Multiply-adds of the network for a station-day, where known.
    calibrated_on : str
        The station-day that was tried.
    """

    station_days: int
    files: int
    bytes: int
    first_day: str
    last_day: str
    seconds: float | None
    seconds_day: float | None
    macs_day: int | None
    calibrated_on: str


def estimate(plan: Plan, options: PickOptions, workers: int = 1) -> Estimate:
    """Say what a plan costs, by reading one station-day of middling size and picking half an hour of it.

    Parameters
    ----------
    plan : Plan
    options : PickOptions
    workers : int
        Processes that will share the work, on as many cores.
    """
    units = sorted((unit for unit in plan.units if unit.bytes), key=lambda unit: (unit.bytes, unit.name))
    seconds = seconds_day = None
    tried = units[len(units) // 2] if units else None
    if tried is not None:
        seconds_day = _calibrate(tried, options)
        if seconds_day is not None:
            seconds = seconds_day * plan.bytes / tried.bytes / max(1, min(workers, len(units)))
    days = [unit.name.split("/")[0] for unit in units]
    return Estimate(
        plan.station_days,
        len({path for unit in plan.units for path in unit.files}),
        plan.bytes,
        min(days, default=""),
        max(days, default=""),
        seconds,
        seconds_day,
        _macs_day(options),
        "" if tried is None else tried.name,
    )


def _calibrate(unit: StationDay, options: PickOptions) -> float | None:
    """Return the seconds a unit takes here, from a slice of it."""
    picker = options.picker()
    began = time.perf_counter()
    station = unit.station if unit.alone else None
    traces, _ = read_span(unit.files, unit.day * DAY_NS, (unit.day + 1) * DAY_NS, station)
    reading = time.perf_counter() - began
    if not traces:
        return None
    begin = max(traces, key=lambda trace: len(trace.data)).start_ns
    piece = trim(traces, begin, begin + _SLICE_NS)
    pick_traces(trim(piece, begin, begin + _SLICE_NS // 10), picker)  # the first call sets things up
    began = time.perf_counter()
    pick_traces(piece, picker)
    return reading + (time.perf_counter() - began) * _samples(traces) / max(1, _samples(piece))


def _samples(traces: list[Trace]) -> int:
    return sum(len(trace.data) for trace in traces)


def _macs_day(options: PickOptions) -> int | None:
    picker = options.picker()
    if not isinstance(picker, NetworkPicker):
        return None
    known: dict[str, dict[str, Any]] = {row["name"]: row for row in figures()}
    known |= {name: entry["figures"] for name, entry in bundled().items()}
    found = known.get(options.model, {}).get("macs_day")
    return None if found is None else int(found)
