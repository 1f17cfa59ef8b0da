"""Keras files of EQTransformer and LEQNet, against their layers in plain numpy."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from onsets.errors import SpecError
from onsets.networks import parameters
from onsets.networks.importers.keras import import_keras
from onsets.waveforms import normalise

from .. import keras_reference as keras
from . import ncedc

h5py = pytest.importorskip("h5py")
FLAT = {"s/depthwise_kernel:0": (3,), "s/pointwise_kernel:0": (2,), "s/bias:0": ()}


@pytest.fixture
def leqnet():
    return keras.draw_leqnet()


@pytest.fixture
def file(tmp_path, leqnet):
    return keras.write_keras(tmp_path / "a.h5", leqnet, keras.config_of(leqnet, "sigmoid"))


def difference(network, expected, seen, x):
    """Largest difference of probabilities and of attention weights, in the network's precision."""
    x = torch.from_numpy(x.T.copy())[None].to(next(network.parameters()).dtype)
    with torch.no_grad():
        got, looked = torch.sigmoid(network(x))[0].numpy().T, network.attention(x)
    assert looked.keys() == seen.keys()
    far = [np.abs(looked[key][0].numpy() - seen[key]).max() for key in seen]
    return max(np.abs(got - 1 / (1 + np.exp(-expected))).max(), *far)


def record(seed=0):
    return np.random.default_rng(seed).normal(size=(6000, 3)).astype(np.float32)


def published(shared):
    return shared / "weights" / "eqtransformer" / "usgs_d_p_s.h5"


def test_published_weights_give_the_programs_values(shared):
    network, spec = import_keras(published(shared))
    with h5py.File(published(shared)) as file:
        group = file["model_weights"]
        weights = {
            name.decode(): [
                group[name][array][()].astype(float) for array in group[name].attrs["weight_names"]
            ]
            for name in group.attrs["layer_names"]
        }
    assert (spec.name, spec.options["gates"]) == ("eqtransformer-usgs_d_p_s", "hard_sigmoid")
    assert (parameters(network), parameters(network, statistics=True)) == (376_423, 378_311)
    for seed in range(2):
        expected, seen = keras.eqtransformer(weights, record(seed).astype(float))
        assert np.ptp(expected, axis=0).min() > 1
        assert difference(network, expected, seen, record(seed)) <= 1e-5


def peaks(values, threshold, apart=50):
    from scipy.signal import find_peaks

    return find_peaks(values, height=threshold, distance=apart)[0]


def prepared(shared, spec, p_at):
    """Return a minute of each record, filtered both ways and normalised, and where the onsets are."""
    signal = pytest.importorskip("scipy.signal")
    cut = ncedc.windows(shared, p_at=p_at, samples=6000)
    data = cut.data - cut.data.mean(axis=2, keepdims=True)
    sections = signal.butter(2, spec.bandpass_hz, "band", fs=spec.rate_hz, output="sos")
    data = np.ascontiguousarray(signal.sosfiltfilt(sections, data), dtype=np.float32)
    return torch.from_numpy(normalise(data, np.ones(data.shape, dtype=bool), spec)), cut.onsets


def test_published_weights_score_as_published(shared):
    """At the thresholds of the Spec; P at sample 1500 of each minute, every further peak false."""
    network, spec = import_keras(published(shared))
    x, onsets = prepared(shared, spec, p_at=1500)
    with torch.no_grad():
        rows = torch.cat([torch.sigmoid(network(batch)) for batch in x.split(32)]).numpy()
    assert rows[:, 0].max() < 0.5
    assert np.mean(rows[:, 1, -10:].max(axis=1) > 0.1) > 0.9  # why the Spec blinds both ends
    assert np.mean(rows[:, 1, -500:-10].max(axis=1) > 0.1) < 0.05
    for phase, figures in (("P", (0.872, 0.929)), ("S", (0.887, 0.922))):
        values = rows[:, spec.outputs.index(phase)]
        assert 0.2 < values.max() < 0.3
        picks = [peaks(record, spec.thresholds[phase]) for record in values]
        got = ncedc.score(picks, onsets[phase], 50)
        assert (got.precision, got.recall) == pytest.approx(figures, abs=0.01)
        if phase == "P":
            near = [at - 1500 for record in picks for at in record if abs(at - 1500) <= 50]
            assert np.mean(near) / 100 == pytest.approx(-0.161, abs=0.005)


