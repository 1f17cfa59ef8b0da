"""Our own store for fast random access: a folder of flat arrays that are mapped into memory.

``dataset.json`` names the shards; shard ``N`` is ``N.npy``, the values of its records one after
another (each Z, N, E), and ``N.npz``, their columns with ``offset`` (first value of each record) and
``scale`` (stored value x scale = sample, one for each component). ``split.npz`` holds the split. All
are plain arrays and JSON; sizes are checked when opened, contents (SHA-256) by :func:`verify_shards`.
"""

from __future__ import annotations

import hashlib
import json
import math
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.datasets.dataset import COLUMNS, Dataset, Rows
from onsets.errors import CatalogueError, ConfigError, WaveformError
from onsets.store.atomic import replacing
from onsets.types import COMPONENTS, Float32, Problem

__all__ = ["INDEX", "ShardWaveforms", "open_shards", "read_index", "verify_shards", "write_split"]

INDEX = "dataset.json"
SPLIT = "split.npz"
FORMAT, VERSION = "onsets-shards", 1
MAPPED = 256
"""Shards that are mapped at one time; each costs a file handle."""


class ShardWaveforms:
    """Records in mapped shards.

    Parameters
    ----------
    files : sequence of Path
    shard, offset, samples : ndarray of int64, shape (n,)
        Where each record lies.
    scale : ndarray of float32, shape (n, 3)
    """

    finite = True

    def __init__(
        self,
        files: Sequence[Path],
        shard: npt.NDArray[np.int64],
        offset: npt.NDArray[np.int64],
        samples: npt.NDArray[np.int64],
        scale: Float32,
    ) -> None:
        self.files, self.shard, self.offset, self.samples = tuple(files), shard, offset, samples
        self.scale = scale
        self._mapped: dict[int, npt.NDArray[Any]] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_mapped": {}}

    def read_one(self, k: int) -> Float32:
        """Return record ``k``, shape (3, samples); a read-only view where stored as float32."""
        number, at, samples = int(self.shard[k]), int(self.offset[k]), int(self.samples[k])
        values = self._mapped.get(number)
        if values is None:
            values = self._map(number)
        stored = values[at : at + 3 * samples].reshape(3, samples)
        if stored.dtype == np.float32:
            return stored
        return np.asarray(stored * self.scale[k, :, None])

    def _map(self, number: int) -> npt.NDArray[Any]:
        if len(self._mapped) >= MAPPED:
            self._mapped.pop(next(iter(self._mapped)))
        try:
            values = np.load(self.files[number], mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise WaveformError(f"{self.files[number]} cannot be read: {error}") from error
        # a plain array over the mapping: slicing a memmap costs ten times as much
        self._mapped[number] = np.asarray(values)
        return self._mapped[number]


def read_index(path: str | Path) -> dict[str, Any] | None:
    """Return what ``dataset.json`` says, or None if this folder is not ours.

    Raises
    ------
    CatalogueError
        If it is broken or of a later version.
    """
    file = Path(path) / INDEX
    if not file.is_file():
        return None
    try:
        index = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise CatalogueError(f"{file} is not JSON: {error}; convert the dataset again") from error
    if not isinstance(index, dict) or index.get("format") != FORMAT:
        return None
    if index.get("version") != VERSION:
        raise CatalogueError(f"{file} has version {index.get('version')!r}, this program reads {VERSION}")
    if not isinstance(index.get("shards"), list):
        raise CatalogueError(f"{file} names no shards; convert the dataset again")
    return index


def open_shards(path: str | Path) -> Dataset:
    """Open a folder that :func:`onsets.datasets.write_shards` wrote.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Dataset
        With the split that was stored last, if any.

    Raises
    ------
    ConfigError
        If there is no such folder.
    CatalogueError
        If the conversion was not finished, or a file is missing or not as it was written.
    """
    root, index = Path(path), read_index(path)
    if index is None:
        raise ConfigError(f"no {INDEX} of ours in {root}; onsets data convert makes one")
    if not index.get("complete"):
        raise CatalogueError(f"the conversion to {root} was not finished; run the same command again")
    tables = [_shard_table(root, shard) for shard in index["shards"]]
    if not tables:
        raise CatalogueError(f"{root} holds no records")
    rows: Rows = {name: np.concatenate([table[name] for table in tables]) for name in COLUMNS}
    store = ShardWaveforms(
        [root / shard["waveforms"] for shard in index["shards"]],
        np.repeat(np.arange(len(tables)), [len(table["offset"]) for table in tables]),
        np.concatenate([table["offset"] for table in tables]),
        rows["samples"],
        np.concatenate([table["scale"] for table in tables]),
    )
    told = [*index.get("problems", []), *(each for shard in index["shards"] for each in shard["problems"])]
    problems = tuple(Problem(*each) for each in told)
    data = Dataset(rows, store, np.arange(len(rows["name"])), problems)
    return _with_split(data, root / SPLIT)


def _shard_table(root: Path, shard: Mapping[str, Any]) -> Rows:
    """Return the columns of a shard whose two files have the stated sizes."""
    try:
        waveforms, table = root / shard["waveforms"], root / shard["table"]
        for file, size in ((waveforms, shard["waveforms_bytes"]), (table, shard["table_bytes"])):
            if file.parent != root or not file.is_file():
                raise CatalogueError(f"{file} is missing; convert the dataset again")
            if file.stat().st_size != size:
                raise CatalogueError(
                    f"{file} has {file.stat().st_size:,} bytes, expected {size:,}; convert again"
                )
        with np.load(table, allow_pickle=False) as found:
            rows = {name: found[name] for name in (*COLUMNS, "offset", "scale")}
        values = np.load(waveforms, mmap_mode="r", allow_pickle=False)
    except (KeyError, TypeError, ValueError, OSError, zipfile.BadZipFile) as error:
        if isinstance(error, CatalogueError):
            raise
        raise CatalogueError(f"{root}: a shard cannot be read: {error}; convert the dataset again") from error
    count, ends = shard["records"], rows["offset"] + len(COMPONENTS) * rows["samples"]
    shapes = {name: column.shape[:1] for name, column in rows.items()}
    if set(shapes.values()) != {(count,)} or rows["scale"].shape != (count, 3):
        raise CatalogueError(f"{table}: columns of {shapes} records, expected {count}; convert again")
    inside = (rows["offset"] >= 0) & (rows["samples"] > 0) & (ends <= values.size)
    if values.ndim != 1 or values.dtype not in (np.float32, np.float16, np.int16) or not inside.all():
        raise CatalogueError(f"{waveforms} does not hold what {table.name} says; convert the dataset again")
    return rows


def _with_split(data: Dataset, file: Path) -> Dataset:
    if not file.is_file():
        return data
    try:
        with np.load(file, allow_pickle=False) as found:
            split, names = found["split"], str(found["names"])
    except (KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise CatalogueError(f"{file} cannot be read: {error}; onsets data split writes it anew") from error
    if names != _names_hash(data) or split.shape != data.places.shape:
        raise CatalogueError(f"{file} belongs to another dataset; onsets data split writes it anew")
    return data.assign(split=split)


def _names_hash(data: Dataset) -> str:
    return hashlib.sha256("\n".join(data.rows["name"].tolist()).encode()).hexdigest()


def write_split(path: str | Path, data: Dataset) -> Path:
    """Store the split of a whole dataset beside its shards; all or nothing.

    Parameters
    ----------
    path : str or Path
        The folder ``data`` was opened from.
    data : Dataset
        All of its records.

    Raises
    ------
    CatalogueError
        If these are not the records of the folder.
    """
    whole = open_shards(path)
    if _names_hash(whole) != _names_hash(data):
        raise CatalogueError(f"{len(data)} records to split are not the {len(whole)} of {path}")
    target = Path(path) / SPLIT
    with replacing(target) as handle:
        np.savez(handle, split=data.rows["split"], names=np.array(_names_hash(data)))
    return target


def verify_shards(path: str | Path) -> list[Problem]:
    """Compare every file with the SHA-256 it had when written.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    list of Problem
        One for each file that differs or is missing; empty if all is well.
    """
    root, index = Path(path), read_index(path)
    if index is None:
        raise ConfigError(f"no {INDEX} of ours in {root}; only such datasets have checksums")
    found = []
    for shard in index["shards"]:
        for kind in ("waveforms", "table"):
            file = root / shard[kind]
            if not file.is_file():
                found.append(Problem(str(file), "is missing; convert the dataset again", fatal=True))
                continue
            with open(file, "rb") as handle:
                digest = hashlib.file_digest(handle, "sha256").hexdigest()
            if digest != shard[f"{kind}_sha256"]:
                reason = (
                    f"SHA-256 {digest[:12]}..., expected {shard[f'{kind}_sha256'][:12]}...; convert again"
                )
                found.append(Problem(str(file), reason, fatal=True))
    return found


def quantised(data: Float32, values: str) -> tuple[npt.NDArray[Any], Float32]:
    """Return a record as it is stored, and the scale of each component.

    Parameters
    ----------
    data : ndarray of float32, shape (3, samples)
        Finite.
    values : str
        ``float32`` as it is; ``float16`` with each component's peak at 1; ``int16`` without loss
        where all samples are whole numbers of at most 32767, else with the peak at 32767.
    """
    if values == "float32":
        return data, np.ones(3, dtype=np.float32)
    peak = np.abs(data).max(axis=1).astype(np.float64)
    if values == "float16":
        scale = np.where(peak > 0, peak, 1.0).astype(np.float32)
        return (data / scale[:, None]).astype(np.float16), scale
    whole = bool((data == np.rint(data)).all()) & (peak.max() <= np.iinfo(np.int16).max)
    scale = np.where((peak > 0) & (not whole), peak / np.iinfo(np.int16).max, 1.0).astype(np.float32)
    scale = np.where(scale > 0, scale, np.float32(math.ulp(0.0) or 1))
    return np.rint(data / scale[:, None]).clip(-32767, 32767).astype(np.int16), scale
