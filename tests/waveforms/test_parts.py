"""What belongs together: component letters, rates, stretches of time."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.types import Trace
from onsets.waveforms._parts import Name, Part, by_component, by_rate, by_stretch, letter_of, oriented


def part(channel: str = "HHZ", start_s: float = 0, samples: int = 1000, rate_hz: float = 100.0) -> Part:
    trace = Trace("XX.ABC.", channel, round(start_s * 1e9), rate_hz, np.arange(samples))
    return Part(trace, letter_of(channel)[1])


def name(prefix: str = "HH") -> Name:
    return Name("XX.ABC.", prefix, [])


@pytest.mark.parametrize(
    ("channel", "prefix", "letter"),
    [
        *[("HHZ", "HH", "Z"), ("hhe", "HH", "E"), ("BH1", "BH", "1"), ("Z", "", "Z"), ("", "", "")],
        *[("H_H_Z", "HH", "Z"), ("HX_H_N", "HXH", "N"), ("H_H_", "HH", ""), ("S_Z", "S_", "Z")],
    ],
)
def test_letters(channel: str, prefix: str, letter: str) -> None:
    assert letter_of(channel) == (prefix, letter)


@pytest.mark.parametrize("channel", ["HHX", "HHR", "HHT", "HH4", "", "H_H_", "H_H_ZN"])
def test_what_is_no_component_is_lost_by_name(channel: str) -> None:
    who = name()
    assert [one.trace.channel for one in oriented([part(channel), part("HHZ")], who)] == ["HHZ"]
    assert who.problems[0].fatal
    assert who.problems[0].samples == 1000 and channel in who.problems[0].reason


def test_the_rate_of_most_samples_stands_for_its_neighbours() -> None:
    who = name()
    parts = [part(rate_hz=99.9999), part(rate_hz=100.0, samples=5000), part(rate_hz=50.0)]
    assert [(rate, len(some)) for rate, some in by_rate(parts, who)] == [(100.0, 2), (50.0, 1)]
    assert "100, 50 Hz" in who.problems[0].reason and not who.problems[0].fatal


def test_one_rate_is_nothing_to_tell() -> None:
    who = name()
    assert [rate for rate, _ in by_rate([part(), part("HHN")], who)] == [100.0]
    assert who.problems == []


@pytest.mark.parametrize(("gap_s", "stretches"), [(0.0, 1), (4.99, 1), (5.01, 2)])
def test_a_long_gap_begins_a_stretch(gap_s: float, stretches: int) -> None:
    parts = [part(start_s=10 + gap_s), part()]
    assert len(by_stretch(parts, 5.0)) == stretches


def test_a_gap_of_one_component_is_none_of_all() -> None:
    parts = [part(), part(start_s=100), part("HHN", samples=12_000)]
    assert len(by_stretch(parts, 5.0)) == 1


def test_numbers_give_way_to_letters() -> None:
    who = name()
    rows = by_component([part("HHZ"), part("HHN"), part("HH1"), part("HH2"), part("HH3")], who)
    assert [[one.trace.channel for one in row] for row in rows] == [["HHZ"], ["HHN"], ["HH2"]]
    assert sorted(problem.where for problem in who.problems) == ["XX.ABC..HH1", "XX.ABC..HH3"]
    assert not any(problem.fatal for problem in who.problems)


def test_numbers_before_letters_are_a_renamed_channel() -> None:
    who = name()
    rows = by_component([part("HHN", start_s=10), part("HH1")], who)
    assert [one.trace.channel for one in rows[1]] == ["HH1", "HHN"]
    assert who.problems == []