@pytest.mark.slow
@pytest.mark.parametrize(("phase", "least"), [("P", 0.9), ("S", 0.87)])
def test_only_the_last_two_layers_of_the_published_weights_are_weak(shared, phase, least):
    """Low values and the bias are theirs: they alone are marked trainable, and were trained 217 steps.

    Learned anew from half of the records, on all layers below as published, they are sure of the onsets
    in the other half, at a place in the window that no record of the first half had.
    """
    network, spec = import_keras(published(shared))
    with h5py.File(published(shared)) as file:
        layers = json.loads(file.attrs["model_config"])["config"]["layers"]
        assert file["optimizer_weights/Adam/iterations:0"][()] == 217
    open_ = {x["config"]["name"] for x in layers if x["config"].get("trainable")}
    assert open_ == {"conv1d_31", "conv1d_38", "conv1d_45", "detector", "picker_P", "picker_S"}

    decoder = network.get_submodule(f"branch_{phase.lower()}.decoder")
    below: list[torch.Tensor] = []
    decoder.convs[5].register_forward_hook(lambda module, inputs, output: below.append(torch.relu(output)))
    places = []
    for p_at in (500, 2500, 2000):
        x, onsets = prepared(shared, spec, p_at)
        with torch.no_grad():
            for batch in x.split(22):
                network(batch)
        places.append(torch.from_numpy(onsets[phase]))
    features, at = torch.cat(below).view(3, len(x), 16, 3000), torch.stack(places)

    draw = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    conv, head = torch.nn.Conv1d(16, 8, 11, padding=5), torch.nn.Conv1d(8, 1, 11, padding=5)
    last = torch.nn.Sequential(torch.nn.Upsample(scale_factor=2), conv, torch.nn.ReLU(), head)
    optimiser = torch.optim.Adam(last.parameters(), lr=3e-3)
    order = torch.randperm(len(x), generator=draw)
    learned, held = order.chunk(2)
    for _ in range(400):
        records = learned[torch.randint(len(learned), (16,), generator=draw)]
        window = torch.randint(2, (16,), generator=draw)
        wanted = torch.exp(-((torch.arange(6000) - at[window, records, None]) ** 2) / 200)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            last(features[window, records])[:, 0], wanted.float()
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    with torch.no_grad():
        values = torch.sigmoid(last(features[2, held]))[:, 0].numpy()
    assert np.median(values.max(axis=1)) > 0.7
    picks, truth = [peaks(record, 0.3) for record in values], at[2, held].numpy()
    got = ncedc.score(picks, truth, 50)
    assert 2 * got.precision * got.recall / (got.precision + got.recall) > least
    near = [pick - onset for found, onset in zip(picks, truth, strict=True) for pick in found]
    assert abs(np.median(near)) < 4  # samples


def test_thresholds_are_those_of_the_program(tmp_path, file):
    layers = keras.draw_eqtransformer()
    path = keras.write_keras(tmp_path / "eqt.h5", layers, keras.config_of(layers, "sigmoid"))
    assert import_keras(path)[1].thresholds == {"detection": 0.3, "P": 0.1, "S": 0.1}
    assert import_keras(file)[1].thresholds == {"detection": 0.5, "P": 0.3, "S": 0.3}


@pytest.mark.parametrize(
    ("blocks", "recurrences", "gates", "first", "whole"),
    [
        ("33322", 2, "sigmoid", 1, True),
        ("3333232", 3, "hard_sigmoid", 0, True),
        ("33", 1, "sigmoid", 46, False),
    ],
)
def test_any_eqtransformer_gives_the_programs_values(tmp_path, blocks, recurrences, gates, first, whole):
    layers = keras.draw_eqtransformer(1, blocks, recurrences, first)
    config = keras.config_of(layers, gates) if whole else None
    path = keras.write_keras(tmp_path / "a.h5", layers, config, whole=whole, shuffle=2)
    network, spec = import_keras(path, **({} if whole else {"gates": gates}))
    assert spec.options["blocks"] == blocks
    assert (spec.options["recurrences"], spec.options["gates"]) == (recurrences, gates)
    x = record(3)
    options = {"blocks": blocks, "recurrences": recurrences, "gates": gates, "first": first}
    expected, seen = keras.eqtransformer(keras.weights_of(layers), x.astype(float), **options)
    assert np.ptp(expected, axis=0).min() > 0.01
    assert difference(network.double(), expected, seen, x) <= 1e-9


