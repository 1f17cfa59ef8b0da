"""Read every format but miniSEED by ObsPy: SAC, GSE2, SEG-Y, SEG-2, Kinemetrics, ..."""

from __future__ import annotations

import math
import warnings
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np

from onsets.errors import MissingExtraError
from onsets.types import Problem, Trace
from onsets.waveforms._codes import clean_codes

__all__ = ["read_other"]

_PLUGINS = "obspy.plugin.waveform"
# Reading a pickle runs what is written in it; miniSEED has a reader of its own.
_LEFT_OUT = {"PICKLE", "MSEED"}


def read_other(path: str | Path) -> tuple[list[Trace], list[Problem]]:
    """Read a waveform file by whichever of ObsPy's readers knows it.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    traces : list of Trace
        Masked arrays are split where they are masked.
    problems : list of Problem
        Whatever ObsPy raised, and ObsPy missing, is a fatal Problem that names the file.

    Notes
    -----
    ObsPy's readers are asked one by one, as :func:`obspy.read` does, but never its pickle reader,
    which would run code from the file; nothing is unpacked or fetched.
    """
    name = str(path)
    try:
        import obspy  # noqa: F401
    except ImportError:
        return [], [Problem(name, str(MissingExtraError("ObsPy", "obspy", "this file format")), fatal=True)]
    try:
        with open(path, "rb") as handle:
            if not handle.read(1):
                return [], [Problem(name, "is empty (0 bytes)", fatal=True)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            kind, stream = _read(name)
    except Exception as error:  # noqa: BLE001  readers raise anything on damaged files
        reason = f"cannot be read: {type(error).__name__}: {error}"
        return [], [Problem(name, reason, fatal=True)]
    if kind is None:
        return [], [Problem(name, "is no waveform file in a format that is known", fatal=True)]
    traces: list[Trace] = []
    problems: list[Problem] = []
    for item in stream:
        _add(item, name, traces, problems)
    if not traces and not problems:
        problems.append(Problem(name, f"holds no samples ({kind})", fatal=True))
    return traces, problems


def _read(name: str) -> tuple[str | None, Any]:
    """Return the format and ObsPy's stream; None where no reader knows the file."""
    import obspy  # noqa: F401  its readers are looked up by name

    for plugin in sorted(entry_points(group=_PLUGINS), key=lambda item: item.name):
        if plugin.name in _LEFT_OUT:
            continue
        calls = {call.name: call for call in entry_points(group=f"{_PLUGINS}.{plugin.name}")}
        try:
            known = calls["isFormat"].load()(name)
        except Exception:  # noqa: BLE001, S112  a reader that stumbles over a file does not know it
            continue
        if known:
            return plugin.name, calls["readFormat"].load()(name)
    return None, None


def _add(item: Any, name: str, traces: list[Trace], problems: list[Problem]) -> None:
    """Turn one ObsPy trace into ours."""
    stats = item.stats
    try:
        codes = (stats.network, stats.station, stats.location, stats.channel)
        station_id, channel, note = clean_codes(*(str(code) for code in codes))
    except ValueError as error:
        problems.append(Problem(name, str(error), samples=len(item.data), fatal=True))
        return
    rate, start = _clean_rate(float(stats.sampling_rate)), int(stats.starttime.ns)
    if not (math.isfinite(rate) and rate > 0):
        reason = f"{station_id}.{channel} has rate {rate:g} Hz, expected a positive number"
        problems.append(Problem(name, reason, station_id, len(item.data), True, start))
        return
    if note:
        problems.append(Problem(name, note, station_id, time_ns=start))
    mask = np.ma.getmaskarray(item.data)
    data = np.ma.getdata(item.data)
    edges = np.flatnonzero(np.diff(np.concatenate([[True], mask, [True]]).astype(np.int8)))
    for first, last in edges.reshape(-1, 2).tolist():
        begin = start + round(first * 1e9 / rate)
        traces.append(Trace(station_id, channel, begin, rate, data[first:last], name))


def _clean_rate(rate_hz: float) -> float:
    """Undo the rounding of a sample interval kept in single precision (99.9999978 Hz is 100 Hz)."""
    near = round(rate_hz, 4)
    return near if near > 0 and abs(near / rate_hz - 1) < 1e-7 else rate_hz
