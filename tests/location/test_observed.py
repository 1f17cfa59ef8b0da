"""Picks of one event: names of phases, weights held, derivatives."""

from __future__ import annotations

import numpy as np

from onsets.earth import Frame
from onsets.location import LocateOptions
from onsets.location.observed import Observed, distance_weight, phase_kind
from tests.location.making import MODEL

OBSERVED = Observed(
    Frame(),
    np.array([10.0, -5.0, 0.0]),
    np.array([0.0, 8.0, -20.0]),
    np.array([-0.5, 0.0, 0.2]),
    np.array(["P", "S", "Pg"]),
    np.array([0.0, 1.0, 2.0]),
    np.full(3, 0.3),
    0,
    np.arange(3),
    np.ones(3),
    np.full(3, 0.3),
)


def test_names_of_phases():
    assert [phase_kind(name) for name in ("P", "Sg", "PmP", "s", "Lg", "")] == ["P", "Sg", "P", "S", "", ""]


def test_weights_fall_with_distance_and_deviations_grow_with_time():
    options = LocateOptions(distance_km=10.0, far_km=30.0, model_error_s=0.0001, model_error_share=0.1)
    np.testing.assert_allclose(
        distance_weight(np.array([5.0, 10, 20, 30, 99]), options), [1, 1, 0.5, 0, 0], atol=1e-12
    )
    held = OBSERVED.held(np.array([5.0, 20, 99]), np.array([0.0, 4.0, 4.0]), options)
    np.testing.assert_allclose(held.near, [1, 0.5, 1e-6])
    np.testing.assert_allclose(held.deviation_s, [0.3, 0.5, 0.5], rtol=1e-4)


def test_slopes_are_those_of_the_times():
    source = np.array([1.0, 2.0, 7.0])
    _, slopes, distance = OBSERVED.predict(MODEL, source)
    np.testing.assert_allclose(distance, np.hypot(OBSERVED.x_km - 1, OBSERVED.y_km - 2))
    for part in range(3):
        step = np.zeros(3)
        step[part] = 1e-5
        numeric = (
            OBSERVED.predict(MODEL, source + step)[0] - OBSERVED.predict(MODEL, source - step)[0]
        ) / 2e-5
        np.testing.assert_allclose(slopes[:, part], numeric, atol=1e-6)


def test_some_picks_and_their_stations():
    assert OBSERVED.stations == 3 and len(OBSERVED) == 3
    assert OBSERVED.take(np.array([True, False, True])).phase.tolist() == ["P", "Pg"]
