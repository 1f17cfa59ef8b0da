import dataclasses
import math

import numpy as np
import pytest

from onsets.errors import ConfigError
from onsets.evaluation import grid_of, judge, record_of
from onsets.picking import load

from .conftest import sample_of


@pytest.mark.parametrize("model", ["default", "sta-lta", "aic", "kurtosis", "baer"])
def test_picks_at_the_own_threshold_are_those_of_the_picker(model):
    picker, sample = load(model, threads=1), sample_of()
    case = judge(sample, picker, grid_of(picker))
    picks = picker.pick(record_of(sample))
    for phase, threshold in picker.thresholds.items():
        ours = np.sort(case.picks[phase][threshold].seconds)
        np.testing.assert_allclose(ours, picks.time_ns[picks.phase == phase] / 1e9, atol=1e-8)


def test_every_other_threshold_is_what_a_picker_with_it_would_do():
    sample, picker = sample_of(3), load("default", threads=1)
    case = judge(sample, picker, grid_of(picker, "fine"))
    for threshold in (0.2, 0.6):
        other = dataclasses.replace(picker, thresholds={"P": threshold, "S": threshold})
        picks = other.pick(record_of(sample))
        for phase in ("P", "S"):
            ours = case.picks[phase][threshold].seconds
            np.testing.assert_allclose(ours, picks.time_ns[picks.phase == phase] / 1e9, atol=1e-8)


def test_the_grid_rises_and_holds_the_own_threshold():
    picker = load("default", threads=1)
    for steps in ("own", "coarse", "fine"):
        for phase, values in grid_of(picker, steps).items():
            assert list(values) == sorted(set(values)) and picker.thresholds[phase] in values
    assert all(len(values) == 1 for values in grid_of(picker, "own").values())
    with pytest.raises(ConfigError, match="did you mean 'coarse'"):
        grid_of(picker, "course")


def test_what_is_known_of_a_record():
    picker = load("sta-lta")
    case = judge(sample_of(), picker, grid_of(picker), {"magnitude": 1.5, "distance_km": math.nan})
    assert case.facts["s_minus_p_s"] == 5.0 and case.facts["magnitude"] == 1.5
    assert 20 < case.facts["snr_db"] < 40 and "distance_km" not in case.facts
    assert case.hours == pytest.approx(30 / 3600) and case.cost_s > 0
    assert not case.noise and case.counts("P") and case.event_id == "e0"


def test_a_missing_label_is_not_judged_but_noise_is():
    picker = load("sta-lta")
    p_only = judge(sample_of(s=None), picker, grid_of(picker))
    assert p_only.counts("P") and not p_only.counts("S")
    noise = judge(sample_of(p=None, s=None, event_id=""), picker, grid_of(picker))
    assert noise.noise and noise.counts("S") and math.isnan(noise.facts["snr_db"])
    assert noise.event_id == "made/r0"


def test_stretches_near_and_away_from_the_label():
    picker = load("sta-lta")
    case = judge(sample_of(), picker, grid_of(picker))
    near, away = case.stretches["P"]
    assert len(near) == 1 and 24 <= len(away) <= 26  # 30 s without 4 s around the label
    assert near[0] > np.quantile(away, 0.9)


def test_absent_components_are_not_valid():
    sample = sample_of()
    sample.data[1] = 0
    assert record_of(sample).live.tolist() == [True, False, True]


def test_a_perturbed_record_keeps_the_facts_of_the_untouched_one():
    picker = load("sta-lta")
    plain = judge(sample_of(), picker, grid_of(picker))
    worse = judge(sample_of(), picker, grid_of(picker), perturbation="noise-0.3", seed=1)
    assert worse.facts == plain.facts
    assert worse.stretches["P"][0][0] < plain.stretches["P"][0][0]
