"""Write the SeisBench layout: blocks of equal traces, a table, and the same for each chunk.

SeisBench reads what is written here, and so does :func:`onsets.datasets.open_dataset`.
"""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from onsets.datasets.convert import each_record, rows_at_rate
from onsets.datasets.dataset import Dataset, Rows
from onsets.errors import CatalogueError, ConfigError, MissingExtraError
from onsets.store.atomic import StoreError, replacing
from onsets.tables import iso_time
from onsets.types import COMPONENTS, Float32, Problem

__all__ = ["write_seisbench"]

BLOCK_RECORDS = 1024
BLOCK_BYTES = 64 * 2**20
TABLE = {
    "trace_name_original": "name",
    "trace_sampling_rate_hz": "rate_hz",
    "trace_start_time": "start_ns",
    "trace_category": "category",
    "trace_p_arrival_sample": "p_sample",
    "trace_p_status": "p_status",
    "trace_s_arrival_sample": "s_sample",
    "trace_s_status": "s_status",
    "trace_coda_end_sample": "coda_end_sample",
    "trace_snr_db": "snr_db",
    "station_latitude_deg": "station_latitude",
    "station_longitude_deg": "station_longitude",
    "source_id": "event_id",
    "source_magnitude": "magnitude",
    "source_depth_km": "depth_km",
    "source_latitude_deg": "source_latitude",
    "source_longitude_deg": "source_longitude",
    "path_ep_distance_km": "distance_km",
    "split": "split",
}
"""Column of the layout -> ours."""

STATION = ("station_network_code", "station_code", "station_location_code")


def write_seisbench(
    data: Dataset,
    target: str | Path,
    *,
    rate_hz: float | None = None,
    chunk_records: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Problem]:
    """Write a dataset in the SeisBench layout; each file is there whole or not at all.

    Parameters
    ----------
    data : Dataset
    target : str or Path
        Folder, made if it is not there; must not hold such a dataset yet.
    rate_hz : float, optional
        Resample all records to this rate; otherwise rates may differ.
    chunk_records : int, optional
        Begin a new chunk (pair of files) after so many records; one pair if not given.
    progress : callable, optional
        Called with rows done and rows in all.

    Returns
    -------
    list of Problem
        What could not be read, and what was mended.

    Raises
    ------
    ConfigError
        If the folder is not empty or an option is wrong.
    CatalogueError
        If no record could be read.
    StoreError
        If the disk is full or refuses.
    MissingExtraError
        Without h5py.
    """
    root = Path(target)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise ConfigError(f"{root} is not an empty folder; name a new one")
    if (chunk_records is not None and chunk_records < 1) or not len(data):
        raise ConfigError(f"{len(data)} records in chunks of {chunk_records}: expected at least one")
    root.mkdir(parents=True, exist_ok=True)
    rows, problems = rows_at_rate(data.rows, rate_hz), []
    size = chunk_records or len(data)
    starts = range(0, len(data), size)
    names = [""] if chunk_records is None else [f"{k:04d}" for k in range(len(starts))]
    written = 0
    for name, start in zip(names, starts, strict=True):
        some = data.select(slice(start, start + size))
        with _draft(root / f"waveforms{name}.hdf5") as file:
            places, faults = _write_records(file, some, rate_hz)
            _write_format(file, rows["rate_hz"])
        problems += faults
        written += len(places)
        with replacing(root / f"metadata{name}.csv") as handle:
            handle.write(_table({key: column[start : start + size] for key, column in rows.items()}, places))
        if progress is not None:
            progress(start + len(some), len(data))
    if chunk_records is not None:
        with replacing(root / "chunks") as handle:
            handle.write("".join(f"{name}\n" for name in names).encode())
    if not written:
        raise CatalogueError(f"none of {len(data)} records could be read: {problems[0].reason}")
    return problems


@contextmanager
def _draft(path: Path) -> Iterator[Any]:
    """Open an HDF5 draft that takes its place when the block ends without an error."""
    try:
        import h5py
    except ImportError as error:
        raise MissingExtraError("h5py", "train", f"writing {path}") from error
    draft = path.with_name(f".onsets-{secrets.token_hex(6)}.tmp")
    try:
        with h5py.File(draft, "w") as file:
            yield file
        os.replace(draft, path)
    except (OSError, RuntimeError) as error:  # HDF5 tells a full disk as either
        if isinstance(error, StoreError | CatalogueError):
            raise
        raise StoreError(f"{path} cannot be written: {error}") from error
    finally:
        with suppress(OSError):
            draft.unlink()


def _write_format(file: Any, rates: Any) -> None:
    group = file.create_group("data_format")
    group["dimension_order"], group["component_order"] = "CW", COMPONENTS
    if len(set(rates.tolist())) == 1:
        group["sampling_rate"] = float(rates[0])


def _write_records(file: Any, data: Dataset, rate_hz: float | None) -> tuple[dict[int, str], list[Problem]]:
    """Write records in blocks of one length; return the place of each row."""
    group, places, problems = file.create_group("data"), {}, []
    waiting: dict[int, list[tuple[int, Float32]]] = {}
    held = 0

    def flush(samples: int) -> None:
        nonlocal held
        members = waiting.pop(samples)
        name = f"bucket{len(group)}"
        group.create_dataset(name, data=np.stack([record for _, record in members]))
        held -= sum(record.nbytes for _, record in members)
        places.update({row: f"{name}${k},:3,:{samples}" for k, (row, _) in enumerate(members)})

    for row, record, problem in each_record(data, rate_hz):
        if problem is not None:
            problems.append(problem)
        if record is None:
            continue
        waiting.setdefault(record.shape[1], []).append((row, record))
        held += record.nbytes
        if len(waiting[record.shape[1]]) >= BLOCK_RECORDS:
            flush(record.shape[1])
        elif held > BLOCK_BYTES:
            flush(max(waiting, key=lambda samples: samples * len(waiting[samples])))
    for samples in sorted(waiting):
        flush(samples)
    return places, problems


def _table(rows: Rows, places: dict[int, str]) -> bytes:
    """Return the table of the rows that have a place, in their order."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["trace_name", "trace_npts", *STATION, *TABLE])
    for i in sorted(places):
        codes = [*str(rows["station_id"][i]).split(".", 2), "", ""][:3]
        cells = [_cell(rows[name][i]) for name in TABLE.values()]
        writer.writerow([places[i], places[i].rpartition(":")[2], *codes, *cells])
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, np.datetime64):
        return "" if np.isnat(value) else iso_time(int(value.astype(np.int64)))
    if isinstance(value, float):
        return "" if np.isnan(value) else repr(float(value))
    return str(value)
