import dataclasses
import json

import numpy as np
import pytest

from onsets import networks
from onsets.errors import SpecError
from onsets.spec import NORMALISATIONS, STACKINGS, Spec

PLAIN = {"name": "x", "network": "lppn", "rate_hz": 100.0, "samples": 3000, "outputs": ("N", "P", "S")}


def spec(**changes):
    return Spec(**{**PLAIN, **changes})


def test_noise_makes_no_curve():
    assert spec(outputs=("detection", "N", "P", "S")).labels == ("detection", "P", "S")


def test_a_spec_survives_json():
    full = spec(
        options={"width": 8},
        hop_samples=1000,
        components="ENZ",
        bandpass_hz=(1.0, 45.0),
        normalisation="window-max",
        auxiliary=("decoder",),
        thresholds={"P": 0.3},
        uncertainty_s={"P": 0.05},
    )
    again = Spec.from_json(full.to_json())
    assert again == full
    assert again.to_json() == full.to_json()
    assert isinstance(again.bandpass_hz, tuple)


def test_json_is_one_line_with_sorted_keys():
    text = spec().to_json()
    assert "\n" not in text
    assert list(json.loads(text)) == sorted(json.loads(text))


@pytest.mark.parametrize(
    ("changes", "hop"),
    [
        ({}, 3000),
        ({"blinding_samples": 250}, 2500),
        ({"segment_samples": 16}, 2992),
        ({"segment_samples": 16, "blinding_samples": 100}, 2800),
        ({"hop_samples": 10, "output_kind": "per_window", "blinding_samples": 1000}, 10),
    ],
)
def test_the_hop_that_is_not_given_leaves_no_sample_unheard(changes, hop):
    assert spec(**changes).hop_samples == hop


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rate_hz", 0.0),
        ("rate_hz", float("nan")),
        ("rate_hz", float("inf")),
        ("rate_hz", "100"),
        ("samples", 0),
        ("samples", 3000.5),
        ("samples", True),
        ("hop_samples", -1),
        ("hop_samples", 3001),
        ("components", ""),
        ("components", "ZX"),
        ("components", "ZZ"),
        ("bandpass_hz", (1.0, 50.0)),
        ("bandpass_hz", (5.0, 2.0)),
        ("bandpass_hz", (1.0,)),
        ("normalisation", "std"),
        ("activation", "relu"),
        ("output_kind", "per_hour"),
        ("segment_samples", 0),
        ("segment_samples", 4000),
        ("onset_samples", 3000),
        ("onset_samples", -1),
        ("onset_samples", "middle"),
        ("blinding_samples", 1500),
        ("blinding_samples", -1),
        ("stacking", "median"),
        ("outputs", ()),
        ("outputs", "PS"),
        ("outputs", ("P", "P")),
        ("thresholds", {"Pn": 0.3}),
        ("thresholds", {"P": "high"}),
        ("thresholds", [0.3]),
        ("uncertainty_s", {"P": None}),
        ("options", None),
        ("name", 7),
    ],
)
def test_a_value_that_cannot_be_used_is_named(key, value):
    with pytest.raises(SpecError, match=rf"{key} = .* cannot be used"):
        spec(**{key: value})


def test_a_hop_beyond_what_blinding_leaves_is_refused():
    assert spec(blinding_samples=500, hop_samples=2000).hop_samples == 2000
    with pytest.raises(SpecError, match="hop_samples = 2001"):
        spec(blinding_samples=500, hop_samples=2001)


def test_a_hop_that_cuts_a_segment_is_refused():
    with pytest.raises(SpecError, match="segment_samples = 8"):
        spec(segment_samples=8, hop_samples=1004)


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
@pytest.mark.parametrize("stacking", STACKINGS)
def test_every_listed_way_is_accepted(normalisation, stacking):
    made = spec(normalisation=normalisation, stacking=stacking)
    assert (made.normalisation, made.stacking) == (normalisation, stacking)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1]", "a list, expected a JSON object"),
        ('{"name": "x", "ovelap": 3}', "unknown key 'ovelap'"),
        ('{"name": "x", "sample": 3}', "did you mean 'samples'"),
        ('{"name": "x"}', "incomplete: .*network"),
        (json.dumps({**PLAIN, "outputs": 5}), "outputs = 5"),
        (json.dumps({**PLAIN, "outputs": "PS"}), "outputs = 'PS'"),
        (json.dumps({**PLAIN, "rate_hz": None}), "rate_hz = None"),
        (json.dumps({**PLAIN, "bandpass_hz": [1.0]}), "bandpass_hz"),
    ],
)
def test_json_that_is_no_spec_says_why(text, said):
    with pytest.raises(SpecError, match=said):
        Spec.from_json(text)


def test_whole_numbers_of_numpy_are_numbers():
    assert spec(samples=np.int64(3000), hop_samples=np.int64(1500)).hop_samples == 1500


def test_a_spec_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        spec().rate_hz = 50.0


def test_specs_of_the_papers_survive_json():
    made = networks.spec("lppn")
    assert Spec.from_json(made.to_json()) == made
