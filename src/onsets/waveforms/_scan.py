"""Read miniSEED record by record, finding the way again after whatever is damaged."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.types import Problem

__all__ = ["CONTROL", "EARLIEST_NS", "HEADER", "MAX_RATE_HZ", "MIN_RATE_HZ", "Piece", "scan"]

# A record header: "MS", 3 (miniSEED 3), or six digits, a quality letter and a blank (miniSEED 2).
# It starts with the letter, which makes the search fast: a miniSEED 2 record begins 6 bytes earlier.
HEADER = re.compile(rb"[DRQM](?:(?<=M)S\x03|(?<=[0-9 \x00]{6}.)[ \x00])", re.DOTALL)
_BEGINNING = re.compile(rb"[0-9 \x00]{1,6}[DRQM]?|MS?")  # all that is left of one at the end of a file
CONTROL = re.compile(rb"[0-9]{6}[VAST][ *]")  # station and format headers of a full SEED volume
MIN_RATE_HZ, MAX_RATE_HZ = 1e-3, 1e6
EARLIEST_NS = -2_145_916_800_000_000_000
"""libmseed's word for a time that cannot be: 1902."""
_SHORTEST_RECORD, _LONGEST_RECORD = 48, 1 << 24
_LONGEST_HEADER = 256
_OPEN_RUNS = 4
_MOST_PROBLEMS = 20
_FEW_RECORDS = 4
_NO_HEADER = "no record header"
_CUT_OFF = "it is cut off"


@dataclass(slots=True)
class Piece:
    """Contiguous samples of one FDSN source id."""

    sourceid: str
    start_ns: int
    rate_hz: float
    data: npt.NDArray[Any]


@dataclass(slots=True)
class _Record(Piece):
    offset: int
    length: int
    note: str = ""  # what makes its samples doubtful
    checked: bool = False  # its samples carry a checksum
    blank: bool = True  # nothing but zeros where samples would be that its header denies

    @property
    def end_ns(self) -> int:
        """When the next record is due."""
        return self.start_ns + round(len(self.data) * 1e9 / self.rate_hz)


@dataclass(slots=True)
class _Skip:
    """Bytes that gave no samples."""

    offset: int
    end: int
    reason: str
    time_ns: int | None
    sourceid: str = ""
    records: int = 0
    samples: int = 0


@dataclass(slots=True)
class _Run:
    """Records that follow each other."""

    first: _Record
    samples: int
    parts: list[npt.NDArray[Any]] = field(default_factory=list)

    def takes(self, record: _Record) -> bool:
        """Whether a record starts within half a sample of where this run ends."""
        if record.data.dtype != self.first.data.dtype:
            return False
        rate = self.first.rate_hz
        expected = self.samples * 1e9 / rate
        near = abs(record.start_ns - self.first.start_ns - expected) <= 5e8 / rate
        return near and abs(record.rate_hz / rate - 1) <= 1e-4

    def add(self, record: _Record) -> None:
        self.parts.append(record.data)
        self.samples += len(record.data)


def scan(buffer: bytes, name: str) -> tuple[list[Piece], list[Problem]]:
    """Decode every record that is sound.

    Parameters
    ----------
    buffer : bytes
        The whole file.
    name : str
        Its name, for messages.

    Returns
    -------
    pieces : list of Piece
        Contiguous within half a sample, measured from each piece's own start.
    problems : list of Problem
        What was skipped, with byte offsets.
    """
    records, skips = _records(buffer)
    if not records and not any(skip.records for skip in skips):
        return [], [Problem(name, "is no miniSEED: no record in it can be decoded", fatal=True)]
    records, displaced = _displaced(records, skips)
    records, doubtful, notes = _judge(records, name)
    return _join(records), notes + _report(skips + displaced + doubtful, records, name, len(buffer))


def _records(buffer: bytes) -> tuple[list[_Record], list[_Skip]]:
    """Walk through a file; after what cannot be read look for the next header."""
    view = memoryview(buffer)
    records: list[_Record] = []
    skips: list[_Skip] = []
    at, last, usual = 0, None, 0
    while at < len(buffer):
        found = _parse(view, at)
        if isinstance(found, str):
            after = _next_header(buffer, at + 1)
            if not CONTROL.match(buffer, at):
                lost = 0 if found == _NO_HEADER else 1
                if skips and skips[-1].end == at:
                    skips[-1].end, skips[-1].records = after, skips[-1].records + lost
                else:
                    skips.append(_Skip(at, after, found, last, records=lost))
            at = after
            continue
        length = found.length
        if not buffer.startswith(b"MS", at):
            if length != usual:
                length = _inner_header(view, at, length)
            if after := _cut_short(buffer, at, length, found.sourceid):
                skips.append(
                    _Skip(at, after, "it is cut short", found.start_ns, found.sourceid, 1, len(found.data))
                )
                at = after
                continue
        usual, at = length, at + length
        records.append(found)
        if found.rate_hz > 0:
            last = found.end_ns
    return records, skips


