"""Formats beyond miniSEED, by ObsPy: SAC, GSE2, SEG-Y, SEG-2, K-NET, WIN and others.

ObsPy's own search for the format is not used: it tries to unpickle the file it is given, which runs
code from it, unpacks archives and follows addresses. Here the formats of a fixed list are asked
one by one; readers that open further files named inside the first (CSS) are not among them.
"""

from __future__ import annotations

import os
import warnings
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np

from onsets.errors import MissingExtraError
from onsets.types import Problem, Trace
from onsets.waveforms._codes import clean_codes

__all__ = ["FORMATS", "read_other"]

FORMATS = (
    "SAC",
    "GSE2",
    "GSE1",
    "SEISAN",
    "KNET",
    "SACXY",
    "SH_ASC",
    "SLIST",
    "TSPAIR",
    "SEG2",
    "REFTEK130",
    "PDAS",
    "KINEMETRICS_EVT",
    "RG16",
    "SEGY",
    "WIN",
    "AH",
    "GCF",
    "DMX",
    "Y",
    "SU",
)
"""ObsPy's names of the formats tried, the strictest signatures first."""

_GSE_LINE = 82
_GSE_CHARACTERS = b"+-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz \r\n"

_PACKED = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"PK\x03\x04": "zip",
    b"\xfd7zXZ": "xz",
    b"(\xb5/\xfd": "zstd",
}


def read_other(path: str | Path, *, sure: bool = True) -> tuple[list[Trace], list[Problem]]:
    """Read a file that is no miniSEED.

    Parameters
    ----------
    path : str or Path
    sure : bool
        Whether the file is meant to hold waveforms. If not, a format that nobody knows is no
        failure (``fatal=False``).

    Returns
    -------
    traces : list of Trace
        Samples as the file holds them; masked arrays are split at their gaps. Traces without any
        station code are told apart as stations ``X0001``, ``X0002``... in the order of the file.
    problems : list of Problem
        Whatever goes wrong, by the file's name; nothing is raised.
    """
    name = str(path)
    try:
        kind, found = _read(os.path.realpath(path))
        traces, problems = _traces(found, name)
    except OSError as error:
        return [], [Problem(name, f"cannot be read: {error.strerror or error}", fatal=True)]
    except (MissingExtraError, _UnknownError) as error:
        return [], [Problem(name, str(error), fatal=sure)]
    except Exception as error:  # noqa: BLE001  readers of damaged files raise whatever they meet
        reason = f"cannot be read by ObsPy: {type(error).__name__}: {error}"
        return [], [Problem(name, reason, fatal=True)]
    if not traces and not problems:
        problems.append(Problem(name, f"holds no samples ({kind})", fatal=sure))
    return traces, problems


class _UnknownError(Exception):
    """No reader knows the file."""


def _read(path: str) -> tuple[str, Any]:
    """Return the format's name and an ObsPy Stream."""
    with open(path, "rb") as handle:
        head = handle.read(8)
    if not head:
        raise _UnknownError("is empty (0 bytes)")
    for mark, packing in _PACKED.items():
        if head.startswith(mark):
            raise _UnknownError(f"is packed with {packing}; unpack it first")
    try:
        import obspy  # noqa: F401  its readers are looked up by name
    except ImportError:
        raise MissingExtraError("ObsPy", "obspy", "a file that is no miniSEED") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for kind in FORMATS:
            if _is_format(kind, path):
                if kind.startswith("GSE"):
                    _check_gse(path)
                return kind, _plugin(kind, "readFormat")(path)
    raise _UnknownError("is no waveform file in a known format: miniSEED, " + ", ".join(FORMATS))


def _check_gse(path: str) -> None:
    """Refuse compressed samples that would make ObsPy's decoder write outside its memory.

    It copies each line into 83 bytes whatever the line's length, and looks characters up in a table.
    """
    inside = plain = False
    with open(path, "rb") as handle:
        for number, line in enumerate(handle, 1):
            if line.startswith((b"WID1", b"WID2")):
                inside, plain = False, b" INT " in line
            elif line.startswith((b"DAT1", b"DAT2")):
                inside = True
            elif line.startswith((b"CHK1", b"CHK2")):
                inside = False
            elif inside and not plain and (len(line) > _GSE_LINE or line.translate(None, _GSE_CHARACTERS)):
                raise ValueError(f"line {number} of the samples is damaged")


def _is_format(kind: str, path: str) -> bool:
    try:
        return bool(_plugin(kind, "isFormat")(path))
    except Exception:  # noqa: BLE001  a reader that stumbles over a file does not know it
        return False


@cache
def _plugin(kind: str, task: str) -> Any:
    """Return a function that ObsPy has registered for a format."""
    for entry in entry_points(group=f"obspy.plugin.waveform.{kind}", name=task):
        return entry.load()
    raise LookupError(f"this ObsPy has no {task} for {kind}")


def _traces(found: Any, name: str) -> tuple[list[Trace], list[Problem]]:
    """Turn an ObsPy Stream into traces."""
    traces: list[Trace] = []
    problems: dict[str, Problem] = {}
    for number, item in enumerate(found, 1):
        stats = item.stats
        codes = [str(stats[key]) for key in ("network", "station", "location", "channel")]
        anonymous = not any(code.strip(" \x00") for code in codes[:3])
        if anonymous:
            codes[1] = f"X{number:04d}"
        try:
            station_id, channel, note = clean_codes(*codes)
            rate, start_ns = _clean_rate(float(stats.sampling_rate)), int(stats.starttime.ns)
        except (ValueError, OverflowError) as error:
            reason = f"trace {number} given up: {error}"
            problems[reason] = Problem(name, reason, samples=len(item.data), fatal=True)
            continue
        if anonymous:
            note = "traces without station codes are called X and their number in the file"
        if note:
            problems.setdefault(note, Problem(name, note, "" if anonymous else station_id, time_ns=start_ns))
        masked = np.ma.getmaskarray(item.data)  # type: ignore[no-untyped-call, unused-ignore]  # in numpy 1
        data = np.ma.getdata(item.data)  # type: ignore[no-untyped-call, unused-ignore]  # in numpy 1
        edges = np.diff(masked.astype(np.int8), prepend=1, append=1)
        for first, last in np.flatnonzero(edges).reshape(-1, 2).tolist():
            begin = start_ns + round(first * 1e9 / rate)
            traces.append(Trace(station_id, channel, begin, rate, data[first:last], name))
    return traces, list(problems.values())


def _clean_rate(rate_hz: float) -> float:
    """Undo the rounding of a sample interval kept in single precision (99.9999978 Hz is 100 Hz)."""
    if not 0 < rate_hz < float("inf"):
        raise ValueError(f"rate {rate_hz:g} Hz -> expected a positive number")
    near = round(rate_hz, 4)
    return near if near > 0 and abs(near / rate_hz - 1) < 1e-7 else rate_hz
