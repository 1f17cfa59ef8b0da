"""Ticks are round, inside, few, and say when they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.plots.timeaxis import View, utc_caption, utc_ticks

from .conftest import START

S = 10**9
HOUR = 3600 * S
DAY = 24 * HOUR


@given(st.integers(-(2**60), 2**60), st.integers(10**7, 2**60))
def test_ticks_are_inside_even_and_few(start, length):
    times, labels = utc_ticks(start, start + length)
    assert 2 <= len(times) == len(labels) <= 9
    assert all(start <= time <= start + length for time in times)
    steps = set(np.diff(times).tolist())
    assert len(steps) == 1
    assert all(time % steps.copy().pop() == 0 for time in times)


@pytest.mark.parametrize(
    ("start", "length", "first", "last"),
    [
        (START, 30 * S, "00:20:05", "00:20:30"),
        (START + 4 * S, S, "00:20:07.0", "00:20:08.0"),
        (START, 10**8, "00:20:03.00", "00:20:03.10"),
        (START, 10**7, "00:20:03.000", "00:20:03.010"),
        (START, HOUR, "00:30", "01:20"),
        (START - START % DAY, DAY, "00:00", "00:00"),
        (START, DAY, "03:00", "00:00\n08-25"),
        (START, 5 * DAY, "08-25", "08-29"),
        (START, 1000 * DAY, "2009-12-22", "2012-03-01"),
    ],
)
def test_labels(start, length, first, last):
    labels = utc_ticks(start, start + length)[1]
    assert (labels[0], labels[-1]) == (first, last)


def test_midnight_inside_shows_its_date():
    labels = utc_ticks(DAY - 10 * S, DAY + 10 * S)[1]
    assert "00:00:00\n01-02" in labels
    assert sum("\n" in label for label in labels) == 1


def test_caption():
    assert utc_caption(START, START + S) == "2009-08-24 UTC"
    assert utc_caption(START, START + DAY) == "2009-08-24 to 2009-08-25 UTC"


def test_view():
    view = View(START, START + 30 * S)
    assert view.seconds == 30
    assert view.x(START + 123_456_789) == 0.123456789
    assert view.cut(START - 10 * S, 100.0, 10_000) == slice(1000, 4002)
    assert view.cut(START + 10 * S, 100.0, 500) == slice(0, 500)
    assert view.cut(START - 100 * S, 100.0, 500) == slice(500, 500)
    assert view.cut(START + 100 * S, 100.0, 500) == slice(0, 0)
