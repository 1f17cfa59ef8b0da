"""Samples of a miniSEED file that are decoded when they are asked for, so that a week needs no more memory
than an hour.

Only headers are read at first. A file of miniSEED 2 whose records have one length and follow each other in
time can be read so; any other is not (see :func:`defer`) and is read whole.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pymseed import MS3Record, MS3TraceList, PymseedError, get_error_messages, sourceid2nslc

from onsets.errors import WaveformError
from onsets.types import Trace
from onsets.waveforms._codes import clean_codes
from onsets.waveforms._scan import EARLIEST_NS, MAX_RATE_HZ, MIN_RATE_HZ

__all__ = ["Deferred", "DeferredError", "defer", "span_of"]

LEAST_BYTES = 1 << 20
"""Smaller files are read at once."""
_BLOCK = 1 << 23
_HEAD = 48
_KINDS: dict[str, np.dtype[Any]] = {
    "i": np.dtype(np.int32),
    "f": np.dtype(np.float32),
    "d": np.dtype(np.float64),
}


class DeferredError(WaveformError):
    """A file is not what its headers said; it has to be read whole."""


@dataclass(frozen=True, slots=True, eq=False)
class _Records:
    """Where the records of one run lie in a file.

    Attributes
    ----------
    path : str
    length : int
        Bytes a record.
    numbers : ndarray of int64, shape (records,)
        Place of each record in the file, in records; increasing.
    ends : ndarray of int64, shape (records,)
        Samples of the run up to the end of each.
    """

    path: str
    length: int
    numbers: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]


class Deferred:
    """Samples of one run, an array to whoever takes slices of it.

    Parameters
    ----------
    records : _Records
    dtype : dtype
    first, last : int
        Part of the run, end excluded.
    """

    ndim = 1

    def __init__(self, records: _Records, dtype: np.dtype[Any], first: int, last: int) -> None:
        self._records, self.dtype = records, dtype
        self._first, self._last = first, last

    def __len__(self) -> int:
        return self._last - self._first

    @property
    def size(self) -> int:
        """Number of samples."""
        return len(self)

    def part(self, first: int, last: int) -> Deferred:
        """Return some of the samples, still to be decoded."""
        return Deferred(self._records, self.dtype, self._first + first, self._first + last)

    def __getitem__(self, span: slice) -> npt.NDArray[Any]:
        """Decode a slice of consecutive samples.

        Raises
        ------
        DeferredError
            If the file is not what its headers said.
        """
        a, b, step = span.indices(len(self))
        if step != 1:
            raise DeferredError("samples that are still in a file are taken one after another")
        if b <= a:
            return np.empty(0, dtype=self.dtype)
        a, b = a + self._first, b + self._first
        records = self._records
        i, j = np.searchsorted(records.ends, [a, b - 1], side="right")
        begin = int(records.ends[i - 1]) if i else 0
        data = self._decode(records.numbers[i : j + 1], int(records.ends[j]) - begin)
        return data[a - begin : b - begin]

    def _decode(self, numbers: npt.NDArray[np.int64], samples: int) -> npt.NDArray[Any]:
        """Decode whole records, which must be one run of the samples that the headers told."""
        path, length = self._records.path, self._records.length
        first, count = int(numbers[0]), int(numbers[-1]) - int(numbers[0]) + 1
        try:
            with open(path, "rb") as file:
                file.seek(first * length)
                buffer = file.read(count * length)
            if count != len(numbers):
                rows = np.frombuffer(buffer, np.uint8).reshape(-1, length)
                buffer = rows[numbers - first].tobytes()
            with MS3TraceList() as found:
                found.add_buffer(buffer, unpack_data=True)
                runs = [run for channel in found for run in channel]
                if not get_error_messages() and len(runs) == 1 and runs[0].numsamples == samples:
                    data: npt.NDArray[Any] = runs[0].take_np_datasamples()
                    if data.dtype == self.dtype:
                        return data
        except (OSError, PymseedError, ValueError) as error:
            raise DeferredError(f"{path} cannot be read piece by piece: {error}") from error
        raise DeferredError(f"{path} cannot be read piece by piece: it does not hold what its headers say")


def span_of(trace: Trace, first: int, last: int) -> Any:
    """Return some samples of a trace without decoding any."""
    if isinstance(trace.data, Deferred):
        return trace.data.part(first, last)
    return trace.data[first:last]


def defer(path: str | Path) -> list[Trace] | None:
    """Return a file's runs with samples to be decoded later; None when it has to be read whole.

    Parameters
    ----------
    path : str or Path
        miniSEED 2 of at least a megabyte.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    name, size = str(path), os.path.getsize(path)
    with open(path, "rb") as file:
        head = file.read(65_536)
    if size < LEAST_BYTES or head[6:7] not in (b"D", b"R", b"Q", b"M"):
        return None
    try:
        length = MS3Record.parse(head).reclen
        if size % length or length < _HEAD:
            return None
        with MS3TraceList() as found:
            found.add_file(name)
            if get_error_messages():
                return None
            runs = [(channel.sourceid, run.starttime, run.endtime, run.samprate, run.samplecnt)
                    for channel in found for run in channel]  # fmt: skip
        counts, ids = _headers(name, length)
        kinds = _kinds(name, length, ids)
    except (PymseedError, ValueError):
        return None
    return _traces(name, length, runs, counts, ids, kinds)


