"""DiTing: part files ``DiTing330km_part_N.csv`` and ``.hdf5``, N from 0 to 27.

Read as public programs read it, since the data itself could not be had here: the waveform of a row is
``earthquake/<key>`` of its part's file, an array (samples, 3) at 50 Hz with the components Z, N, E;
``key`` is event and station, ``000014.0100``, whose zeros a spreadsheet drops (``14.01``) and which
are put back; ``p_pick`` and ``s_pick`` are samples at 50 Hz. The table has no times. The light
edition is one table (``DiTing330km_light.csv``) over the same waveform files by its column ``part``.
Not verified: whether every array has the length stated in print (180 s), so each is asked; noise files,
which are not read; an early table with picks in seconds, which is not known apart from this one.

Zhao, Xiao, Chen, Fang (2023). DiTing: A large-scale Chinese seismic benchmark dataset for artificial
intelligence in seismology. Earthquake Science 36(2), 84-94. doi:10.1016/j.eqs.2022.01.022
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from onsets.datasets.checks import checked
from onsets.datasets.dataset import Dataset, Rows, fill_columns, join
from onsets.datasets.hdf5_waveforms import Hdf5Waveforms
from onsets.datasets.table import Cells, joined_blocks, read_blocks
from onsets.errors import CatalogueError, ConfigError

__all__ = ["diting_key", "find_diting", "open_diting"]

RATE_HZ = 50.0
REQUIRED = ("key", "ev_id", "p_pick", "s_pick", "net", "sta_id")
PART = re.compile(r"(.*_part_)(\d+)")


def find_diting(path: str | Path) -> list[Path]:
    """Return the tables in a folder, part by part or the light one; none if this is not DiTing."""
    root = Path(path)
    if root.suffix == ".csv":
        return [root]
    parts = [file for file in root.glob("*_part_*.csv") if PART.fullmatch(file.stem)]
    light = sorted(root.glob("DiTing*_light.csv"))
    return sorted(parts, key=lambda file: int(PART.fullmatch(file.stem)[2])) or light  # type: ignore[index]


def diting_key(text: str) -> str:
    """Return the name of an array, with the zeros a table may have lost.

    Examples
    --------
    >>> diting_key("14.01"), diting_key("000014.0100")
    ('000014.0100', '000014.0100')
    """
    event, _, station = text.partition(".")
    return f"{event.rjust(6, '0')}.{station.ljust(4, '0')}"


def open_diting(path: str | Path) -> Dataset:
    """Open DiTing, or some of its parts.

    Parameters
    ----------
    path : str or Path
        Folder with the part files, or one table.

    Returns
    -------
    Dataset
        Named ``diting``; without times, so that it can be split by event only.

    Raises
    ------
    ConfigError
        If there are no such files.
    CatalogueError
        If a table lacks a column or names no part.
    """
    tables = find_diting(path)
    if not tables:
        raise ConfigError(f"no DiTing in {path}; expected DiTing330km_part_0.csv and .hdf5, ...")
    return join([_open_table(table) for table in tables])


def _open_table(table: Path) -> Dataset:
    own = PART.fullmatch(table.stem)
    required = REQUIRED if own else (*REQUIRED, "part")
    blocks, faults, parts = [], {}, []
    for cells in read_blocks(table, required):
        blocks.append(_rows(cells))
        number = np.full(len(cells), float(own[2])) if own else cells.numbers("part")
        faults.update({cells.first + i: reason for i, reason in cells.faults.items()})
        if not np.isfinite(number).all():
            raise CatalogueError(
                f"{table}: row {cells.first + int(np.argmin(np.isfinite(number)))} has no part"
            )
        parts.append(number.astype(np.int64))
    rows, part = joined_blocks(blocks), np.concatenate(parts)
    known = np.unique(part)
    stem = own[1] if own else f"{table.stem.removesuffix('_light')}_part_"
    files = [table.with_name(f"{stem}{number}.hdf5") for number in known]
    store = Hdf5Waveforms(
        files,
        ["earthquake"] * len(files),
        np.searchsorted(known, part),
        rows["name"],
        [("WC", "ZNE")],
        np.zeros(len(part), dtype=np.int8),
    )
    rows["samples"], missing = store.lengths(range(len(part)))
    return checked(rows, store, str(table), missing | faults)


def _rows(cells: Cells) -> Rows:
    networks, stations = cells.texts("net"), cells.texts("sta_id")
    mean_snr, lowest_snr = cells.levels("Z_P_power_snr", "N_S_power_snr", "E_S_power_snr")
    return fill_columns(
        {
            "name": [diting_key(text) for text in cells.texts("key")],
            "dataset": "diting",
            "station_id": [f"{n}.{s}." for n, s in zip(networks, stations, strict=True)],
            "event_id": cells.texts("ev_id"),
            "category": "earthquake",
            "rate_hz": RATE_HZ,
            "p_sample": cells.numbers("p_pick"),
            "s_sample": cells.numbers("s_pick"),
            "magnitude": cells.numbers("evmag"),
            "distance_km": cells.numbers("dis"),
            "snr_db": mean_snr,
            "lowest_snr_db": lowest_snr,
        },
        len(cells),
    )
