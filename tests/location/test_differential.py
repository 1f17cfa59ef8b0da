"""Equal differential times: the density, its maximum, the size of its errors."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from onsets.location import LocateOptions
from onsets.location.differential import edt_covariance, log_density, pair_weights, seek
from onsets.location.weighing import huber_covariance
from tests.location.making import MODEL
from tests.location.test_search import TRUTH, observed

OPTIONS = LocateOptions(method="edt", depths_km=(0.0, 30.0), model_error_s=0.05, model_error_share=0.02)
EVEN = LocateOptions(method="edt", depths_km=(0.0, 30.0), model_error_share=0.0)
RNG = np.random.default_rng(0)
DEVIATION, NEAR = np.full(30, 0.1), np.ones(30)
SLOPES = np.column_stack([RNG.normal(0, 0.15, (30, 3)), np.ones(30)])


def plainly(event, time, options):
    """The density by loops over picks."""
    early = event.time_s - time
    square = event.error_s**2 + options.model_error_s**2 + (options.model_error_share * time) ** 2
    total, weight = 0.0, np.zeros(len(time))
    for a in range(len(time)):
        for b in range(a):
            spread = square[a] + square[b]
            value = np.exp(-0.5 * (early[a] - early[b]) ** 2 / spread) / np.sqrt(spread)
            total += value
            weight[[a, b]] += value
    middle = np.average(early, weights=weight)
    variance = np.average((early - middle) ** 2, weights=weight)
    return len(time) * np.log(total) + max(-variance / square.mean(), np.log(1e-5))


def test_the_density_is_that_of_plain_loops():
    event = observed()
    places = TRUTH + np.array([[0.0, 0, 0], [1, -2, 3], [20, 5, 1]])
    time = np.array([event.predict(MODEL, place)[0] for place in places])
    expected = [plainly(event, row, OPTIONS) for row in time]
    np.testing.assert_allclose(log_density(event, time, OPTIONS), expected, rtol=1e-12)


def test_the_maximum_is_found_and_a_depth_can_be_held():
    solution = seek(observed(), MODEL, TRUTH + np.array([6.0, -7.0, 8.0]), EVEN)
    np.testing.assert_allclose(solution.source, TRUTH, atol=0.02)
    held = seek(observed(), MODEL, np.array([0.0, 0.0, 12.0]), EVEN, fixed=True)
    assert held.source[2] == 12.0 and held.fixed and (held.covariance[2] == 0).all()
    assert held.cost > solution.cost


def test_wrong_picks_have_no_say():
    event = observed()
    late = event.time_s.copy()
    late[[1, 6]] += [3.0, -4.0]
    solution = seek(dataclasses.replace(event, time_s=late), MODEL, TRUTH + 1.0, EVEN)
    np.testing.assert_allclose(solution.source, TRUTH, atol=0.3)
    assert solution.weight[[1, 6]].max() < 0.01
    pairs = pair_weights(np.append(np.zeros(29), 5.0), DEVIATION, NEAR)
    assert pairs[-1].max() < 1e-6 < pairs[0, 1]
    np.testing.assert_array_equal(pairs, pairs.T)


def test_its_covariance_is_somewhat_larger_than_that_of_least_squares():
    ratios, tempers = [], []
    for _ in range(200):
        residual = RNG.normal(0, 0.1, 30)
        plain = huber_covariance(residual, DEVIATION, NEAR, SLOPES, "l2")
        mine = edt_covariance(residual, DEVIATION, NEAR, SLOPES)
        ratios.append(np.trace(mine.covariance) / np.trace(plain.covariance))
        tempers.append(mine.temper)
    assert 1.0 < np.median(ratios) < 1.8
    # the density alone would have twice the variance of least squares
    assert np.median(tempers) == pytest.approx(2 / np.median(ratios), rel=0.2)