def _parse(view: memoryview, at: int) -> _Record | str:
    """Decode the record at an offset; a word on why not."""
    from pymseed import DataEncoding, MS3Record, PymseedError, clear_error_messages, get_error_messages

    third = bytes(view[at : at + 3]) == b"MS\x03"
    if not HEADER.match(view, at if third else at + 6):
        return _CUT_OFF if _BEGINNING.fullmatch(view, at) else _NO_HEADER
    clock = bytes(view[at + 12 : at + 15] if third else view[at + 24 : at + 27])
    if len(clock) < 3 or clock[0] > 23 or clock[1] > 59 or clock[2] > 60:
        return "its time makes no sense"
    some = view[at : at + _LONGEST_RECORD]
    try:
        try:
            record = MS3Record.parse(some, unpack_data=True)
        except PymseedError as error:
            if getattr(error, "status_code", -1) <= 0 or at + _LONGEST_RECORD < len(view):
                raise
            record = next(MS3Record.from_buffer(some, unpack_data=True))  # a last one of unstated length
        doubtful = any("integrity" in message for message in get_error_messages())
        note = "its samples do not agree with its checksum" if doubtful else ""
        text = record.sampletype == "t"
        data = np.empty(0) if text else np.array(record.np_datasamples)
        length = record.reclen
        blank = text or len(data) > 0 or not any(view[at + _LONGEST_HEADER : at + length])
        checked = third or record.encoding in (DataEncoding.STEIM1, DataEncoding.STEIM2)
        sourceid, start_ns, rate_hz = record.sourceid, record.starttime, record.samprate
        return _Record(sourceid, start_ns, rate_hz, data, at, length, note, checked, blank)
    except (PymseedError, ValueError, StopIteration) as error:
        clear_error_messages()
        return _why(error)


def _why(error: Exception) -> str:
    status = getattr(error, "status_code", None)
    if status is None:
        return "its header makes no sense"
    known = {-7: "its CRC does not agree"}
    return _CUT_OFF if status > 0 else known.get(status, "it cannot be decoded")


def _next_header(buffer: bytes, at: int) -> int:
    """Where the next record may begin: the end of the file if nowhere."""
    begin = at
    while found := HEADER.search(buffer, begin):
        start = found.start() if buffer.startswith(b"MS\x03", found.start()) else found.start() - 6
        if start >= at:
            return start
        begin = found.start() + 1
    return len(buffer)


def _inner_header(view: memoryview, at: int, length: int) -> int:
    """Distrust an unusual record length: return the distance to a sound record inside, if any."""
    size = 128
    while size < length:
        if at + size < len(view) and isinstance(_parse(view, at + size), _Record):
            return size
        size *= 2
    return length


def _cut_short(buffer: bytes, at: int, length: int, sourceid: str) -> int:
    """Where the next record of the channel begins inside this one, if none begins after it; else 0."""
    end = at + length
    if end >= len(buffer) or HEADER.match(buffer, end + 6) or CONTROL.match(buffer, end):
        return 0
    after = _next_header(buffer, at + _SHORTEST_RECORD)
    while after < end:
        found = _parse(memoryview(buffer), after)
        if isinstance(found, _Record) and found.sourceid == sourceid:
            return after
        after = _next_header(buffer, after + 1)
    return 0


def _displaced(records: list[_Record], skips: list[_Skip]) -> tuple[list[_Record], list[_Skip]]:
    """Give up records without a checksum into which bytes may have been inserted.

    They are followed by something that is no record and not as long as records are.
    """
    odd = {skip.offset: skip.end - skip.offset for skip in skips if skip.reason == _NO_HEADER}
    kept, given_up = [], []
    for record in records:
        end = record.offset + record.length
        if record.checked or not len(record.data) or odd.get(end, 0) % record.length == 0:
            kept.append(record)
            continue
        reason = "bytes were inserted into it or after it"
        lost = len(record.data)
        given_up.append(_Skip(record.offset, end, reason, record.start_ns, record.sourceid, 1, lost))
    return kept, given_up


