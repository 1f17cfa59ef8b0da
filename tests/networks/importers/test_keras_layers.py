"""Layers of a Keras file: their kinds, their order, what is said of them."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import SpecError
from onsets.networks.importers._keras_layers import KINDS, Contents, Layer, read_contents

from .. import keras_reference as keras

h5py = pytest.importorskip("h5py")


def layer(name, kind="conv"):
    return Layer(name, kind, {})


def test_kinds_of_a_whole_network(tmp_path):
    layers = {**keras.draw_leqnet(), **{f"x_{k}": v for k, v in keras.draw_eqtransformer().items()}}
    contents = read_contents(keras.write_keras(tmp_path / "a.h5", layers))
    assert {layer.kind for layer in contents.layers} == set(KINDS)
    assert [layer.name for layer in contents.layers] == list(layers)
    assert (contents.config, contents.version) == (None, "2.5.0")
    for made in contents.layers:
        for name, values in layers[made.name].items():
            np.testing.assert_array_equal(made.arrays[name], values)


def test_numbers_give_the_order():
    contents = Contents("a.h5", [], None, "")
    names = ["conv1d_10", "conv1d_9", "conv1d", "conv1d_100"]
    ordered = contents.counted([layer(name) for name in names])
    assert [x.name for x in ordered] == ["conv1d", "conv1d_9", "conv1d_10", "conv1d_100"]
    with pytest.raises(
        SpecError, match=r"a\.h5: layers of kind 'conv' are called conv1d, dense; in what order"
    ):
        contents.counted([layer("conv1d_1"), layer("dense_2")])
    assert contents.counted([]) == []


def test_known_names_give_the_order_others_keep_the_files():
    contents = Contents("a.h5", [], None, "")
    for given, expected in ((["c", "a", "b"], ["a", "b", "c"]), (["c", "x", "b"], ["c", "x", "b"])):
        got = contents.named([layer(name) for name in given], ("a", "b", "c"))
        assert [x.name for x in got] == expected


@pytest.mark.parametrize("name", ["lstm", "lstm_", "lstm_1_2", "_3", "é_7", "a\n_1", "lstm_1" + "0" * 30])
def test_any_name_has_a_base_and_a_number(name):
    base, number = layer(name).base
    assert name in (base, f"{base}_{number}")


def test_twice_the_same_layer_or_array(tmp_path):
    path = keras.write_keras(tmp_path / "a.h5", keras.draw_leqnet())
    with h5py.File(path, "a") as file:
        file["model_weights"].attrs["layer_names"] = [b"lstm_2", b"lstm_2"]
    with pytest.raises(SpecError, match="names 2 layers, 1 different ones"):
        read_contents(path)
    with h5py.File(path, "a") as file:
        file["model_weights"].attrs["layer_names"] = [b"lstm_2"]
        file["model_weights/lstm_2"].attrs["weight_names"] = [b"lstm_2/bias:0"] * 2
    with pytest.raises(SpecError, match="layer lstm_2 has 2 arrays"):
        read_contents(path)


@pytest.mark.parametrize("name", ["optimizer", "../lstm_2", "/model_weights/lstm_2", ""])
def test_layers_that_are_not_there(tmp_path, name):
    path = keras.write_keras(tmp_path / "a.h5", keras.draw_leqnet())
    with h5py.File(path, "a") as file:
        file["model_weights"].attrs["layer_names"] = [name.encode()]
    with pytest.raises(SpecError, match=r"a\.h5: /model_weights"):
        read_contents(path)


def test_a_layer_in_another_file(tmp_path):
    layers = keras.draw_leqnet()
    other = keras.write_keras(tmp_path / "b.h5", layers)
    path = keras.write_keras(tmp_path / "a.h5", layers)
    with h5py.File(path, "a") as file:
        del file["model_weights/detector"]
        file["model_weights/detector"] = h5py.ExternalLink(str(other), "/model_weights/detector")
    with pytest.raises(SpecError, match=r"/model_weights/detector is a link .ExternalLink.; links"):
        read_contents(path)