def _headers(path: str, length: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.void]]:
    """Return the number of samples and the codes of every record."""
    counts, ids = [], []
    with open(path, "rb") as file:
        while block := file.read(max(1, _BLOCK // length) * length):
            heads = np.frombuffer(block, np.uint8).reshape(-1, length)[:, :_HEAD]
            if not np.isin(heads[:, 6], np.frombuffer(b"DRQM", np.uint8)).all():
                raise ValueError("something else than data records")
            big = heads[:, 20:22].copy().view(">u2")[:, 0]  # the year tells the byte order
            if not ((big > 1900) & (big < 2100)).all():
                raise ValueError("not all records are big-endian")
            counts.append(heads[:, 30:32].copy().view(">u2")[:, 0].astype(np.int64))
            ids.append(np.ascontiguousarray(heads[:, 8:20]).view("V12")[:, 0])
    return np.concatenate(counts), np.concatenate(ids)


def _kinds(path: str, length: int, ids: npt.NDArray[np.void]) -> dict[str, tuple[Any, np.dtype[Any]]]:
    """Return codes and kind of samples of each source id, by its first record."""
    kinds: dict[str, tuple[Any, np.dtype[Any]]] = {}
    with open(path, "rb") as file:
        for code in ids[:1] if (ids == ids[0]).all() else np.unique(ids):
            file.seek(int(np.argmax(ids == code)) * length)
            record = MS3Record.parse(file.read(length), unpack_data=True)
            kind = _KINDS.get(record.sampletype or "")
            if kind is None or record.sourceid in kinds:
                raise ValueError("no numbers, or one source under two codes")
            kinds[record.sourceid] = (code, kind)
    return kinds


def _traces(
    path: str,
    length: int,
    runs: list[tuple[str, int, int, float, int]],
    counts: npt.NDArray[np.int64],
    ids: npt.NDArray[np.void],
    kinds: dict[str, tuple[Any, np.dtype[Any]]],
) -> list[Trace] | None:
    """Give each run its records; None where they do not follow each other in the file."""
    rows = {sourceid: np.flatnonzero(ids == code) for sourceid, (code, _) in kinds.items()}
    ends = {sourceid: np.cumsum(counts[rows[sourceid]]) for sourceid in kinds}
    used = dict.fromkeys(kinds, 0)
    traces = []
    for sourceid, start_ns, end_ns, rate_hz, samples in runs:
        done = used.get(sourceid)
        if (
            done is None
            or samples == 0
            or not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ
            or start_ns <= EARLIEST_NS
        ):
            return None
        if abs(end_ns - start_ns - (samples - 1) * 1e9 / rate_hz) > 5e8 / rate_hz:
            return None
        before = int(ends[sourceid][done - 1]) if done else 0
        here = int(np.searchsorted(ends[sourceid], before + samples))
        if here == len(ends[sourceid]) or ends[sourceid][here] != before + samples:
            return None
        try:
            station_id, channel, note = clean_codes(*sourceid2nslc(sourceid))
        except ValueError:
            return None
        if note:
            return None
        numbers = rows[sourceid][done : here + 1]
        records = _Records(path, length, numbers, ends[sourceid][done : here + 1] - before)
        data: Any = Deferred(records, kinds[sourceid][1], 0, samples)
        traces.append(Trace(station_id, channel, start_ns, rate_hz, data, path))
        used[sourceid] = here + 1
    return traces if all(used[sourceid] == len(rows[sourceid]) for sourceid in kinds) else None
