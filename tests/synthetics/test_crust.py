from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import ConfigError
from onsets.synthetics import MODELS, velocity_model


@pytest.mark.parametrize("name", ["iasp91", "ak135"])
def test_global_models_are_those_of_obspy(name):
    velocity = pytest.importorskip("obspy.taup.velocity_model")
    folder = pytest.importorskip("obspy.taup").__path__[0]
    reference = velocity.VelocityModel.read_velocity_file(f"{folder}/data/{name}.tvel")
    model = velocity_model(name)
    for top, vp, vs in zip(model.depth_km, model.vp_km_s, model.vs_km_s, strict=True):
        assert reference.evaluate_below(np.array([top]), "p")[0] == pytest.approx(vp, abs=0.006)
        assert reference.evaluate_below(np.array([top]), "s")[0] == pytest.approx(vs, abs=0.015)


def test_every_model_is_a_crust_over_a_mantle():
    for name, model in MODELS.items():
        assert model.depth_km[0] == 0 and (np.diff(model.vp_km_s) > 0).all(), name
        assert 7.7 < model.vp_km_s[-1] < 8.3 and 20 < model.depth_km[-1] < 60
        assert (np.abs(model.vp_km_s / model.vs_km_s - 1.78) < 0.36).all()


def test_a_table_or_a_name(tmp_path):
    (tmp_path / "own.csv").write_text("depth_km,vp_km_s,vs_km_s\n0,6,3.5\n")
    assert velocity_model(str(tmp_path / "own.csv")).layers == 1
    with pytest.raises(ConfigError, match="did you mean 'ak135'"):
        velocity_model("ak153")