@pytest.mark.parametrize(("gates", "first"), [("sigmoid", 0), ("hard_sigmoid", 3)])
def test_any_leqnet_gives_the_programs_values(tmp_path, gates, first):
    layers = keras.draw_leqnet(4, first)
    path = keras.write_keras(tmp_path / "final_model.h5", layers, keras.config_of(layers, gates), shuffle=5)
    network, spec = import_keras(path)
    assert (spec.name, spec.network, spec.options["gates"]) == ("leqnet-final_model", "leqnet", gates)
    assert parameters(network, statistics=True) == 39_776
    expected, seen = keras.leqnet(keras.weights_of(layers), record(6).astype(float), gates=gates, first=first)
    assert np.ptp(expected, axis=0).min() > 0.01
    assert difference(network, expected, seen, record(6)) <= 1e-5
    assert difference(network.double(), expected, seen, record(6)) <= 1e-9


def test_a_shared_layer_may_be_made_first(tmp_path, leqnet):
    """Shapes, not numbers, tell the separable convolutions of one decoder apart."""
    names = [name for name in leqnet if name.startswith("separable")]
    swapped = dict(zip(names[4:8], (names[6], names[4], names[5], names[7]), strict=True))
    moved = {name: leqnet[swapped.get(name, name)] for name in leqnet}
    paths = [
        keras.write_keras(tmp_path / f"{key}.h5", layers, keras.config_of(layers, "sigmoid"))
        for key, layers in (("a", leqnet), ("b", moved))
    ]
    first, second = (import_keras(path)[0].state_dict() for path in paths)
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_gates_must_be_said_once(tmp_path, leqnet, file):
    with pytest.raises(SpecError, match=r"layer bidirectional has gates 'sigmoid', not 'hard_sigmoid'"):
        import_keras(file, gates="hard_sigmoid")
    with pytest.raises(SpecError, match="gates are sigmoid or hard_sigmoid, got 'relu'"):
        import_keras(file, gates="relu")
    bare = keras.write_keras(tmp_path / "b.h5", leqnet)
    with pytest.raises(SpecError, match=r"b\.h5 does not say its gates"):
        import_keras(bare)
    assert import_keras(bare, gates="hard_sigmoid")[1].options["gates"] == "hard_sigmoid"
    mixed = keras.config_of(leqnet, "sigmoid")
    for layer in mixed["config"]["layers"]:
        if layer["config"]["name"] == "lstm_2":
            layer["config"]["recurrent_activation"] = "hard_sigmoid"
    with pytest.raises(SpecError, match=r"gates are .*lstm_2"):
        import_keras(keras.write_keras(tmp_path / "c.h5", leqnet, mixed))


def test_hard_gates_of_keras_3_are_others(tmp_path, leqnet):
    config = keras.config_of(leqnet, "hard_sigmoid")
    with pytest.raises(SpecError, match=r"Keras 3\.1\.0, whose hard_sigmoid"):
        import_keras(keras.write_keras(tmp_path / "a.h5", leqnet, config, version="3.1.0"))


@pytest.mark.parametrize(
    ("layer", "change", "message"),
    [
        ("conv1d", {"class_name": "Lambda"}, r"a\.h5: layer conv1d is a Lambda"),
        ("conv1d", {"config": {"padding": "valid"}}, r"a\.h5: layer conv1d has padding 'valid'"),
        ("batch_normalization_3", {"config": {"epsilon": 1e-5}}, "batch_normalization_3 has epsilon 1e-05"),
        ("lstm_3", {"config": {"go_backwards": True}}, "lstm_3 has go_backwards True"),
        ("input", {"config": {"batch_input_shape": [None, 3000, 3]}}, "layer input reads"),
        ("lstm_3", {"class_name": 5}, "model_config is no description"),
    ],
)
def test_a_description_of_another_network(tmp_path, leqnet, layer, change, message):
    config = keras.config_of(leqnet, "sigmoid")
    (found,) = (x for x in config["config"]["layers"] if x["config"]["name"] == layer)
    for key, value in change.items():
        found[key] = {**found[key], **value} if isinstance(value, dict) else value
    with pytest.raises(SpecError, match=message):
        import_keras(keras.write_keras(tmp_path / "a.h5", leqnet, config))


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"config": {"layers": [1]}}', "[" * 100_000])
def test_a_description_that_is_none(file, text):
    with h5py.File(file, "a") as opened:
        del opened.attrs["model_config"]
        opened.attrs.create("model_config", text, dtype=h5py.string_dtype())
    with pytest.raises(SpecError, match="model_config is no description"):
        import_keras(file)


