"""The start by nested grids comes near the truth for every norm and method."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from onsets.location import LocateOptions
from onsets.location.differential import seek
from onsets.location.geiger import solve
from onsets.location.search import Grids, search
from tests.location.making import MODEL
from tests.location.test_observed import OBSERVED

TRUTH = np.array([6.0, -3.0, 9.0])


def observed(truth=TRUTH):
    rng = np.random.default_rng(0)
    many = dataclasses.replace(
        OBSERVED,
        x_km=rng.uniform(-30, 30, 14),
        y_km=rng.uniform(-30, 30, 14),
        depth_km=np.zeros(14),
        phase=np.array(["P", "S"] * 7),
        time_s=np.zeros(14),
        error_s=np.full(14, 0.1),
        row=np.arange(14),
        near=np.ones(14),
        deviation_s=np.full(14, 0.1),
    )
    time, _, _ = many.predict(MODEL, truth)
    return dataclasses.replace(many, time_s=time + 3.0)


@pytest.mark.parametrize("change", [{}, {"norm": "l2"}, {"method": "edt"}])
def test_the_grid_comes_near_and_the_iteration_arrives(change):
    options = dataclasses.replace(LocateOptions(far_km=100.0, depths_km=(0.0, 30.0)), **change)
    start, inside = search(observed(), Grids.of(MODEL, options), options)
    assert inside and np.linalg.norm(start - TRUTH) < 6
    solver = seek if options.method == "edt" else solve
    solution = solver(observed(), MODEL, start, options)
    # by differential times smaller travel times are a little likelier, for they are less uncertain
    atol = 0.03 if options.method == "edt" else 0.01
    np.testing.assert_allclose(solution.source, TRUTH, atol=atol)
    assert solution.origin_s == pytest.approx(3.0, abs=atol / 5)


def test_the_reach_is_widened_for_an_event_outside():
    options = LocateOptions(far_km=300.0, depths_km=(0.0, 30.0), reach_km=10.0)
    truth = np.array([70.0, 0.0, 9.0])
    start, _ = search(observed(truth), Grids.of(MODEL, options), options)
    assert np.hypot(*(start - truth)[:2]) < 15
