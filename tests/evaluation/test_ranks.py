import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.evaluation import Case, roc, roc_of, tradeoff
from onsets.picking import Onsets

VALUES = st.lists(st.integers(0, 9), min_size=1, max_size=20)


@given(VALUES, VALUES)
def test_the_area_is_the_chance_of_a_right_order(positive, negative):
    chance = np.mean([(p > n) + 0.5 * (p == n) for p in positive for n in negative])
    found = roc(positive, negative)
    assert found.auc == pytest.approx(chance)
    assert (np.diff(found.false_share) >= 0).all() and (np.diff(found.true_share) >= 0).all()
    assert found.true_share[-1] == found.false_share[-1] == 1


def test_as_scipy_says():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(0)
    p, n = rng.normal(1, 1, 80), rng.normal(0, 1, 300)
    expected = stats.mannwhitneyu(p, n).statistic / (len(p) * len(n))
    assert roc(p, n).auc == pytest.approx(expected)


def test_without_one_side_the_area_is_unknown():
    assert math.isnan(roc([], [0.1]).auc) and math.isnan(roc([0.1], []).auc)


def made(labels, picks, stretches):
    return Case("r", "d", "e", 0.01, 0.0, labels, not labels, {"P": picks}, {"P": stretches})


def test_curves_leave_out_records_that_cannot_be_judged():
    one = made({"P": 1.0}, {}, (np.array([0.9]), np.array([0.1, 0.2])))
    other = made({"S": 1.0}, {}, (np.zeros(0), np.array([0.99])))
    found = roc_of([one, other], "P")
    assert (found.positives, found.negatives, found.auc) == (1, 2, 1.0)


def test_precision_against_recall():
    def picks(*seconds):
        return Onsets(np.array(seconds), np.ones(len(seconds)))

    a = made({"P": 1.0}, {0.2: picks(1.0, 5.0), 0.8: picks(1.0)}, (np.zeros(0), np.zeros(0)))
    b = made({"P": 2.0}, {0.2: picks(2.0), 0.8: picks()}, (np.zeros(0), np.zeros(0)))
    found = tradeoff([a, b], "P", 0.5)
    assert found.thresholds.tolist() == [0.2, 0.8]
    np.testing.assert_allclose(found.precision, [2 / 3, 1])
    np.testing.assert_allclose(found.recall, [1, 0.5])
    assert found.area == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_no_case_no_curve():
    assert math.isnan(tradeoff([], "P", 0.5).area) and math.isnan(roc_of([], "P").auc)
