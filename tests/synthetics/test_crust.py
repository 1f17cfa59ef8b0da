"""Velocity models by name and from tables: what is found and what is refused."""

from __future__ import annotations

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