@pytest.mark.parametrize(
    ("layer", "arrays", "message"),
    [
        ("conv1d_4", None, r"has 13 layers of kind 'conv', expected 14"),
        ("conv1d_4", {"conv1d_4/kernel:0": (3, 8, 9), "conv1d_4/bias:0": (9,)}, "conv1d_4/.* has shape"),
        ("conv1d_4", {"conv1d_4/kernel:0": (24, 8), "conv1d_4/bias:0": (8,)}, "conv1d_4 is no convolution"),
        ("conv1d_4", {"conv1d_4/scale:0": (3,)}, r"a\.h5: layer conv1d_4 is unknown: it has scale"),
        ("separable_conv1d_5", None, "no separable convolution of shapes"),
        ("separable_conv1d", FLAT, r"layer separable_conv1d has shape \(3,\), expected 3 or 1 components"),
        ("separable_conv1d_5", FLAT, "no separable convolution of shapes"),
        ("detector", None, "has 2 layers of kind 'head', expected 3"),
        ("picker_P", {"p/gamma:0": (16,), "p/beta:0": (16,)}, "are called layer_normalization, picker_P"),
    ],
)  # fmt: skip
def test_layers_of_another_network(tmp_path, leqnet, layer, arrays, message):
    if arrays is None:
        del leqnet[layer]
    else:
        leqnet[layer] = {name: np.zeros(shape, dtype=np.float32) for name, shape in arrays.items()}
    with pytest.raises(SpecError, match=message):
        import_keras(keras.write_keras(tmp_path / "a.h5", leqnet), gates="sigmoid")


def test_backward_before_forward(tmp_path, leqnet):
    arrays = list(leqnet["bidirectional"].items())
    leqnet["bidirectional"] = dict(arrays[3:] + arrays[:3])
    with pytest.raises(SpecError, match="layer bidirectional is not forward, then backward"):
        import_keras(keras.write_keras(tmp_path / "a.h5", leqnet), gates="sigmoid")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite(tmp_path, leqnet, value):
    leqnet["lstm_2"]["lstm_2/bias:0"][3] = value
    with pytest.raises(SpecError, match=r"lstm_2/lstm_2/bias:0 has values that are not finite"):
        import_keras(keras.write_keras(tmp_path / "a.h5", leqnet), gates="sigmoid")


def test_the_file_must_be_keras(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["data"] = np.zeros(3)
    with pytest.raises(SpecError, match=r"a\.h5 has no layer_names"):
        import_keras(tmp_path / "a.h5")


def test_too_many_layers_or_values(tmp_path, leqnet):
    many = {**leqnet, **{f"dense_{k}": {} for k in range(1001)}}
    with pytest.raises(SpecError, match=r"names 10\d\d layers"):
        import_keras(keras.write_keras(tmp_path / "a.h5", many), gates="sigmoid")
    big = {f"conv1d_{k}": {"kernel:0": np.zeros((1, 1024, 1024)), "bias:0": np.zeros(1024)} for k in range(5)}
    with pytest.raises(SpecError, match="layer conv1d_3 brings the weights above 4,194,304 values"):
        import_keras(keras.write_keras(tmp_path / "b.h5", big), gates="sigmoid")


def test_nothing_of_the_optimiser_is_read(file, leqnet):
    with h5py.File(file, "a") as opened:
        opened.create_group("optimizer_weights")["Adam"] = h5py.ExternalLink("/nowhere.h5", "/x")
    network, _ = import_keras(file)
    np.testing.assert_array_equal(
        network.branch_p.lstm.weight_hh_l0.detach().numpy(), leqnet["lstm_2"]["lstm_2/recurrent_kernel:0"].T
    )


def test_a_cut_file_is_named(file):
    whole = file.read_bytes()
    for share in (0, 10, 500, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:share])
        with pytest.raises(SpecError, match=r"a\.h5"):
            import_keras(file)
