"""SeisBench's descriptions: found, read, and refused where they say what we do not know."""

import json

import pytest

from onsets.errors import SpecError
from onsets.networks.importers._seisbench import (
    check_keys,
    check_wanted,
    choose,
    normalisation_of,
    overlap_samples,
    read_config,
)


@pytest.mark.parametrize(("weights", "description"), [("a.pt", "a.json"), ("a.pt.v2", "a.json.v2")])
def test_the_description_beside_the_weights_is_found(tmp_path, weights, description):
    (tmp_path / description).write_text(json.dumps({"model_args": {"norm": "std"}, "default_args": None}))
    config = read_config(tmp_path / weights)
    assert config["model_args"] == {"norm": "std"}
    assert config["default_args"] == {}


@pytest.mark.parametrize("text", ["", "{", "[1]", "3"])
def test_what_is_no_description_is_refused(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(SpecError, match=r"a\.json"):
        read_config(tmp_path / "a.pt")


def test_a_missing_description_says_where_it_was_sought(tmp_path):
    with pytest.raises(SpecError, match=r"no file .*a\.json; give path_json"):
        read_config(tmp_path / "a.pt")


def test_unknown_keys_name_the_nearest():
    config = {"model_args": {"norm": 1, "width": 2}, "default_args": {"overlap": 1}}
    check_keys(config, "f", ("width",))
    with pytest.raises(SpecError, match="f: unknown model argument 'width'"):
        check_keys(config, "f", default=("width",))
    config["default_args"]["overlop"] = 2
    with pytest.raises(SpecError, match="f: unknown default argument 'overlop'; did you mean 'overlap'"):
        check_keys(config, "f", ("width",))


def test_what_a_network_cannot_be_is_named():
    check_wanted({"grouping": None}, "f", {"classes": (2, 2)})
    with pytest.raises(SpecError, match="f: classes is 3, which cannot be: 3 -> 2"):
        check_wanted({"classes": 3}, "f", {"classes": (3, 2)})
    with pytest.raises(SpecError, match="f: norm_detrend is 1, which cannot be: True -> False"):
        check_wanted({"norm_detrend": 1}, "f", {})


def test_what_windows_are_divided_by():
    for std in ("window-std", "component-std"):
        assert normalisation_of({}, std, "f") == normalisation_of({"norm": "std"}, std, "f") == std
        assert normalisation_of({"norm": "std", "norm_amp_per_comp": True}, std, "f") == "component-max"
        assert normalisation_of({"norm": "peak"}, std, "f") == "component-max"
    with pytest.raises(SpecError, match="f: norm is 'max'"):
        normalisation_of({"norm": "max"}, "window-std", "f")


def test_choices():
    assert choose({"avg": "mean"}, "avg", "f", "stacking") == "mean"
    with pytest.raises(SpecError, match="f: stacking is 'avgg'; did you mean 'avg'"):
        choose({"avg": "mean"}, "avgg", "f", "stacking")


@pytest.mark.parametrize(("value", "samples"), [(0, 0), (1500, 1500), (0.5, 1500)])
def test_overlap_in_samples_or_as_a_part(value, samples):
    assert overlap_samples(value, 3000, "f") == samples


@pytest.mark.parametrize("value", [-1, 3000])
def test_windows_must_move(value):
    with pytest.raises(SpecError, match="overlap is"):
        overlap_samples(value, 3000, "f")
