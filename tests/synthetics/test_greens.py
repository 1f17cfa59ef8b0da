"""Tables of Green's functions: options, grids, and the cache that holds them whole or not at all."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from onsets.earth import LayeredModel
from onsets.errors import ConfigError
from onsets.store.atomic import StoreError
from onsets.synthetics import COMPONENTS, GreensOptions, Grid, greens_table
from onsets.synthetics import greens as module

SMALL = GreensOptions(depths=Grid(at=(6.0,)), distances=Grid(30, 40, 10), samples=64)


@pytest.mark.parametrize(
    ("grid", "values"),
    [
        (Grid(4, 19), list(range(4, 20))),
        (Grid(0.1, 0.3, 0.1), [0.1, 0.2, 0.3]),
        (Grid(1, 2.9, 1), [1, 2]),
        (Grid(at=(1.5, 7)), [1.5, 7]),
    ],
)
def test_grids_include_both_ends(grid, values):
    np.testing.assert_allclose(grid.values_km, values)


@pytest.mark.parametrize(
    "wrong", [{"first": 5, "last": 4}, {"last": 3, "step": 0}, {"at": (2.0, 2.0)}, {"at": (3.0, 1.0)}]
)
def test_grids_rise(wrong):
    with pytest.raises(ConfigError, match="expected"):
        Grid(**wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"distances": Grid(0, 10)}, "distance 0 km.*above 0"),
        ({"distances": Grid(at=(-5.0, 10.0))}, "distance -5 km"),
        ({"samples": 63}, "even number"),
        ({"rate_hz": 0.0}, "rate_hz is 0"),
        ({"damping": -1.0}, "damping is -1"),
        ({"quantity": "speed"}, "displacement or velocity"),
        ({"taper_from": 0.0}, "taper_from is 0"),
    ],
)
def test_options_that_cannot_be_used_are_refused(wrong, message):
    with pytest.raises(ConfigError, match=message):
        GreensOptions(**wrong)


def test_a_table_is_computed_once(tmp_path, monkeypatch):
    made = greens_table(SMALL, tmp_path)
    assert made.values.shape == (1, 2, len(COMPONENTS), 64)
    assert isinstance(made.values, np.memmap) and not made.values.flags.writeable
    in_memory = greens_table(SMALL)
    np.testing.assert_array_equal(made.values, in_memory.values)

    def never(*_, **__):
        raise AssertionError("computed again")

    monkeypatch.setattr("onsets.synthetics.wavenumber.solve", never)
    again = greens_table(SMALL, tmp_path)
    for field in dataclasses.fields(again):
        if field.name not in ("model", "values"):
            np.testing.assert_array_equal(getattr(again, field.name), getattr(in_memory, field.name))


def test_the_name_of_a_table_is_what_it_depends_on():
    model = LayeredModel([0.0], [6.0], [3.5])
    names = {
        module._hash(model, SMALL),
        module._hash(model, dataclasses.replace(SMALL, samples=128)),
        module._hash(model, dataclasses.replace(SMALL, distances=Grid(at=(30.0,)))),
        module._hash(LayeredModel([0.0], [6.0], [3.4]), SMALL),
    }
    assert len(names) == 4
    same = dataclasses.replace(SMALL, model="other name", distances=Grid(at=(30.0, 40.0)))
    assert module._hash(model, same) == module._hash(model, SMALL)


@pytest.mark.parametrize("harm", ["json", "cut", "gone"])
def test_a_broken_table_is_computed_again(tmp_path, harm):
    whole = np.array(greens_table(SMALL, tmp_path).values)
    (said,), (values,) = tmp_path.glob("*.json"), tmp_path.glob("*.npy")
    if harm == "json":
        said.write_text(said.read_text()[:-40])
    elif harm == "cut":
        values.write_bytes(values.read_bytes()[:-100])
    else:
        values.unlink()
    np.testing.assert_array_equal(greens_table(SMALL, tmp_path).values, whole)
    assert json.loads(said.read_text())["format"] == "onsets-greens"


def test_nothing_is_left_when_a_table_cannot_be_computed(tmp_path):
    with pytest.raises(ConfigError, match="on the interface"):
        greens_table(dataclasses.replace(SMALL, depths=Grid(at=(22.0,))), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_is_no_folder_is_told_before_anything_is_computed(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("onsets.synthetics.wavenumber.solve", None)
    with pytest.raises(StoreError, match=r"no folder .*file for tables"):
        greens_table(SMALL, tmp_path / "file")
