"""SeisBench's descriptions: found, read, and refused where they say what we do not know."""

import json

import pytest

from onsets.errors import SpecError
from onsets.networks.importers._seisbench import check_known, choose, overlap_samples, read_config


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
    check_known({"norm": 1}, ("norm", "phases"), "f", "argument")
    with pytest.raises(SpecError, match="f: unknown argument 'nrom'; did you mean 'norm'"):
        check_known({"nrom": 1}, ("norm", "phases"), "f", "argument")


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
