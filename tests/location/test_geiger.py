"""The iteration itself: fixed depths, and the size of its covariance."""

from __future__ import annotations

import dataclasses

import numpy as np

from onsets.location import LocateOptions
from onsets.location.geiger import solve
from tests.location.making import MODEL
from tests.location.test_search import TRUTH, observed


def test_a_fixed_depth_stays_and_has_no_error():
    options = LocateOptions(depths_km=(0.0, 30.0))
    solution = solve(observed(), MODEL, TRUTH + np.array([2.0, 2.0, 0.0]), options, fixed=True)
    assert solution.fixed and solution.source[2] == TRUTH[2]
    np.testing.assert_allclose(solution.source, TRUTH, atol=0.01)
    assert (solution.covariance[2] == 0).all() and solution.covariance[0, 0] > 0


def test_depths_end_at_their_limits():
    solution = solve(observed(), MODEL, TRUTH, LocateOptions(depths_km=(12.0, 30.0)))
    assert solution.source[2] == 12.0


def test_the_scatter_of_solutions_is_their_covariance():
    options, rng = LocateOptions(norm="l2", depths_km=(-5.0, 30.0)), np.random.default_rng(1)
    exact, found = observed(), []
    for _ in range(40):
        noisy = dataclasses.replace(exact, time_s=exact.time_s + rng.normal(0, 0.1, len(exact)))
        found.append(solve(noisy, MODEL, TRUTH, options))
    scatter = np.cov(np.array([one.source for one in found]).T)
    stated = np.mean([one.covariance[:3, :3] for one in found], axis=0)
    assert 0.5 < np.trace(scatter) / np.trace(stated) < 2
