import dataclasses
import json

import numpy as np
import pytest

from onsets import networks
from onsets.classical import CLASSICAL, DEFAULT_THRESHOLDS
from onsets.errors import ConfigError, OnsetsError, SpecError
from onsets.picking import ClassicalPicker, NetworkPicker, available, bundled, load, models
from tests.picking.conftest import record_of


def record():
    return record_of(np.random.default_rng(0).normal(size=(3, 1500)))


def with_spec(onnx_file, target, spec):
    """Write a copy of an ONNX file with another Spec, or none."""
    onnx = pytest.importorskip("onnx")
    model = onnx.load(str(onnx_file))
    model.ClearField("metadata_props")
    if spec is not None:
        onnx.helper.set_model_props(model, {"spec": spec.to_json()})
    onnx.save(model, str(target))
    return target


# what is there


def test_the_index_lists_files_that_are_in_the_wheel():
    folder = models.resources.files("onsets").joinpath("bundled")
    assert bundled() == json.loads(folder.joinpath("index.json").read_text(encoding="utf-8"))
    for name, entry in bundled().items():
        assert folder.joinpath(entry["onnx"]).is_file()
        assert isinstance(load(name, threads=1), NetworkPicker)


def test_available_names_are_bundled_and_classical(monkeypatch):
    monkeypatch.setattr(models, "bundled", lambda: {"default": {}})
    assert available() == ["default", *CLASSICAL]


# classical


@pytest.mark.parametrize("kind", CLASSICAL)
def test_a_classical_picker(kind):
    picker = load(kind, thresholds={"P": 7.0}, rate_as=100.0)
    assert isinstance(picker, ClassicalPicker)
    assert picker.thresholds == {**DEFAULT_THRESHOLDS[kind], "P": 7.0}
    assert (picker.name, picker.rate_as) == (kind, 100.0)


def test_the_defaults_are_not_changed():
    before = json.dumps(DEFAULT_THRESHOLDS)
    load("sta-lta", thresholds={"P": 99.0})
    assert json.dumps(DEFAULT_THRESHOLDS) == before


def test_a_classical_picker_takes_no_weights():
    with pytest.raises(ConfigError, match="sta-lta is a classical picker and takes no weights"):
        load("sta-lta", weights="x.safetensors")


# bundled networks


def test_a_bundled_network_has_its_name_and_picks(in_the_wheel, small_onnx):
    in_the_wheel("default", small_onnx)
    picker = load(thresholds={"P": 0.4}, threads=1)
    assert isinstance(picker, NetworkPicker)
    assert (picker.name, picker.spec.name, picker.spec.network) == ("default", "default", "lppn")
    assert picker.thresholds == {"P": 0.4, "S": 0.3}
    result = picker.apply(record())
    assert result.curve.model == "default"
    assert 0 < result.curve.values.max() <= 1


def test_an_altered_bundled_file_is_refused(in_the_wheel, small_onnx):
    file = in_the_wheel("default", small_onnx)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))
    with pytest.raises(SpecError, match=r"bundled model 'default' was altered \(sha256 differs\)"):
        load("default")


def test_a_bundled_file_without_spec_is_refused(in_the_wheel, small_onnx, tmp_path):
    bare = with_spec(small_onnx, tmp_path / "bare.onnx", None)
    in_the_wheel("default", bare)
    with pytest.raises(SpecError, match="bundled model 'default' carries no Spec"):
        load("default")


# files


def test_an_onnx_file(small, small_onnx):
    picker = load(str(small_onnx), threads=1, rate_as=100.0)
    assert (picker.spec, picker.thresholds, picker.rate_as) == (small[1], {"P": 0.3, "S": 0.3}, 100.0)
    assert picker.name == "small"


def test_onnx_and_weights_say_the_same(small_onnx, small_weights):
    pickers = [
        load(str(small_onnx), threads=1),
        load(str(small_weights)),
        load("lppn", weights=small_weights),
    ]
    curves = [picker.apply(record()).curve.values for picker in pickers]
    np.testing.assert_allclose(curves[0], curves[1], atol=1e-4)
    np.testing.assert_array_equal(curves[1], curves[2])
    assert {picker.spec.to_json() for picker in pickers} == {pickers[0].spec.to_json()}


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("defualt", "unknown model 'defualt'; did you mean 'default'"),
        ("sta_lta", "did you mean 'sta-lta'"),
        ("lpnp", "did you mean 'lppn'"),
        ("zzzzz", "choose from default, sta-lta, aic, kurtosis, baer, lppn"),
        ("", "unknown model ''"),
        ("model.pt", "unknown model 'model.pt'"),
    ],
)
def test_an_unknown_name_has_a_hint(monkeypatch, model, said):
    monkeypatch.setattr(models, "bundled", lambda: {"default": {}})
    with pytest.raises(ConfigError, match=said):
        load(model)


