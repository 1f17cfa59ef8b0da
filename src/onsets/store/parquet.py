"""Parquet: the compact form for many picks (needs the extra ``parquet``)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import numpy as np

from onsets.errors import CatalogueError, MissingExtraError
from onsets.store.sheet import Column, Sheet
from onsets.tables import Detections

__all__ = ["read_detections", "require_pyarrow", "write_parquet"]


def require_pyarrow() -> Any:
    """Return the module pyarrow.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtraError("pyarrow", "parquet", "reading or writing .parquet") from error
    return pyarrow


def _array(column: Column) -> Any:
    arrow = require_pyarrow()
    if column.kind == "text":
        return arrow.array(column.values, type=arrow.string())
    values = np.asarray(column.values)
    if column.kind == "time":
        return arrow.array((values + 500) // 1000, type=arrow.timestamp("us", tz="UTC"))
    if column.kind == "count":
        return arrow.array(values, type=arrow.int64())
    return arrow.array(values, type=arrow.float64(), mask=np.isnan(values))


def write_parquet(sheets: Iterable[Sheet], handle: IO[bytes]) -> None:
    """Write a table, given in parts, as Parquet with zstd compression.

    Times are ``timestamp[us, UTC]`` rounded to the nearest microsecond, numbers float64 at full
    precision with nulls for unknown, counts int64, text (flags too) strings.

    Parameters
    ----------
    sheets : iterable of Sheet
        At least one, all of the same columns; each becomes a row group, empty ones none.
    handle : binary file
        Open for writing.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.
    """
    arrow = require_pyarrow()
    writer = None
    for sheet in sheets:
        table = arrow.table([_array(column) for column in sheet.columns], names=sheet.names)
        if writer is None:
            writer = arrow.parquet.ParquetWriter(handle, table.schema, compression="zstd")
        if len(table):
            writer.write_table(table)
    if writer is not None:
        writer.close()


def read_detections(path: str | Path) -> Detections:
    """Read detections from the Parquet file that :func:`onsets.store.write_detections` wrote.

    Parameters
    ----------
    path : str or Path

    Raises
    ------
    CatalogueError
        If it cannot be read or is no such table.
    MissingExtraError
        If pyarrow is not installed.
    """
    arrow = require_pyarrow()
    try:
        table = arrow.parquet.read_table(path, partitioning=None)
        start, end = (
            table[name].cast(arrow.timestamp("ns", tz="UTC")).cast(arrow.int64()).to_pylist()
            for name in ("start", "end")
        )
        texts = (table[name].to_pylist() for name in ("station_id", "probability", "model"))
        station, probability, model = texts
    except (OSError, KeyError, arrow.ArrowException) as error:
        raise CatalogueError(f"{path}: not a Parquet table of detections: {error}") from error
    return Detections.of(zip(station, start, end, probability, model, strict=True))
