"""Parquet's kinds of columns."""

import datetime
import io
import sys

import numpy as np
import pytest

from onsets.errors import MissingExtraError
from onsets.store.parquet import require_pyarrow, write_parquet
from onsets.store.sheet import ledger_sheet, picks_sheet
from onsets.tables import PICK_COLUMNS, Picks

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def written(sheet) -> bytes:
    handle = io.BytesIO()
    write_parquet([sheet], handle)
    return handle.getvalue()


def test_schema_and_nulls(some_picks):
    table = pq.read_table(io.BytesIO(written(picks_sheet(some_picks))))
    assert tuple(table.column_names) == PICK_COLUMNS
    assert table.schema.field("time").type == pa.timestamp("us", tz="UTC")
    for name in ("probability", "uncertainty_s", "snr_db", "amplitude"):
        assert table.schema.field(name).type == pa.float64()
        assert table[name].null_count == np.isnan(getattr(some_picks, name)).sum()
    for name in ("station_id", "phase", "flags"):
        assert table.schema.field(name).type == pa.string()
    expected = datetime.datetime(2009, 8, 24, 0, 20, 7, 123457, datetime.UTC)
    assert table["time"][0].as_py() == expected
    assert table["flags"][1].as_py() == "1C gap"


def test_empty_table_keeps_its_schema():
    table = pq.read_table(io.BytesIO(written(picks_sheet(Picks.of([])))))
    assert len(table) == 0
    assert table.schema.field("time").type == pa.timestamp("us", tz="UTC")


def test_counts_are_whole_numbers(some_ledger):
    table = pq.read_table(io.BytesIO(written(ledger_sheet(some_ledger))))
    assert table["samples_read"].to_pylist() == [9000, 0]
    assert table["highest_s"].null_count == 2


def test_same_table_same_bytes(some_picks):
    assert written(picks_sheet(some_picks)) == written(picks_sheet(some_picks))


def test_without_pyarrow(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"onsets\[parquet\]"):
        require_pyarrow()
