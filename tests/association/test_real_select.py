"""Candidates become events."""

from __future__ import annotations

import numpy as np

from onsets.association.real_select import Candidates, one_each_time


def test_the_better_of_two_at_a_time_stays():
    zero = np.zeros(4)
    found = Candidates(
        np.array([10.0, 0.0, 1.0, 30.0]),
        zero,
        zero,
        zero,
        np.array([0.1, 0.3, 0.1, 0.2]),
        np.array([9.0, 20.0, 20.5, 7.0]),
    )
    kept = one_each_time(found, 3.0)
    assert kept.origin_s.tolist() == [1.0, 10.0, 30.0]  # weights alike: the smaller deviation wins
    heavy = Candidates(found.origin_s, zero, zero, zero, found.deviation_s, np.array([9.0, 25.0, 20.0, 7.0]))
    assert one_each_time(heavy, 3.0).origin_s.tolist() == [0.0, 10.0, 30.0]
    assert len(one_each_time(found, 0.5).origin_s) == 4
