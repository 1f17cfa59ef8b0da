"""From any dataset to shards: bounded memory, resumed where it stopped, all or nothing for a file."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.datasets.dataset import COLUMNS, Dataset, Rows, all_finite, at_rate
from onsets.datasets.shards import FORMAT, INDEX, VERSION, open_shards, quantised, read_index
from onsets.errors import CatalogueError, ConfigError, WaveformError, nearest
from onsets.store.atomic import replacing
from onsets.types import COMPONENTS, Float32, Problem

__all__ = ["VALUES", "each_record", "rows_at_rate", "write_shards"]

VALUES = ("float32", "float16", "int16")
"""How samples may be stored."""

SHARD_BYTES = 128 * 2**20
PIECE_BYTES = 8 * 2**20

Progress = Callable[[int, int], None]


def rows_at_rate(rows: Rows, rate_hz: float | None) -> Rows:
    """Return columns as they are after resampling; ``samples`` is that of the data then."""
    if rate_hz is None:
        return rows
    scale = rate_hz / rows["rate_hz"]
    moved = {name: rows[name] * scale for name in ("p_sample", "s_sample", "coda_end_sample")}
    return {**rows, **moved, "rate_hz": np.full(len(scale), float(rate_hz))}


def each_record(
    data: Dataset, rate_hz: float | None = None, first: int = 0
) -> Iterator[tuple[int, Float32 | None, Problem | None]]:
    """Read records one by one; what cannot be read is told instead.

    Parameters
    ----------
    data : Dataset
    rate_hz : float, optional
        Resample to this rate.
    first : int
        Row to begin with.

    Yields
    ------
    row : int
    record : ndarray of float32, shape (3, samples), or None
        Finite; None if it cannot be read.
    problem : Problem or None
        Why there is none, or what was mended in it.
    """
    for i in range(first, len(data)):
        where = f"{data.rows['dataset'][i]}/{data.rows['name'][i]}"
        station, samples = str(data.rows["station_id"][i]), int(data.rows["samples"][i])
        try:
            record = data.waveforms.read_one(int(data.places[i]))
            if record.shape[1] != samples:
                raise WaveformError(f"holds {record.shape[1]} samples, expected {samples}")
        except WaveformError as error:
            yield i, None, Problem(where, f"left out: {error}", station, samples, True)
            continue
        problem = None
        if not data.waveforms.finite and not all_finite(record):
            good = np.isfinite(record)
            bad = int(good.size - good.sum())
            problem = Problem(where, f"{bad} samples were NaN or infinite: set to 0", station, bad)
            record = np.where(good, record, np.float32(0))
        rate = float(data.rows["rate_hz"][i])
        same = rate_hz is None or rate == rate_hz
        yield i, record if same else at_rate(record, rate, float(rate_hz or rate)), problem


def write_shards(
    data: Dataset,
    target: str | Path,
    *,
    values: str = "float32",
    rate_hz: float | None = None,
    shard_bytes: int = SHARD_BYTES,
    progress: Progress | None = None,
) -> Dataset:
    """Write a dataset to our own store; the same call goes on where an earlier one stopped.

    Parameters
    ----------
    data : Dataset
    target : str or Path
        Folder, made if it is not there. A finished conversion of the same records is left as it is.
    values : str
        One of :data:`VALUES`; ``float16`` and ``int16`` take half the space.
    rate_hz : float, optional
        Resample all records to this rate.
    shard_bytes : int
        About the size of a shard; twice that is the memory needed.
    progress : callable, optional
        Called with rows done and rows in all after every shard.

    Returns
    -------
    Dataset
        What was written, opened; ``problems`` are those of ``data`` and of the conversion.

    Raises
    ------
    ConfigError
        If an option is wrong, or the folder holds something else.
    StoreError
        If the disk is full or refuses; what was finished stays whole.
    """
    if values not in VALUES:
        raise ConfigError(f"unknown kind of values {values!r}; {nearest(values, VALUES)}")
    if rate_hz is not None and not (np.isfinite(rate_hz) and rate_hz > 0):
        raise ConfigError(f"rate {rate_hz} Hz, expected a positive number")
    if not len(data):
        raise ConfigError("no records to convert")
    root = Path(target)
    index = _begun(root, data, {"values": values, "rate_hz": rate_hz, "shard_bytes": shard_bytes})
    if not index["complete"]:
        _fill(root, data, index, progress)
    return open_shards(root)


def _begun(root: Path, data: Dataset, options: dict[str, Any]) -> dict[str, Any]:
    """Return the index to go on with: that of an earlier call, or a new one."""
    if root.exists() and not root.is_dir():
        raise ConfigError(f"{root} is a file; name a folder")
    wanted = {"source_sha256": _fingerprint(data), **options}
    for draft in root.glob(".onsets-*.tmp"):  # of a run that was killed
        draft.unlink(missing_ok=True)
    index = read_index(root)
    if index is None:
        if root.is_dir() and any(root.iterdir()):
            raise ConfigError(f"{root} is not empty; name a new folder")
        root.mkdir(parents=True, exist_ok=True)
        problems = [_told(problem) for problem in data.problems]
        head = {"format": FORMAT, "version": VERSION, "complete": False, **wanted}
        return {**head, "rows": len(data), "done": 0, "problems": problems, "shards": []}
    for key, value in wanted.items():
        if index.get(key) != value:
            raise ConfigError(
                f"{root} holds a conversion with {key} {index.get(key)}, not {value}; name a new folder"
            )
    return index


def _fingerprint(data: Dataset) -> str:
    """Return a hash of what the records are, by their columns."""
    digest = hashlib.sha256()
    for name in COLUMNS:
        column = data.rows[name]
        digest.update(name.encode())
        if column.dtype.kind == "U":
            digest.update("\n".join(column.tolist()).encode())
        else:
            digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()


def _told(problem: Problem) -> list[Any]:
    return [problem.where, problem.reason, problem.station_id, problem.samples, problem.fatal]


@dataclass(slots=True)
class _Shard:
    """Records that are collected until they fill a buffer."""

    buffer: npt.NDArray[Any]
    used: int = 0
    members: list[tuple[int, int]] = field(default_factory=list)
    scales: list[Float32] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def full(self, record: Float32) -> bool:
        """Say whether a record must begin a new shard."""
        return bool(self.members) and self.used + record.size > self.buffer.size

    def add(self, row: int, record: Float32, values: str) -> None:
        """Put a record into the buffer, which grows if it is longer than a shard should be."""
        if record.size > self.buffer.size:
            self.buffer = np.empty(record.size, dtype=self.buffer.dtype)
        stored, scale = quantised(record, values)
        self.buffer[self.used : self.used + record.size] = stored.ravel()
        self.used += record.size
        self.members.append((row, record.shape[1]))
        self.scales.append(scale)

    def table(self, rows: Rows) -> bytes:
        """Return the columns of the records as npz."""
        which = np.array([row for row, _ in self.members], dtype=np.int64)
        samples = np.array([samples for _, samples in self.members], dtype=np.int64)
        ends = np.cumsum(len(COMPONENTS) * samples)
        columns = {name: column[which] for name, column in rows.items()}
        columns |= {"samples": samples, "offset": ends - len(COMPONENTS) * samples}
        columns["scale"] = np.array(self.scales, dtype=np.float32).reshape(-1, len(COMPONENTS))
        packed = io.BytesIO()
        np.savez(packed, **columns)  # type: ignore[arg-type, unused-ignore]  # in numpy 2
        return packed.getvalue()

    def head(self) -> bytes:
        """Return the header of the values as npy."""
        head = io.BytesIO()
        what = {"descr": self.buffer.dtype.str, "fortran_order": False, "shape": (self.used,)}
        np.lib.format.write_array_header_1_0(head, what)  # type: ignore[no-untyped-call, unused-ignore]  # in numpy 1
        return head.getvalue()


def _pieces(parts: Sequence[bytes | memoryview]) -> Iterator[bytes | memoryview]:
    for part in parts:
        for at in range(0, len(part), PIECE_BYTES):
            yield part[at : at + PIECE_BYTES]


def _write(root: Path, index: dict[str, Any], rows: Rows, shard: _Shard, done: int) -> None:
    """Write a shard, then the index that names it and how far the conversion is."""
    told = [_told(problem) for problem in shard.problems]
    if shard.members:
        written: dict[str, Any] = {"records": len(shard.members), "problems": told}
        for kind, suffix, parts in (
            ("waveforms", "npy", (shard.head(), shard.buffer[: shard.used].data.cast("B"))),
            ("table", "npz", (shard.table(rows),)),
        ):
            digest, name = hashlib.sha256(), f"{len(index['shards']):05d}.{suffix}"
            with replacing(root / name) as handle:
                for piece in _pieces(parts):  # hashed and written while it is in the cache
                    digest.update(piece)
                    handle.write(piece)
            size = sum(len(part) for part in parts)
            written |= {kind: name, f"{kind}_bytes": size, f"{kind}_sha256": digest.hexdigest()}
        index["shards"].append(written)
    else:
        index["problems"] += told
    index |= {"done": done, "complete": done == index["rows"]}
    if index["complete"] and not index["shards"]:
        raise CatalogueError(f"none of {done} records could be read: {index['problems'][0][1]}")
    with replacing(root / INDEX) as handle:
        handle.write(json.dumps(index, indent=1).encode())


def _fill(root: Path, data: Dataset, index: dict[str, Any], progress: Progress | None) -> None:
    """Write the shards that are missing, one while the next is read."""
    rows, values = rows_at_rate(data.rows, index["rate_hz"]), index["values"]
    length = max(1, index["shard_bytes"] // np.dtype(values).itemsize)
    buffers = [np.empty(length, dtype=values) for _ in range(2)]
    shard, waiting = _Shard(buffers[0]), None
    with ThreadPoolExecutor(1) as writer:

        def flush(done: int) -> Future[None]:
            if waiting is not None:
                waiting.result()
            if progress is not None:
                progress(done, len(data))
            return writer.submit(_write, root, index, rows, shard, done)

        for row, record, problem in each_record(data, index["rate_hz"], index["done"]):
            if record is not None and shard.full(record):
                waiting = flush(row)
                buffers.reverse()
                shard = _Shard(buffers[0])
            if problem is not None:
                shard.problems.append(problem)
            if record is not None:
                shard.add(row, record, values)
        flush(len(data)).result()