def test_a_network_of_the_registry_needs_weights():
    with pytest.raises(ConfigError, match=r"network 'lppn' needs its weights: add --weights FILE\.safetens"):
        load("lppn")


def test_weights_go_with_a_network_of_the_registry_only(small_onnx, small_weights):
    for model in (str(small_onnx), str(small_weights), "lpnp"):
        with pytest.raises(ConfigError, match="weights are for a network of the registry, not for"):
            load(model, weights=small_weights)


def test_weights_of_another_network_are_refused(small_weights):
    other = next(name for name in networks.names() if name != "lppn")
    with pytest.raises(SpecError, match=f"holds weights of 'lppn', expected '{other}'"):
        load(other, weights=small_weights)


def test_missing_files_are_named(tmp_path):
    with pytest.raises(SpecError, match=r"cannot read .*none\.onnx"):
        load(str(tmp_path / "none.onnx"))
    with pytest.raises(SpecError, match=r"no weights file .*none\.safetensors"):
        load(str(tmp_path / "none.safetensors"))
    with pytest.raises(SpecError, match="no weights file"):
        load("lppn", weights=tmp_path / "none.safetensors")


@pytest.mark.parametrize("suffix", [".onnx", ".safetensors"])
@pytest.mark.parametrize("content", [b"", b"no model", b"\x80\x04\x95pickle"])
def test_files_that_are_no_models_are_named(tmp_path, suffix, content):
    file = tmp_path / f"x{suffix}"
    file.write_bytes(content)
    with pytest.raises(SpecError, match=f"x{suffix} is no"):
        load(str(file))


def test_an_onnx_file_without_spec_is_refused(small_onnx, tmp_path):
    bare = with_spec(small_onnx, tmp_path / "bare.onnx", None)
    with pytest.raises(SpecError, match=r"bare\.onnx carries no Spec in its metadata; export it with onsets"):
        load(str(bare))


def test_an_onnx_file_with_weights_elsewhere_is_refused(small_onnx, tmp_path, monkeypatch):
    onnx = pytest.importorskip("onnx")
    outside = tmp_path / "outside.onnx"
    onnx.save(
        onnx.load(str(small_onnx)),
        str(outside),
        save_as_external_data=True,
        location="weights.bin",
        size_threshold=0,
    )
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SpecError, match="keeps weights in other files, which is refused"):
        load("outside.onnx")


# options


@pytest.mark.parametrize(
    ("thresholds", "said"),
    [
        ({"P": 0.0}, "threshold of P is 0, expected between 0 and 1"),
        ({"S": 1.1}, "threshold of S is 1.1, expected between 0 and 1"),
        ({"P": -0.3}, "threshold of P is -0.3"),
        ({"P": float("nan")}, "threshold of P is nan"),
        ({"p": 0.3}, "has no output 'p'"),
        ({"N": 0.3}, "has no output 'N'; choose from P, S"),
        ({"Pn": 0.3}, "has no output 'Pn'; did you mean 'P'"),
    ],
)
def test_thresholds_of_a_network_are_checked(small_onnx, thresholds, said):
    with pytest.raises(ConfigError, match=said):
        load(str(small_onnx), thresholds=thresholds)


@pytest.mark.parametrize(
    ("thresholds", "said"),
    [
        ({"P": 0}, "threshold of P is 0, expected above 0 for sta-lta"),
        ({"detection": 3}, "has no output 'det"),
    ],
)
def test_thresholds_of_a_classical_picker_are_checked(thresholds, said):
    with pytest.raises(ConfigError, match=said):
        load("sta-lta", thresholds=thresholds)
    assert load("sta-lta", thresholds={"P": 40.0}).thresholds["P"] == 40.0


def test_a_threshold_of_one_is_allowed(small_onnx):
    assert load(str(small_onnx), thresholds={"P": 1.0}).thresholds == {"P": 1.0, "S": 0.3}


def test_a_network_without_thresholds_does_not_pick_nothing_silently(small, small_onnx, tmp_path):
    bare = with_spec(small_onnx, tmp_path / "x.onnx", dataclasses.replace(small[1], thresholds={}))
    with pytest.raises(ConfigError, match=r"x\.onnx has no thresholds of its own; give some of P, S"):
        load(str(bare))
    assert load(str(bare), thresholds={"S": 0.2}).thresholds == {"S": 0.2}


@pytest.mark.parametrize("rate_as", [0.0, -100.0, float("nan"), float("inf")])
@pytest.mark.parametrize("model", ["sta-lta", "default"])
def test_an_impossible_rate_is_refused(rate_as, model):
    with pytest.raises(ConfigError, match=r"rate_as = .*, expected a rate above 0 Hz"):
        load(model, rate_as=rate_as)


def test_every_error_is_one_of_ours(tmp_path):
    for model in ("defualt", "lppn", str(tmp_path / "x.onnx"), str(tmp_path)):
        with pytest.raises(OnsetsError):
            load(model)
