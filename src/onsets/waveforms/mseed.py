"""Read and write miniSEED 2 and 3.

A sound file is decoded in one go by libmseed. What that cannot prove to be whole (a bad record, a
length that does not add up, a checksum, a drifting clock) is read again record by record.
"""

from __future__ import annotations

import os
import secrets
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pymseed import (
    DataEncoding,
    MS3Record,
    MS3TraceList,
    PymseedError,
    get_error_messages,
    nslc2sourceid,
    sourceid2nslc,
)

from onsets.errors import ConfigError, WaveformError, nearest
from onsets.types import Problem, Trace
from onsets.waveforms._codes import clean_codes
from onsets.waveforms._headers import Headers, read_headers
from onsets.waveforms._scan import CONTROL, EARLIEST_NS, HEADER, MAX_RATE_HZ, MIN_RATE_HZ, Piece, scan

__all__ = ["is_mseed", "read_mseed", "write_mseed"]

_SNIFFED_BYTES = 65_536
_STEIM2_LIMIT = 2**29
_SLACK_NS = 10**9
_ENCODINGS = {
    "steim1": DataEncoding.STEIM1,
    "steim2": DataEncoding.STEIM2,
    "int32": DataEncoding.INT32,
    "float32": DataEncoding.FLOAT32,
    "float64": DataEncoding.FLOAT64,
}
_KINDS = {"<i4": "i", "<f4": "f", "<f8": "d", ">i4": "i", ">f4": "f", ">f8": "d"}


def is_mseed(path: str | Path) -> bool:
    """Say whether a file holds miniSEED 2 or 3, by its content.

    A file whose beginning is damaged counts when a sound record follows within 64 KiB.

    Raises
    ------
    OSError
        If it cannot be opened.
    """
    with open(path, "rb") as handle:
        head = handle.read(_SNIFFED_BYTES)
    if CONTROL.match(head):
        return True
    for found in HEADER.finditer(head):
        at = found.start() if head.startswith(b"MS\x03", found.start()) else found.start() - 6
        try:
            MS3Record.parse(memoryview(head)[at:], unpack_data=at > 0)
        except (PymseedError, ValueError) as error:
            if at == 0 and getattr(error, "status_code", -1) > 0:  # longer than what was looked at
                return True
        else:
            return True
    return False


def read_mseed(
    path: str | Path, start_ns: int | None = None, end_ns: int | None = None, station_id: str | None = None
) -> tuple[list[Trace], list[Problem]]:
    """Read a miniSEED 2 or 3 file, whatever state it is in.

    Parameters
    ----------
    path : str or Path
    start_ns, end_ns : int, optional
        Records that lie outside this span may be left undecoded, ns UTC.
    station_id : str, optional
        So may those of other stations.

    Returns
    -------
    traces : list of Trace
        One a contiguous run: the next record starts within half a sample of where the run's own
        start and rate say it should, so that a drifting clock does not add up. Repeated and
        overlapping records stay apart. Integers and floats as stored.
    problems : list of Problem
        With byte offsets. A record is given up when it cannot be decoded, when its CRC (miniSEED 3)
        or its last sample (Steim) does not agree, or when its rate or codes make no sense.

    Notes
    -----
    Text records (logs) and records without samples are skipped. Nothing is raised for bad data.
    """
    name = str(path)
    try:
        buffer = Path(path).read_bytes()
    except OSError as error:
        return [], [Problem(name, f"cannot be read: {error.strerror or error}", fatal=True)]
    if not buffer:
        return [], [Problem(name, "is empty (0 bytes)", fatal=True)]
    pieces = None
    if not (start_ns is None and end_ns is None and station_id is None):
        some = _some_records(buffer, start_ns, end_ns, station_id)
        if some == b"":
            return [], []
        pieces = None if some is None else _decode(some)
    if pieces is None:
        pieces = _decode(buffer)
    pieces, problems = scan(buffer, name) if pieces is None else (pieces, [])
    traces, more = _traces(pieces, name)
    problems += more
    if not traces and not problems:
        problems.append(Problem(name, "holds no samples, only text or headers"))
    return traces, problems


