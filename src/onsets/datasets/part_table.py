"""Which record is in which part, as a CSV table: what a split or a training writes, and what reads it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from onsets.datasets.dataset import Dataset
from onsets.datasets.parts import check_parts
from onsets.datasets.table import read_blocks
from onsets.errors import CatalogueError
from onsets.store.atomic import replacing

__all__ = ["read_parts", "write_parts"]

COLUMNS = ("dataset", "name", "station_id", "event_id", "split")


def write_parts(data: Dataset, path: str | Path) -> Path:
    """Write the part of every record; all or nothing.

    Parameters
    ----------
    data : Dataset
    path : str or Path
        CSV with the columns ``dataset, name, station_id, event_id, split``.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(zip(*(data.rows[name].tolist() for name in COLUMNS), strict=True))
    with replacing(path) as handle:
        handle.write(text.getvalue().encode())
    return Path(path)


def read_parts(data: Dataset, path: str | Path) -> Dataset:
    """Give records the parts a table says, by dataset and name; those it does not name have none.

    Parameters
    ----------
    data : Dataset
    path : str or Path
        As :func:`write_parts` writes it; other columns do not matter.

    Returns
    -------
    Dataset
        Checked by :func:`onsets.datasets.check_parts`.

    Raises
    ------
    ConfigError
        If there is no such file.
    CatalogueError
        If it lacks a column, names a record twice with two parts or none of these records, or an event
        is in two parts.
    """
    side: dict[tuple[str, str], str] = {}
    for cells in read_blocks(Path(path), ("dataset", "name", "split")):
        columns = (cells.texts("dataset"), cells.texts("name"), cells.texts("split"))
        for dataset, name, part in zip(*columns, strict=True):
            if side.setdefault((dataset, name), part) != part:
                raise CatalogueError(
                    f"{path}: {dataset}/{name} is in both {side[dataset, name]!r} and {part!r}"
                )
    keys = zip(data.rows["dataset"].tolist(), data.rows["name"].tolist(), strict=True)
    split = [side.get(key, "") for key in keys]
    if not any(split):
        known = sorted({dataset for dataset, _ in side})[:5]
        raise CatalogueError(
            f"{path} names none of the {len(data)} records of {data.rows['dataset'][:1].tolist()}; "
            f"it is about {', '.join(known) or 'nothing'}"
        )
    found = data.assign(split=np.array(split, dtype=np.str_))
    check_parts(found)
    return found
