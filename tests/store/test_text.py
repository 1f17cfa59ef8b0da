"""CSV and JSON lines against the standard library's own readers."""

import csv
import io
import json
import math

import hypothesis.strategies as st
import pytest
from hypothesis import given

from onsets.store.sheet import detections_sheet, ledger_sheet, picks_sheet
from onsets.store.text import csv_blocks, guard, jsonl_blocks, short, unguard
from onsets.tables import LEDGER_COLUMNS, PICK_COLUMNS, Picks
from onsets.types import Pick

from .conftest import NUMBERS, pick_tables


def rows_of(blocks):
    return list(csv.DictReader(io.StringIO("".join(blocks), newline="")))


@given(pick_tables)
def test_csv_cells_are_the_rows_of_the_table(picks):
    for got, row in zip(rows_of(csv_blocks(picks_sheet(picks))), picks.rows(), strict=True):
        assert tuple(got) == PICK_COLUMNS
        for key, value in row.items():
            if key in NUMBERS:
                assert got[key] == ("" if value is None else f"{value:.6g}")
            else:
                assert unguard(got[key]) == value


@given(pick_tables)
def test_jsonl_objects_are_the_rows_of_the_table(picks):
    lines = "".join(jsonl_blocks(picks_sheet(picks))).split("\n")
    assert lines.pop() == ""
    for line, row in zip(lines, picks.rows(), strict=True):
        got = json.loads(line, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
        for key in NUMBERS:
            value = row[key]
            if value is not None:
                row[key] = str(value) if math.isinf(value) else float(f"{value:.6g}")
        assert got == row
        assert tuple(got) == PICK_COLUMNS


def test_exact_text(some_picks):
    lines = "".join(csv_blocks(picks_sheet(some_picks))).split("\n")
    assert lines == [
        "station_id,channel_prefix,phase,time,probability,uncertainty_s,snr_db,amplitude,polarity,model,flags",
        "BW.RJOB.,EH,P,2009-08-24T00:20:07.123457Z,0.87,0.05,21.5,1234.5,U,default,",
        "BW.RJOB.,EH,S,2009-08-24T00:20:10.500000Z,0.5,,,,,,1C gap",
        "XX.ABC.00,,Pg,2009-08-24T00:20:03.000000Z,,,,,D,my model.onnx,",
        "XX.ABC.00,HH,Sn,2009-08-24T00:20:03.000000Z,inf,inf,-3,0,,,",
        "",
    ]


def test_empty_tables_have_a_header_in_csv_and_nothing_in_jsonl():
    sheet = picks_sheet(Picks.of([]))
    assert "".join(csv_blocks(sheet)) == ",".join(PICK_COLUMNS) + "\n"
    assert "".join(jsonl_blocks(sheet)) == ""


@given(st.text())
def test_guard_is_exact_and_leaves_no_formula(text):
    assert unguard(guard(text)) == text
    assert not guard(text).startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "'=1"])
def test_formulas_get_a_quote_and_numbers_do_not(text):
    picks = Picks.of([Pick("XX.A.", "HH", "P", 0, snr_db=-3.5, model=text)])
    (row,) = rows_of(csv_blocks(picks_sheet(picks)))
    assert row["model"] == "'" + text
    assert row["snr_db"] == "-3.5"


def test_short_is_stable():
    for value in (0.1, 1 / 3, 1234567.0, -0.0, 1e-300, float("inf")):
        assert short(float(short(value))) == short(value)


def test_detections_and_ledger(some_detections, some_ledger):
    first, second = rows_of(csv_blocks(detections_sheet(some_detections)))
    assert (first["start"], first["end"]) == ("2009-08-24T00:20:03.000000Z", "2009-08-24T00:20:13.000000Z")
    assert (second["end"], second["probability"]) == ("1970-01-01T00:00:00.000002Z", "")
    first, second = rows_of(csv_blocks(ledger_sheet(some_ledger)))
    assert tuple(first) == LEDGER_COLUMNS
    assert (first["samples_read"], first["highest_p"], first["highest_s"]) == ("9000", "0.2", "")
    assert first["why"] == "'=P stayed low"
    assert second["rejected"] == "line one line two; été \ufffd"
    objects = [json.loads(line) for line in "".join(jsonl_blocks(ledger_sheet(some_ledger))).splitlines()]
    assert objects[0] == some_ledger[0].row()


def test_many_rows_come_in_blocks_that_join():
    picks = Picks.of([Pick("XX.A.", "HH", "P", i * 10**9) for i in range(12_345)])
    blocks = list(csv_blocks(picks_sheet(picks)))
    assert len(blocks) > 1
    assert [row["time"] for row in rows_of(blocks)] == [row["time"] for row in picks.rows()]
    assert len("".join(jsonl_blocks(picks_sheet(picks))).splitlines()) == 12_345
