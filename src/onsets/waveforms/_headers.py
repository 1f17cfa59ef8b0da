"""Record headers of a miniSEED file, read without decoding a sample.

They say which stations and times a file holds, and which of its records touch a span.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.waveforms._codes import clean_codes

__all__ = ["Headers", "read_headers"]

_FIXED = np.dtype(
    {
        "names": (
            *("letter", "codes", "year", "day", "hour", "minute", "second", "fraction"),
            *("samples", "factor", "multiplier", "activity", "correction"),
        ),
        "formats": ["u1", "S12", ">u2", ">u2", "u1", "u1", "u1", ">u2", ">u2", ">i2", ">i2", "u1", ">i4"],
        "offsets": [6, 8, 20, 22, 24, 25, 26, 28, 30, 32, 34, 36, 40],
        "itemsize": 48,
    }
)
"""The fixed section of a miniSEED 2 record, as most are written: big-endian."""
_QUALITY = np.isin(np.arange(256), np.frombuffer(b"DRQM", np.uint8))
_EPOCH = np.datetime64("1970-01-01", "ns")


@dataclass(frozen=True, slots=True, eq=False)
class Headers:
    """One element a record, in the order of the file.

    Attributes
    ----------
    offset, length : ndarray of int64, shape (n,)
        Where its bytes are.
    start_ns, end_ns : ndarray of int64, shape (n,)
        Time of the first sample and of the one after the last, ns since 1970 UTC, to a millisecond.
    station : ndarray of int64, shape (n,)
        Index into ``stations``.
    stations : tuple of str
        ``NET.STA.LOC`` each.
    """

    offset: npt.NDArray[np.int64]
    length: npt.NDArray[np.int64]
    start_ns: npt.NDArray[np.int64]
    end_ns: npt.NDArray[np.int64]
    station: npt.NDArray[np.int64]
    stations: tuple[str, ...]


def read_headers(buffer: bytes) -> Headers | None:
    """Read the headers of a sound file.

    Parameters
    ----------
    buffer : bytes
        The whole file: miniSEED 2 with records of one length, or miniSEED 3.

    Returns
    -------
    Headers or None
        None when something is odd and only decoding can tell what the file holds.
    """
    from pymseed import PymseedError

    try:
        return _third(buffer) if buffer.startswith(b"MS\x03") else _second(buffer)
    except (PymseedError, ValueError, struct.error):
        return None


def _second(buffer: bytes) -> Headers | None:
    """Read the headers of miniSEED 2."""
    from pymseed import MS3Record

    length = MS3Record.parse(buffer[: 1 << 16]).reclen
    if length < _FIXED.itemsize or len(buffer) % length:
        return None
    rows = np.frombuffer(buffer, np.uint8).reshape(-1, length)[:, : _FIXED.itemsize]
    heads = np.ascontiguousarray(rows).view(_FIXED)[:, 0]
    if not 1900 <= heads["year"][0] <= 2100:
        heads = heads.view(_FIXED.newbyteorder())
    if not _plausible(heads):
        return None
    years = (heads["year"].astype(np.int64) - 1970).astype("datetime64[Y]").astype("datetime64[ns]")
    seconds = 3600 * heads["hour"].astype(np.int64) + 60 * heads["minute"].astype(np.int64) + heads["second"]
    ticks = heads["fraction"].astype(np.int64)
    ticks += np.where(heads["activity"] & 2, 0, heads["correction"])  # bit 1: the time has it already
    days = heads["day"].astype(np.int64) - 1
    start = (years - _EPOCH).astype(np.int64) + (days * 86_400 + seconds) * 10**9 + ticks * 100_000
    end = start + _spans_ns(heads["samples"], heads["factor"], heads["multiplier"])
    codes, index = np.unique(heads["codes"], return_inverse=True)
    ids = [_station(code.ljust(12)) for code in codes.tolist()]
    stations = tuple(dict.fromkeys(ids))
    which = np.array([stations.index(one) for one in ids], dtype=np.int64)[index.ravel()]
    at = np.arange(len(heads), dtype=np.int64) * length
    return Headers(at, np.full(len(heads), length, dtype=np.int64), start, end, which, stations)


def _plausible(heads: npt.NDArray[Any]) -> bool:
    limits = (("year", 1900, 2100), ("day", 1, 366), ("hour", 0, 23), ("minute", 0, 59), ("second", 0, 60))
    sound = _QUALITY[heads["letter"]]
    for name, low, high in limits:
        sound &= (heads[name] >= low) & (heads[name] <= high)
    return bool(sound.all())


def _spans_ns(samples: Any, factor: Any, multiplier: Any) -> npt.NDArray[np.int64]:
    """Return how long each record is, 0 where it has no rate (a log)."""
    f, m = factor.astype(np.float64), multiplier.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(f < 0, -1 / f, f) * np.where(m < 0, -1 / m, m)
        span = np.where(rate > 0, samples * 1e9 / rate, 0.0)
    return np.asarray(np.round(span), dtype=np.int64)


def _station(codes: bytes) -> str:
    """Return ``NET.STA.LOC`` of station (5), location (2), channel (3) and network (2) code."""
    text = codes.decode("ascii")
    return clean_codes(text[10:12], text[:5], text[5:7], text[7:10])[0]


def _third(buffer: bytes) -> Headers | None:
    """Read the headers of miniSEED 3: their lengths differ, so one after another."""
    from pymseed import sourceid2nslc

    known: dict[bytes, int] = {}
    stations: dict[str, int] = {}
    rows = []
    at = 0
    while at < len(buffer):
        fraction, year, day, hour, minute, second = struct.unpack_from("<IHHBBB", buffer, at + 4)
        rate, samples = struct.unpack_from("<dI", buffer, at + 16)
        code_bytes, extra, payload = struct.unpack_from("<BHI", buffer, at + 33)
        end = at + 40 + code_bytes + extra + payload
        if not buffer.startswith(b"MS\x03", at) or end > len(buffer) or not 1900 <= year <= 2100:
            return None
        if not (1 <= day <= 366 and hour <= 23 and minute <= 59 and second <= 60):
            return None
        sid = buffer[at + 40 : at + 40 + code_bytes]
        if sid not in known:
            station = clean_codes(*sourceid2nslc(sid.decode("ascii")))[0]
            known[sid] = stations.setdefault(station, len(stations))
        first = int((np.datetime64(f"{year}-01-01", "ns") - _EPOCH).astype(np.int64))
        first += ((day - 1) * 86_400 + hour * 3600 + minute * 60 + second) * 10**9 + fraction
        hz = rate if rate >= 0 else -1 / rate
        last = first + (round(samples * 1e9 / hz) if hz > 0 else 0)
        rows.append((at, end - at, first, last, known[sid]))
        at = end
    columns = np.array(rows, dtype=np.int64).T
    return Headers(columns[0], columns[1], columns[2], columns[3], columns[4], tuple(stations))
