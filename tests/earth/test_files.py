"""Velocity models of location programs: read, written, and refused."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.earth import MODEL_KINDS, LayeredModel, model_text, read_model
from onsets.errors import CatalogueError, ConfigError

MODEL = LayeredModel([-1.0, 4.0, 30.5], [5.3, 5.6, 7.9], [3.01, 3.18, 4.49])


def test_a_table_is_read(tmp_path):
    path = tmp_path / "model.csv"
    path.write_text("# crust\ndepth_km, vp_km_s, vs_km_s, qp\n0, 5.5, 3.1, 300\n12.5, 6.2, 3.6, 500\n")
    model = read_model(path)
    assert model.layers == 2
    assert model.depth_km.tolist() == [0.0, 12.5]
    assert model.qp.tolist() == [300.0, 500.0]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("depth_km,vp_kms,vs_km_s\n0,5,3\n", ConfigError, "did you mean 'vp_km_s'"),
        ("depth_km,vp_km_s\n0,5\n", ConfigError, "no column vs_km_s"),
        ("depth_km,vp_km_s,vs_km_s\n0,five,3\n", CatalogueError, "column vp_km_s"),
        ("", ConfigError, "no column"),
    ],
)
def test_a_broken_table_is_named(tmp_path, text, error, message):
    path = tmp_path / "model.csv"
    path.write_text(text)
    with pytest.raises(error, match=message):
        read_model(path)


def test_a_file_that_is_not_there_is_named_once(tmp_path):
    path = tmp_path / "none.csv"
    with pytest.raises(CatalogueError) as caught:
        read_model(path)
    assert str(caught.value) == f"velocity model {path} cannot be read: No such file or directory"


@pytest.mark.parametrize("kind", MODEL_KINDS)
def test_what_is_written_is_read(tmp_path, kind):
    path = tmp_path / ("model." + ("nd" if kind == "nd" else "txt"))
    text = model_text(MODEL, kind)
    if kind == "hypodd":
        cards = ["hypoDD_2", *["file"] * 9, "3 3 120", "0 8 -999 -999 -999", "2 2 1 1", "1 " * 10, text, "0"]
        text = "\n".join(["* " + card for card in cards[:6]] + cards)
    path.write_text(text + "\n")
    model = read_model(path)
    layers = slice(None, 3)
    for name in ("depth_km", "vp_km_s", "vs_km_s"):
        np.testing.assert_allclose(getattr(model, name)[layers], getattr(MODEL, name), rtol=1e-5)
    assert model.layers == 3 if kind != "nd" else model.vp_km_s[-1] == 7.9


def test_points_of_an_nd_file_are_tops_and_the_later_of_two_counts(tmp_path):
    path = tmp_path / "itvel.nd"
    path.write_text(
        "0 5.3 2.75 2.6\n31 7.5 4.0 2.6\nmantle\n31 8.1 4.5 3.4\n60 8.2 4.6 3.4\n2891 8.0 0.0 9.9\n"
    )
    model = read_model(path)
    assert model.depth_km.tolist() == [0.0, 31.0, 60.0]
    assert model.vp_km_s.tolist() == [5.3, 8.1, 8.2]


def test_hypodd_version_1_has_one_ratio(tmp_path):
    path = tmp_path / "hypoDD.inp"
    cards = [
        *["f"] * 9,
        "3 3 150",
        "0 8",
        "2 2 1",
        "3 1 .5 6 3 1 .5 10 3 20",
        "2 1.73",
        "0 5 9",
        "5.0 6.0 7.0",
        "1",
    ]
    path.write_text("\n".join(["*"] * 6 + cards))
    model = read_model(path)
    assert model.depth_km.tolist() == [0.0, 5.0]
    np.testing.assert_allclose(model.vs_km_s, np.array([5.0, 6.0]) / 1.73)


def test_columns_without_vs_take_that_of_a_poisson_solid(tmp_path):
    path = tmp_path / "vzmodel.txt"
    path.write_text("0.0 5.3 0.0\n1.0 5.65 0.0\n")
    np.testing.assert_allclose(read_model(path).vs_km_s, np.array([5.3, 5.65]) / np.sqrt(3))


@pytest.mark.parametrize(
    ("text", "kind", "error", "message"),
    [
        ("LAYER 0 5.3 0.1 3.0 0 2.5 0\n", "auto", ConfigError, "line 1 has a gradient"),
        ("LAYER 0 5.3\n", "auto", CatalogueError, "line 1: 2 numbers"),
        ("0 5 x\n", "columns", CatalogueError, "line 1"),
        ("title\n 3 layers\n5.3 0 1\n", "velest", CatalogueError, "says 3 layers, got 1"),
        ("0 5 3\n", "velset", ConfigError, "did you mean 'velest'"),
        ("0 5 3\n", "hypodd", CatalogueError, "hypodd"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path, text, kind, error, message):
    path = tmp_path / "model.txt"
    path.write_text(text)
    with pytest.raises(error, match=message):
        read_model(path, kind)


def test_models_of_the_published_examples(shared):
    data = shared / "data"
    alaska = read_model(data / "location/nonlinloc_alaska/run/nlloc_sample.in")
    assert (alaska.layers, alaska.vp_km_s[3], alaska.vs_km_s[-1]) == (9, 6.9, 4.72)
    calaveras = read_model(data / "location/hypodd/example2/hypoDD.inp")
    assert (calaveras.layers, calaveras.depth_km[1], calaveras.vp_km_s[-1]) == (21, 0.6, 7.95)
    italy = read_model(data / "association/italy_20161014_real/demo_real/VELEST/italy.mod")
    assert (italy.depth_km[0], italy.vp_km_s[0], italy.vs_km_s[-1]) == (-3.0, 5.3, 4.0)
