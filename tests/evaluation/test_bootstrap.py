import math

import numpy as np
import pytest

from onsets.evaluation import counts_by_event, intervals_of, resampled

from .conftest import case_of


def test_records_of_one_event_are_added_up():
    cases = [case_of([1.0], 1.0, name="a", event="e"), case_of([], 1.0, name="b", event="e")]
    cases += [case_of([1.0, 5.0], 1.0, name="c", event="f")]
    assert counts_by_event(cases, "P", 0.5, 0.5).tolist() == [[1, 0, 1], [1, 1, 0]]


def test_the_interval_of_a_recall_is_the_binomial_one():
    counts = np.array([[1, 0, 0]] * 150 + [[0, 0, 1]] * 50)
    low, high = resampled(counts, draws=4000)["recall"]
    spread = 1.96 * math.sqrt(0.75 * 0.25 / 200)  # normal approximation
    assert low == pytest.approx(0.75 - spread, abs=0.01)
    assert high == pytest.approx(0.75 + spread, abs=0.01)


def test_events_of_many_alike_records_widen_the_interval():
    alone = [case_of([1.0] if k % 2 else [], 1.0, name=f"{k}") for k in range(200)]
    grouped = [case_of([1.0] if k < 100 else [], 1.0, name=f"{k}", event=f"e{k // 20}") for k in range(200)]
    width = [np.ptp(intervals_of(cases, "P", 0.5, 0.5)["recall"]) for cases in (alone, grouped)]
    assert width[1] > 3 * width[0]


def test_the_seed_decides():
    counts = np.random.default_rng(1).integers(0, 3, (40, 3))
    assert resampled(counts, seed=3) == resampled(counts, seed=3) != resampled(counts, seed=4)


def test_without_events_nothing_is_known():
    assert all(math.isnan(end) for ends in resampled(np.zeros((0, 3), np.int64)).values() for end in ends)
