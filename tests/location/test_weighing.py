"""Weights and covariances of residuals."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.location.weighing import edt_covariance, huber_covariance, huber_origin, pair_weights

RNG = np.random.default_rng(0)
DEVIATION, NEAR = np.full(30, 0.1), np.ones(30)
SLOPES = np.column_stack([RNG.normal(0, 0.15, (30, 3)), np.ones(30)])


def test_least_squares_have_the_textbook_covariance():
    residual = RNG.normal(0, 0.1, 30)
    origin, share, covariance, freedom = huber_covariance(residual, DEVIATION, NEAR, SLOPES, "l2")
    scale = (8 + ((residual - origin) ** 2 / 0.01).sum()) / 34
    np.testing.assert_allclose(covariance, np.linalg.inv(SLOPES.T @ SLOPES / 0.01) * scale)
    assert freedom == 34 and (share == 1).all()
    assert origin == pytest.approx(residual.mean())


def test_a_pick_far_off_pulls_little():
    early = np.append(np.zeros(29), 5.0)
    origin, weight, _ = huber_origin(early, DEVIATION, NEAR, "l1")
    assert abs(origin) < 0.01 and weight[-1] < 0.05 * weight[0]
    pairs, _ = pair_weights(early, DEVIATION, NEAR)
    assert pairs[-1].max() < 1e-6 < pairs[0, 1]
    np.testing.assert_array_equal(pairs, pairs.T)


def test_robust_covariances_are_somewhat_larger_than_that_of_least_squares():
    ratios = []
    for _ in range(200):
        residual = RNG.normal(0, 0.1, 30)
        plain = huber_covariance(residual, DEVIATION, NEAR, SLOPES, "l2")[2]
        ratios.append(
            [
                np.trace(huber_covariance(residual, DEVIATION, NEAR, SLOPES, "l1")[2]) / np.trace(plain),
                np.trace(edt_covariance(residual, DEVIATION, NEAR, SLOPES)[2]) / np.trace(plain),
            ]
        )
    middle = np.median(ratios, axis=0)
    assert 1.0 < middle[0] < 1.6
    assert 1.0 < middle[1] < 1.8
