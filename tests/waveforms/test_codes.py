"""Codes stand in file names: what comes out can do no harm there."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.waveforms._codes import clean_codes


@pytest.mark.parametrize(
    ("codes", "station_id", "channel"),
    [
        (("XX", "ABC", "00", "HHZ"), "XX.ABC.00", "HHZ"),
        (("", "ABCDE", "", "hhz"), ".ABCDE.", "hhz"),
        (("XX ", "AB \x00", "  ", "Z"), "XX.AB.", "Z"),
        (("NETWORK", "LONG-1", "LOC", "H_H_Z"), "NETWORK.LONG-1.LOC", "H_H_Z"),
    ],
)
def test_proper_codes_stay(codes: tuple[str, str, str, str], station_id: str, channel: str) -> None:
    assert clean_codes(*codes) == (station_id, channel, "")


@pytest.mark.parametrize("station", ["../../etc", "A/B", "A\\B", "C:", "A B", "*", "A.B"])
def test_characters_of_paths_are_replaced_and_named(station: str) -> None:
    station_id, _, note = clean_codes("XX", station, "", "HHZ")
    assert re.fullmatch(r"XX\.[A-Za-z0-9_-]+\.", station_id)
    assert repr(station) in note


@pytest.mark.parametrize("station", ["A\nB", "A\x1b[2J", "A\x00B", "Ä", "站"])
def test_damaged_codes_are_refused(station: str) -> None:
    with pytest.raises(ValueError, match="station code"):
        clean_codes("XX", station, "", "HHZ")


def test_a_station_without_code_has_a_name_all_the_same() -> None:
    assert clean_codes("", "", "", "")[0] == ".X."


@given(st.tuples(*[st.text(max_size=6)] * 4))
def test_never_anything_else(codes: tuple[str, str, str, str]) -> None:
    try:
        station_id, channel, _ = clean_codes(*codes)
    except ValueError:
        return
    assert re.fullmatch(r"[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", station_id)
    assert re.fullmatch(r"[A-Za-z0-9_-]*", channel)
