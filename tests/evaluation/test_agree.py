"""What two runtimes of one network share, and what one loses."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from onsets.evaluation import agreement_of, f1_loss
from onsets.runtime import FakeRunner
from onsets.spec import Spec
from onsets.types import Sample

SPEC = Spec(
    name="made", network="made", rate_hz=100.0, samples=1000, outputs=("P", "S"), activation="none",
    normalisation="none", demean=False, thresholds={"P": 0.3, "S": 0.3},
)  # fmt: skip


def sample(k):
    data = np.zeros((3, 1000), np.float32)
    data[:2, 200 + 10 * k] = 0.9
    arrivals = {"P": 200.0 + 10 * k, "S": 205.0 + 10 * k}
    return Sample(f"r{k}", "made", "XX.A.", f"e{k}", data, 100.0, arrivals)


def runner(shift=0, loud=1.0):
    return FakeRunner(lambda batch: (loud * np.roll(batch[:, :2], shift, axis=2),))


@pytest.fixture(scope="module")
def samples():
    return [sample(k) for k in range(8)]


def test_the_same_runtime_shares_all(samples):
    found = agreement_of(SPEC, runner(), runner(), samples)
    assert (found.records, found.picks, found.equal_share) == (8, 16, 1.0)
    assert found.f1 == {"P": (1.0, 1.0), "S": (1.0, 1.0)} and found.loss["P"] == (0.0, 0.0, 0.0)


def test_late_picks_are_not_the_same_and_silence_loses_all(samples):
    late = agreement_of(SPEC, runner(), runner(shift=20), samples)
    assert late.equal_share == 0 and late.loss["P"][0] == 0  # within half a second all the same
    silent = agreement_of(SPEC, runner(), runner(loud=0.1), samples)
    assert silent.equal_share == 0 and silent.loss["S"] == (1.0, 1.0, 1.0)


def test_only_labelled_phases_are_judged(samples):
    only = [dataclasses.replace(each, arrivals={"P": each.arrivals["P"]}) for each in samples]
    assert set(agreement_of(SPEC, runner(), runner(), only).f1) == {"P"}


def test_the_interval_is_of_the_difference():
    rng = np.random.default_rng(0)
    hard = np.array([[1, 0, 0] if rng.random() < 0.5 else [0, 1, 1] for _ in range(400)])
    other = hard.copy()
    other[:24] = [[0, 1, 1]] * 24
    loss, low, high = f1_loss(hard, other)
    assert 0 < low < loss < high < 0.06  # either F1 alone is known to .1 only
