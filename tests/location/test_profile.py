"""All depths at once: the best epicentre of each, and errors that know of a second depth."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.location import LocateOptions
from onsets.location.differential import seek
from onsets.location.geiger import solve
from onsets.location.profile import coarse, profile, with_moments
from tests.location.making import MODEL
from tests.location.test_search import TRUTH, observed

DEPTHS = np.array([4.0, 9.0, 14.0])


@pytest.mark.parametrize("change", [{"norm": "l1"}, {"norm": "l2"}, {"method": "edt"}])
def test_each_depth_has_the_place_that_is_found_alone(change):
    options = LocateOptions(depths_km=(0.0, 30.0), **change)
    whole = profile(observed(), MODEL, TRUTH + np.array([3.0, 2.0, 0.0]), options, DEPTHS)
    solver = seek if options.method == "edt" else solve
    for row, depth in enumerate(DEPTHS):
        alone = solver(observed(), MODEL, np.array([*TRUTH[:2], depth]), options, fixed=True)
        assert whole.cost[row] == pytest.approx(alone.cost, rel=0.02, abs=0.05)
        np.testing.assert_allclose(whole.source[row], alone.source, atol=0.1)
    assert int(np.argmin(whole.cost)) == 1


def test_where_the_misfit_is_quadratic_errors_are_those_of_the_curvature():
    options = LocateOptions(norm="l2", depths_km=(6.0, 14.0))  # no layer border is near
    event = observed()
    solution = solve(event, MODEL, TRUTH, options)
    whole = profile(event, MODEL, TRUTH, options, coarse(*options.depths_km))
    found, _ = with_moments(event, MODEL, solution, whole, options)
    np.testing.assert_allclose(
        np.sqrt(np.diag(found.covariance)), np.sqrt(np.diag(solution.covariance)), rtol=0.15
    )
    assert found.reach2 == pytest.approx(solution.reach2, rel=0.15)


def test_a_second_depth_makes_errors_larger():
    options = LocateOptions(norm="l2", depths_km=(0.0, 30.0))
    event = observed(np.array([2.0, -3.0, 5.3]))
    best = solve(event, MODEL, np.array([2.0, -3.0, 5.3]), options)
    whole = profile(event, MODEL, best.source, options, coarse(*options.depths_km))
    found, _ = with_moments(event, MODEL, best, whole, options)
    assert (np.linalg.eigvalsh(found.covariance) > -1e-9).all()
    inside = whole.cost < best.cost + 1.0
    assert found.covariance[2, 2] > 0.2 * np.ptp(whole.source[inside, 2]) ** 2 / 12


def test_depths_are_closer_together_where_it_is_shallow():
    depths = coarse(-2.0, 40.0)
    assert depths[0] == -2 and depths[-1] == 40 and (np.diff(depths, 2) > 0).all()
