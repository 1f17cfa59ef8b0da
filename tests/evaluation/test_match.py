import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.evaluation import Score, match, score

TIMES = st.lists(st.floats(0, 20), max_size=8)
TOLERANCE = st.floats(0.01, 5)


@given(TIMES, TIMES, TOLERANCE)
def test_pairs_are_one_to_one_and_near(picks, labels, tolerance_s):
    pairs = match(picks, labels, tolerance_s)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    assert all(abs(picks[i] - labels[j]) <= tolerance_s for i, j in pairs)


@given(TIMES, TIMES, TOLERANCE)
def test_nothing_that_could_be_paired_is_left(picks, labels, tolerance_s):
    pairs = match(picks, labels, tolerance_s)
    free_picks = set(range(len(picks))) - {i for i, _ in pairs}
    free_labels = set(range(len(labels))) - {j for _, j in pairs}
    assert all(abs(picks[i] - labels[j]) > tolerance_s for i, j in itertools.product(free_picks, free_labels))


@given(TIMES, TIMES, TOLERANCE)
def test_no_pair_and_a_free_one_would_rather_change(picks, labels, tolerance_s):
    pairs = match(picks, labels, tolerance_s)
    residual = {("pick", i): abs(picks[i] - labels[j]) for i, j in pairs}
    residual |= {("label", j): abs(picks[i] - labels[j]) for i, j in pairs}
    for i, j in itertools.product(range(len(picks)), range(len(labels))):
        near = abs(picks[i] - labels[j])
        if near <= tolerance_s:
            held = [residual.get(("pick", i), math.inf), residual.get(("label", j), math.inf)]
            assert min(held) <= near


@given(TIMES, TIMES, TOLERANCE, st.floats(-5, 5))
def test_picks_and_labels_may_change_places(picks, labels, tolerance_s, shift):
    forward = match(picks, labels, tolerance_s)
    backward = match(labels, picks, tolerance_s)
    residuals = sorted(abs(picks[i] - labels[j]) for i, j in forward)
    assert sorted(abs(labels[j] - picks[i]) for j, i in backward) == pytest.approx(residuals)


def test_the_nearest_label_wins():
    assert match([1.0, 1.2, 9.0], [1.15, 5.0], 0.5) == [(1, 0)]


def test_the_tolerance_is_included():
    assert match([1.5], [1.0], 0.5) == [(0, 0)]
    assert match([1.51], [1.0], 0.5) == []


def test_arrays_and_lists_will_do():
    assert match(np.array([1.0]), np.array([1.1]), 0.5) == match([1.0], [1.1], 0.5)


@given(st.lists(st.tuples(TIMES, TIMES), max_size=5), TOLERANCE)
def test_scores_add_up(records, tolerance_s):
    whole = score(records, tolerance_s)
    parts = [score([record], tolerance_s) for record in records]
    for name in ("true_positives", "false_positives", "false_negatives"):
        assert getattr(whole, name) == sum(getattr(part, name) for part in parts)
    assert len(whole.residuals_s) == whole.true_positives
    assert whole.true_positives + whole.false_positives == sum(len(picks) for picks, _ in records)
    assert whole.true_positives + whole.false_negatives == sum(len(labels) for _, labels in records)
    assert whole.tolerance_s == tolerance_s


def test_records_are_not_mixed():
    assert score([([1.0], []), ([], [1.0])], 0.5).true_positives == 0


def test_residuals_are_pick_minus_label():
    np.testing.assert_allclose(score([([1.2, 7.9], [1.0, 8.0])], 0.5).residuals_s, [-0.1, 0.2])


def test_the_figures():
    figures = Score(6, 2, 3, np.zeros(6), 0.5)
    assert figures.precision == 6 / 8
    assert figures.recall == 6 / 9
    assert figures.f1 == pytest.approx(2 * (6 / 8) * (6 / 9) / (6 / 8 + 6 / 9))


def test_the_figures_of_nothing_are_unknown():
    none = score([], 0.5)
    assert all(math.isnan(value) for value in (none.precision, none.recall, none.f1))
    missed = score([([], [1.0])], 0.5)
    assert math.isnan(missed.precision)
    assert (missed.recall, missed.f1) == (0.0, 0.0)
