"""Weights and covariances of residuals."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.location.weighing import huber_covariance, huber_origin, huber_weights

RNG = np.random.default_rng(0)
DEVIATION, NEAR = np.full(30, 0.1), np.ones(30)
SLOPES = np.column_stack([RNG.normal(0, 0.15, (30, 3)), np.ones(30)])


def test_least_squares_have_the_textbook_covariance():
    residual = RNG.normal(0, 0.1, 30)
    errors = huber_covariance(residual, DEVIATION, NEAR, SLOPES, "l2")
    scale = (8 + ((residual - errors.origin_s) ** 2 / 0.01).sum()) / 34
    np.testing.assert_allclose(errors.covariance, np.linalg.inv(SLOPES.T @ SLOPES / 0.01) * scale)
    assert errors.freedom == 34 and (errors.share == 1).all()
    assert errors.origin_s == pytest.approx(residual.mean())
    assert errors.temper == pytest.approx(1 / scale)


def test_a_pick_far_off_pulls_little():
    early = np.append(np.zeros(29), 5.0)
    origin, weight, _ = huber_origin(early, DEVIATION, NEAR, "l1")
    assert abs(origin) < 0.01 and weight[-1] < 0.05 * weight[0]


def test_many_places_at_once_are_each_alone():
    early = RNG.normal(0, 0.1, (5, 30))
    for norm in ("l1", "l2"):
        origin, weight, cost = huber_weights(early, DEVIATION, NEAR, norm)
        for row, one in enumerate(early):
            alone = huber_origin(one, DEVIATION, NEAR, norm)
            assert (origin[row], cost[row]) == pytest.approx((alone[0], alone[2]))
            np.testing.assert_allclose(weight[row], alone[1])


def test_a_robust_covariance_is_somewhat_larger_than_that_of_least_squares():
    ratios = []
    for _ in range(200):
        residual = RNG.normal(0, 0.1, 30)
        plain, robust = (huber_covariance(residual, DEVIATION, NEAR, SLOPES, norm) for norm in ("l2", "l1"))
        ratios.append(np.trace(robust.covariance) / np.trace(plain.covariance))
    assert 1.0 < np.median(ratios) < 1.6
