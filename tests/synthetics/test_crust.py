"""Velocity models by name and from tables: what is found and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import ConfigError
from onsets.synthetics import MODELS, velocity_model


def test_every_model_is_found_by_name():
    for name, model in MODELS.items():
        assert velocity_model(name) is model


def test_a_table_is_a_model(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("depth_km,vp_km_s,vs_km_s\n0,5.5,3.2\n10,6.2,3.6\n")
    assert velocity_model(str(path)).vs_km_s.tolist() == [3.2, 3.6]


def test_an_unknown_name_has_a_hint():
    with pytest.raises(ConfigError, match="did you mean 'crust1'"):
        velocity_model("crust")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("0,0,3.2", "vp_km_s of layer 0 is 0"),
        ("0,5.5,-3.2", "vs_km_s of layer 0 is -3.2"),
        ("0,5.5,5.0", "expected at least 1.155"),
    ],
)
def test_an_impossible_table_is_refused(tmp_path, row, message):
    path = tmp_path / "mine.csv"
    path.write_text(f"depth_km,vp_km_s,vs_km_s\n{row}\n")
    with pytest.raises(ConfigError, match=message):
        velocity_model(str(path))


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
