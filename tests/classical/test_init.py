"""The face of the room."""

import onsets.classical as room
from onsets.classical import CLASSICAL


def test_everything_public_is_there():
    assert len(set(room.__all__)) == len(room.__all__)
    assert all(hasattr(room, name) for name in room.__all__)
    assert CLASSICAL == ("sta-lta", "aic", "kurtosis", "baer")


def test_functions_win_over_the_modules_of_the_same_name():
    assert callable(room.aic)
    assert callable(room.kurtosis)
