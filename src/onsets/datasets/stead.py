"""STEAD as published: ``merge.csv`` with ``merge.hdf5``, or the six ``chunkN`` pairs.

One row a record of 60 s at 100 Hz; the waveforms lie under ``data/<trace_name>`` as (6000, 3) with
the components E, N, Z. The first edition kept earthquakes under ``earthquake/local`` and noise under
``non_earthquake/noise``; both are read. Noise has the category ``noise`` and no arrivals;
``coda_end_sample`` is the text of a list such as ``[[2896.]]`` and ``snr_db`` that of three numbers,
``[56.8 55.4 47.4]``, in the order of the components.

Mousavi, Sheng, Zhu, Beroza (2019). STanford EArthquake Dataset (STEAD): A Global Data Set of Seismic
Signals for AI. IEEE Access 7, 179464-179476. doi:10.1109/ACCESS.2019.2947848
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from onsets.datasets.checks import checked
from onsets.datasets.dataset import Dataset, Rows, fill_columns, join
from onsets.datasets.hdf5 import open_file, walk
from onsets.datasets.hdf5_waveforms import Hdf5Waveforms
from onsets.datasets.table import Cells, first_number, joined_blocks, read_blocks
from onsets.errors import CatalogueError, ConfigError

__all__ = ["find_stead", "open_stead"]

RATE_HZ, SAMPLES = 100.0, 6000
REQUIRED = (
    *("network_code", "receiver_code", "p_arrival_sample", "s_arrival_sample", "source_id"),
    *("trace_category", "trace_name"),
)
CATEGORIES = {"earthquake_local": "earthquake", "noise": "noise"}
GROUPS = ("data", "earthquake/local", "non_earthquake/noise")


def open_stead(path: str | Path) -> Dataset:
    """Open STEAD, or any part of it.

    Parameters
    ----------
    path : str or Path
        Folder with ``merge.csv`` and ``merge.hdf5`` (or ``merged.*``), or with ``chunkN.csv`` and
        ``chunkN.hdf5``; or one of these files. Where both are there, the merged pair is read.

    Returns
    -------
    Dataset
        Named ``stead``; the waveforms are read when asked for.

    Raises
    ------
    ConfigError
        If there is no such pair of files.
    CatalogueError
        If a table lacks a column or a waveforms file is none.
    """
    pairs = find_stead(path)
    if not pairs:
        raise ConfigError(f"no STEAD in {path}; expected merge.csv and merge.hdf5, or chunkN.csv and .hdf5")
    return join([_open_pair(table, waveforms) for table, waveforms in pairs])


def find_stead(path: str | Path) -> list[tuple[Path, Path]]:
    """Return the table and the waveforms file of each pair, none if this is not STEAD."""
    root = Path(path)
    if root.suffix in (".csv", ".hdf5"):
        return [(root.with_suffix(".csv"), root.with_suffix(".hdf5"))]
    for stem in ("merge", "merged"):
        if (root / f"{stem}.csv").is_file():
            return [(root / f"{stem}.csv", root / f"{stem}.hdf5")]
    tables = sorted(file for file in root.glob("chunk*.csv") if re.fullmatch(r"chunk\d+", file.stem))
    return [(table, table.with_suffix(".hdf5")) for table in tables]


def _open_pair(table: Path, waveforms: Path) -> Dataset:
    blocks, faults = [], {}
    for cells in read_blocks(table, REQUIRED):
        blocks.append(_rows(cells))
        faults.update({cells.first + i: reason for i, reason in cells.faults.items()})
    rows = joined_blocks(blocks)
    with open_file(waveforms) as file:
        groups = [group for group in GROUPS if walk(file, group) is not None]
    if not groups:
        raise CatalogueError(f"{waveforms} has no group {', '.join(GROUPS[:2])}; is it STEAD?")
    number = np.zeros(len(rows["name"]), dtype=np.int8)
    if groups[0] != "data":
        groups = list(GROUPS[1:])
        number[rows["category"] == "noise"] = 1
    store = Hdf5Waveforms(
        [waveforms] * len(groups), groups, number, rows["name"], [("WC", "ENZ")], np.zeros_like(number)
    )
    return checked(rows, store, str(table), faults)


def _rows(cells: Cells) -> Rows:
    networks, stations = cells.texts("network_code"), cells.texts("receiver_code")
    mean_snr, lowest_snr = cells.levels("snr_db")
    return fill_columns(
        {
            "name": cells.texts("trace_name"),
            "dataset": "stead",
            "station_id": [f"{n}.{s}." for n, s in zip(networks, stations, strict=True)],
            "event_id": cells.texts("source_id"),
            "category": [CATEGORIES.get(text, "") for text in cells.texts("trace_category")],
            "rate_hz": RATE_HZ,
            "samples": SAMPLES,
            "start_ns": cells.times("trace_start_time"),
            "p_sample": cells.numbers("p_arrival_sample"),
            "s_sample": cells.numbers("s_arrival_sample"),
            "p_status": cells.texts("p_status"),
            "s_status": cells.texts("s_status"),
            "coda_end_sample": cells.numbers("coda_end_sample", read=first_number),
            "snr_db": mean_snr,
            "lowest_snr_db": lowest_snr,
            "magnitude": cells.numbers("source_magnitude"),
            "distance_km": cells.numbers("source_distance_km"),
            "depth_km": cells.numbers("source_depth_km"),
            "station_latitude": cells.numbers("receiver_latitude"),
            "station_longitude": cells.numbers("receiver_longitude"),
            "source_latitude": cells.numbers("source_latitude"),
            "source_longitude": cells.numbers("source_longitude"),
        },
        len(cells),
    )
