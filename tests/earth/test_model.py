"""Layered velocity models: what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.earth import LayeredModel
from onsets.errors import ConfigError


def test_density_follows_brocher():
    # Brocher (2005): about 2.72 g/cm3 at 6.0 km/s and 2.46 at 4.5 km/s.
    model = LayeredModel([0.0, 5.0], [4.5, 6.0], [2.5, 3.5])
    np.testing.assert_allclose(model.density_g_cm3, [2.46, 2.72], atol=0.005)
    assert np.isinf(model.qp).all()


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([0.0, 0.0], [5.0, 6.0], [2.8, 3.4]), "rising"),
        (([0.0], [0.0], [2.8]), "vp_km_s of layer 0 is 0"),
        (([0.0], [5.0], [-2.8]), "vs_km_s of layer 0 is -2.8"),
        (([0.0], [np.nan], [2.8]), "vp_km_s of layer 0"),
        (([0.0, 1.0], [5.0, 4.0], [2.8, 3.6]), r"vp/vs of layer 1 is 1\.111"),
        (([0.0, 1.0], [5.0], [2.8]), "2 values, expected 1"),
    ],
)
def test_impossible_models_are_refused(columns, message):
    with pytest.raises(ConfigError, match=message):
        LayeredModel(*columns)


def test_an_interface_belongs_to_the_layer_below():
    model = LayeredModel([0.0, 10.0, 20.0], [5.0, 6.0, 7.0], [2.9, 3.4, 4.0])
    assert [model.layer_at(z) for z in (-1.0, 0.0, 9.9, 10.0, 99.0)] == [0, 0, 0, 1, 2]
