"""Gap, ellipsoid and letters."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.location import azimuthal_gap
from onsets.location.quality import ellipsoid, quality, reach2


def test_gaps():
    assert azimuthal_gap(np.array([0.0, 90.0, 180.0, 270.0])) == 90
    assert azimuthal_gap(np.array([5.0])) == 360
    assert np.isnan(azimuthal_gap(np.array([])))


def test_the_reach_is_that_of_the_normal_distribution_when_the_scale_is_known():
    assert reach2(3, 1e9) == pytest.approx(3.53, abs=0.01)
    assert reach2(2, 1e9) == pytest.approx(2.30, abs=0.01)
    assert reach2(3, 8) > reach2(3, 30) > 3.53


def test_axes_of_an_ellipsoid():
    found = ellipsoid(np.diag([1.0, 4.0, 9.0]), 3.527)
    np.testing.assert_allclose(found.semi_axes_km, np.sqrt(3.527) * np.array([3, 2, 1]), rtol=1e-3)
    assert found.plunges_deg[0] == pytest.approx(90)
    assert found.azimuths_deg[1] % 180 == pytest.approx(0, abs=1e-6)
    assert len(ellipsoid(np.diag([1.0, 4.0, 0.0]), 2.3).semi_axes_km) == 2


def test_letters():
    assert quality(12, 90, 0.4, 0.9, False, 0.1) == "A"
    assert quality(12, 170, 0.4, 0.9, False, 0.1) == "B"
    assert quality(12, 90, 0.4, float("nan"), True, 0.1) == "C"
    assert quality(4, 300, 9, 20, False, 0.1) == "D"
    assert quality(4, float("nan"), 1, 1, False, 0.1) == "D"
