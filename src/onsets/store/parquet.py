"""Parquet: the compact form for many picks (needs the extra ``parquet``)."""

from __future__ import annotations

from typing import IO, Any

import numpy as np

from onsets.errors import MissingExtraError
from onsets.store.sheet import Column, Sheet

__all__ = ["require_pyarrow", "write_parquet"]


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


def write_parquet(sheet: Sheet, handle: IO[bytes]) -> None:
    """Write a table as Parquet with zstd compression.

    Times are ``timestamp[us, UTC]`` rounded to the nearest microsecond, numbers float64 at full
    precision with nulls for unknown, counts int64, text (flags too) strings.

    Parameters
    ----------
    sheet : Sheet
        The table.
    handle : binary file
        Open for writing.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.
    """
    arrow = require_pyarrow()
    table = arrow.table([_array(column) for column in sheet.columns], names=sheet.names)
    arrow.parquet.write_table(table, handle, compression="zstd")
