"""Lines, clocks and codes of text files."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.errors import CatalogueError
from onsets.store.phase_text import clock, clock_ns, rows_by_event, station_code, text_lines
from onsets.tables import Assignments


@given(st.integers(-(10**9), 4 * 10**9), st.integers(0, 999_999))
def test_clocks_go_there_and_back(seconds, micro):
    time_ns = seconds * 10**9 + micro * 1000
    assert clock_ns(*clock(time_ns)) == time_ns


def test_seconds_may_run_over():
    assert clock_ns(2020, 1, 1, 0, 0, 61.5) == clock_ns(2020, 1, 1, 0, 1, 1.5)


def test_packed_files_are_unpacked_and_absent_ones_named(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"one\ntwo\n"))
    assert text_lines(path) == ["one", "two"]
    with pytest.raises(CatalogueError, match="cannot be read"):
        text_lines(tmp_path / "none")


def test_codes_and_rows():
    assert station_code("NET.LONGCODE.00") == "LONGCOD" and station_code("AB") == "AB"
    picks = Assignments.of({"event_id": name, "station_id": ".A.", "phase": "P"} for name in "aba")
    assert rows_by_event(picks) == {"a": [0, 2], "b": [1]}