def _some_records(
    buffer: bytes, start_ns: int | None, end_ns: int | None, station_id: str | None
) -> bytes | None:
    """Return the bytes of the records that touch a span, in the order of the file; None if they are odd.

    What the headers say is good to a millisecond, so one second more is taken at each end.
    """
    heads = read_headers(buffer)
    if heads is None:
        return None
    wanted = np.ones(len(heads.offset), dtype=bool)
    if start_ns is not None:
        wanted &= heads.end_ns > start_ns - _SLACK_NS
    if end_ns is not None:
        wanted &= heads.start_ns < end_ns + _SLACK_NS
    if station_id is not None:
        known = heads.stations.index(station_id) if station_id in heads.stations else -1
        wanted &= heads.station == known
    if wanted.all():
        return buffer
    return b"".join(buffer[a:b] for a, b in _byte_runs(heads, wanted))


def _byte_runs(heads: Headers, wanted: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return begin and end of each run of bytes that belongs to wanted records."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], wanted.astype(np.int8), [0]]))).reshape(-1, 2)
    ends = heads.offset + heads.length
    return [(int(heads.offset[a]), int(ends[b - 1])) for a, b in edges.tolist()]


def _decode(buffer: bytes) -> list[Piece] | None:
    """Decode a sound file at once; None when something in it needs a closer look."""
    count = _count_records(buffer)
    if count is None:
        return None
    pieces: list[Piece] = []
    records = 0
    try:
        with MS3TraceList() as found:
            found.add_buffer(buffer, unpack_data=True, record_list=True)
            if get_error_messages():
                return None
            for channel in found:
                for run in channel:
                    records += run.recordlist.recordcnt if run.recordlist else 0
                    if run.sampletype == "t" or run.samplecnt == 0:
                        continue
                    rate, samples = run.samprate, run.samplecnt
                    if not MIN_RATE_HZ <= rate <= MAX_RATE_HZ or samples != run.numsamples:
                        return None
                    if run.starttime <= EARLIEST_NS:
                        return None
                    if abs(run.endtime - run.starttime - (samples - 1) * 1e9 / rate) > 5e8 / rate:
                        return None
                    start = run.starttime
                    pieces.append(Piece(channel.sourceid, start, rate, run.take_np_datasamples()))
    except (PymseedError, ValueError):
        return None
    return pieces if records == count else None


def _count_records(buffer: bytes) -> int | None:
    """Count the records of a file whose record lengths add up to its size; None otherwise."""
    if buffer.startswith(b"MS\x03"):
        at, count = 0, 0
        while at + 40 <= len(buffer) and buffer.startswith(b"MS\x03", at):
            sid, extra, payload = struct.unpack_from("<BHI", buffer, at + 33)
            at += 40 + sid + extra + payload
            count += 1
        return count if at == len(buffer) else None
    try:
        length = MS3Record.parse(buffer).reclen
    except (PymseedError, ValueError):
        return None
    if len(buffer) % length:
        return None
    heads = np.frombuffer(buffer, np.uint8).reshape(-1, length)[:, 6]
    return len(heads) if bool(np.isin(heads, np.frombuffer(b"DRQM", np.uint8)).all()) else None


def _traces(pieces: Iterable[Piece], name: str) -> tuple[list[Trace], list[Problem]]:
    """Give each run its codes; name those that had to be changed."""
    traces: list[Trace] = []
    notes: dict[str, Problem] = {}
    for piece in pieces:
        codes = _codes_of(piece.sourceid)
        if isinstance(codes, Problem):
            reason = f"{piece.sourceid!r}: {codes.reason}"
            lost = notes.get(reason, Problem(name, reason, fatal=True)).samples + len(piece.data)
            notes[reason] = Problem(name, reason, samples=lost, fatal=True, time_ns=piece.start_ns)
            continue
        station_id, channel, note = codes
        if note:
            notes.setdefault(note, Problem(name, note, station_id, time_ns=piece.start_ns))
        traces.append(Trace(station_id, channel, piece.start_ns, piece.rate_hz, piece.data, name))
    return traces, list(notes.values())


def _codes_of(sourceid: str) -> tuple[str, str, str] | Problem:
    try:
        return clean_codes(*sourceid2nslc(sourceid))
    except ValueError as error:
        return Problem("", str(error))


def write_mseed(
    traces: Iterable[Trace],
    path: str | Path,
    *,
    version: int = 2,
    encoding: str | None = None,
    record_length: int | None = None,
) -> None:
    """Write traces as miniSEED; the file is there whole or not at all.

    Parameters
    ----------
    traces : iterable of Trace
        Times are kept to the nanosecond in version 3 and to the microsecond in version 2.
    path : str or Path
    version : int
        2 or 3.
    encoding : str, optional
        ``steim1``, ``steim2``, ``int32``, ``float32`` or ``float64``. If not given, integers become
        Steim2 (``int32`` where differences are too large for it) and floats stay what they are.
    record_length : int, optional
        Bytes a record, at most; 512 for version 2 (a power of two there) and 4096 for version 3.

    Raises
    ------
    ConfigError
        If the version, the encoding or the record length cannot be used.
    WaveformError
        If a trace does not fit the format, or the file cannot be written.
    """
    if version not in (2, 3):
        raise ConfigError(f"miniSEED version {version!r} cannot be written; choose 2 or 3")
    if encoding is not None and encoding not in _ENCODINGS:
        raise ConfigError(f"encoding {encoding!r} cannot be written; {nearest(encoding, list(_ENCODINGS))}")
    length = record_length or (512 if version == 2 else 4096)
    if not 128 <= length <= 1 << 20 or (version == 2 and length & (length - 1)):
        raise ConfigError(
            f"record length {length} cannot be used; 128 to 1048576 bytes, a power of two for miniSEED 2"
        )
    final = Path(os.path.realpath(path))
    draft = final.with_name(f".onsets-{secrets.token_hex(6)}.tmp")
    try:
        with open(draft, "xb") as handle:
            for trace in traces:
                handle.writelines(_pack(trace, version, encoding, length))
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(draft, final)
    except OSError as error:
        raise WaveformError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            draft.unlink()


def _pack(trace: Trace, version: int, wanted: str | None, length: int) -> list[bytes]:
    """Return a trace's records."""
    where = f"{trace.station_id}.{trace.channel}"
    if trace.data.ndim != 1 or trace.data.dtype.kind not in "iuf":
        what = f"{trace.data.ndim}-d {trace.data.dtype}"
        raise WaveformError(f"{where} holds {what}, expected 1-d integers or floats")
    encoding = wanted or _natural(trace.data)
    data = _convert(trace.data, encoding, where)
    network, station, location = [*trace.station_id.split("."), "", ""][:3]
    try:
        record = MS3Record(reclen=length, encoding=_ENCODINGS[encoding])
        record.formatversion = version
        record.sourceid = nslc2sourceid(network, station, location, trace.channel)
        record.starttime, record.samprate = trace.start_ns, trace.rate_hz
        return list(record.generate(data, _KINDS[data.dtype.str])) if len(data) else []
    except (PymseedError, ValueError, OverflowError) as error:
        raise WaveformError(f"{where} cannot be written as miniSEED {version}: {error}") from error


def _natural(data: npt.NDArray[np.generic]) -> str:
    """Choose the encoding that keeps every sample as it is, the smallest such."""
    if data.dtype.kind == "f":
        return "float32" if data.dtype.itemsize <= 4 else "float64"
    wide = data[:1].astype(np.float64), np.diff(data.astype(np.float64))
    return "steim2" if all(np.abs(part).max(initial=0) < _STEIM2_LIMIT for part in wide) else "int32"


def _convert(data: npt.NDArray[np.generic], encoding: str, where: str) -> npt.NDArray[np.generic]:
    """Return the samples in the type of an encoding; refuse what would change them."""
    dtype = {"float32": np.float32, "float64": np.float64}.get(encoding, np.int32)
    with np.errstate(over="ignore", invalid="ignore"):
        array = np.ascontiguousarray(data, dtype)
    exact = encoding == "float32" or np.array_equal(array, data, equal_nan=array.dtype.kind == "f")
    if not exact:
        raise WaveformError(
            f"{where} holds {data.dtype} samples that {encoding} cannot hold; choose another encoding"
        )
    return array