def _judge(records: list[_Record], name: str) -> tuple[list[_Record], list[_Skip], list[Problem]]:
    """Give up records whose checksum or rate is wrong, unless the writer never wrote it right."""
    noted = Counter(record.sourceid for record in records if record.note)
    total = Counter(record.sourceid for record in records)
    habit = {sid for sid, n in noted.items() if total[sid] >= _FEW_RECORDS and n > total[sid] / 2}
    sampled = {record.sourceid for record in records if len(record.data)}
    kept, skips = [], []
    for record in records:
        if not len(record.data):  # a log, or a header that stands alone, unless it had samples
            if not record.blank and record.sourceid in sampled:
                end, reason = record.offset + record.length, "its header says that it holds no samples"
                skips.append(_Skip(record.offset, end, reason, record.start_ns, record.sourceid, 1))
            continue
        reason = "" if record.sourceid in habit else record.note
        if not MIN_RATE_HZ <= record.rate_hz <= MAX_RATE_HZ:
            reason = f"its rate is {record.rate_hz:g} Hz, expected {MIN_RATE_HZ:g} to {MAX_RATE_HZ:g}"
        if record.start_ns <= EARLIEST_NS:
            reason = "its time makes no sense"
        if reason:
            end, samples = record.offset + record.length, len(record.data)
            skip = _Skip(record.offset, end, reason, record.start_ns, record.sourceid, 1, samples)
            skips.append(skip)
        else:
            kept.append(record)
    notes = [
        Problem(name, f"{sid}: {noted[sid]} of {total[sid]} records do not agree with their checksum; kept")
        for sid in sorted(habit)
    ]
    return kept, skips, notes


def _join(records: list[_Record]) -> list[Piece]:
    """Put records that follow each other together."""
    channels: defaultdict[str, list[_Record]] = defaultdict(list)
    for record in records:
        channels[record.sourceid].append(record)
    pieces: list[Piece] = []
    for sourceid in sorted(channels):
        runs: list[_Run] = []
        for record in sorted(channels[sourceid], key=lambda one: (one.start_ns, one.offset)):
            run = next((run for run in runs[-_OPEN_RUNS:] if run.takes(record)), None)
            if run is None:
                run = _Run(record, 0)
                runs.append(run)
            run.add(record)
        pieces += [
            Piece(sourceid, run.first.start_ns, run.first.rate_hz, np.concatenate(run.parts)) for run in runs
        ]
    return pieces


def _report(skips: list[_Skip], records: list[_Record], name: str, size: int) -> list[Problem]:
    """Say what was skipped: one Problem a stretch of bytes, the least of them together."""
    length = median([record.length for record in records]) if records else 512.0
    samples = median([len(record.data) for record in records]) if records else 0.0
    ids = {_station(record.sourceid) for record in records}
    problems = []
    for skip in sorted(skips, key=lambda one: one.offset):
        bytes_ = skip.end - skip.offset
        count = max(skip.records, round(bytes_ / length))
        lost = skip.samples or round(min(count, bytes_ / length) * samples)
        about = f" (about {count} record{'s' * (count > 1)})" if count else ""
        problems.append(
            Problem(
                f"{name} at byte {skip.offset}",
                f"{bytes_} bytes{about} skipped: {skip.reason}",
                _station(skip.sourceid) if skip.sourceid else (next(iter(ids)) if len(ids) == 1 else ""),
                samples=lost,
                fatal=bytes_ >= _SHORTEST_RECORD
                or skip.end == size
                or len(skips) > _MOST_PROBLEMS
                or not _whole_around(skip, records),
                time_ns=skip.time_ns,
            )
        )
    if len(problems) <= _MOST_PROBLEMS:
        return problems
    rest = problems[_MOST_PROBLEMS - 1 :]
    total = sum(problem.samples for problem in rest)
    reason = f"and {len(rest)} more stretches of bytes skipped, the first {rest[0].reason}"
    return [*problems[: _MOST_PROBLEMS - 1], Problem(rest[0].where, reason, samples=total, fatal=True)]


def _whole_around(skip: _Skip, records: list[_Record]) -> bool:
    """Whether each channel goes on after some bytes where it had stopped before them."""
    before: dict[str, _Record] = {}
    seen: set[str] = set()
    for record in records:
        if record.offset < skip.offset:
            before[record.sourceid] = record
        elif record.sourceid not in seen:
            seen.add(record.sourceid)
            last = before.get(record.sourceid)
            if last is None or abs(record.start_ns - last.end_ns) > 5e8 / record.rate_hz:
                return False
    return True


def _station(sourceid: str) -> str:
    from pymseed import sourceid2nslc

    from onsets.waveforms._codes import clean_codes

    try:
        return clean_codes(*sourceid2nslc(sourceid))[0]
    except ValueError:
        return ""
