"""Colours say the phase."""

import pytest

from onsets.plots.style import family, phase_colour


@pytest.mark.parametrize(
    ("label", "expected"),
    [("P", "P"), ("Pg", "P"), ("Sn", "S"), ("detection", "detection"), ("Lg", "other"), ("", "other")],
)
def test_family(label, expected):
    assert family(label) == expected
    assert phase_colour(label) == phase_colour(expected)


def test_colours_are_told_apart():
    assert len({phase_colour(label) for label in ("P", "S", "detection", "other")}) == 4

    def rgb(colour):
        return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]

    red, _, blue = rgb(phase_colour("P"))
    assert blue > red
    red, _, blue = rgb(phase_colour("S"))
    assert red > blue
