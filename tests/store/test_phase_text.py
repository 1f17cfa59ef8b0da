"""Lines, clocks and codes of text files."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.errors import CatalogueError
from onsets.store import StoreError
from onsets.store.phase_text import (
    clock,
    clock_ns,
    lines_of,
    rows_by_event,
    station_code,
    text_lines,
    write_lines,
)
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


def test_lines_go_there_and_back_and_a_wrong_one_is_told(tmp_path):
    path = tmp_path / "numbers"
    write_lines(path, iter(["1", " 2 ", "", "three"]))
    assert path.read_bytes() == b"1\n 2 \n\nthree\n"
    with lines_of(path) as lines:
        assert list(lines) == ["1", " 2 ", "", "three"]
    found = []
    with (
        pytest.raises(CatalogueError, match=r"numbers, line 4: 'three': invalid literal for int"),
        lines_of(path) as lines,
    ):
        found += [int(line) for line in lines if line]
    with pytest.raises(CatalogueError, match=r"numbers, line 2: '2': list index"), lines_of(path) as lines:
        next(lines), next(lines)[9:].split()[0]
    with pytest.raises(CatalogueError, match="none cannot be read"), lines_of(tmp_path / "none"):
        pass


def test_what_cannot_be_written_whole_is_not_written(tmp_path):
    def lines():
        yield "one"
        raise ValueError("no second")

    with pytest.raises(ValueError, match="no second"):
        write_lines(tmp_path / "half", lines())
    assert not list(tmp_path.iterdir())
    with pytest.raises(StoreError):
        write_lines(tmp_path / "absent" / "file", ["one"])
