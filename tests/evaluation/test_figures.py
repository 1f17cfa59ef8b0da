import math

import pytest

from onsets.evaluation import ROW_KEYS, metrics_row, residual_figures, score_cases

from .conftest import case_of

CASES = [
    case_of([10.1], 10.0, name="a"),
    case_of([19.8, 30.0], 20.0, name="b"),
    case_of([12.0], 10.0, name="c"),
    case_of([5.0], None, name="noise"),
    case_of([5.0], None, name="unlabelled", noise=False),
]


def test_a_row_counts_noise_but_not_what_nobody_labelled():
    row = metrics_row(CASES, "m", "d", "P", 0.5, 0.5)
    assert tuple(row)[: len(ROW_KEYS)] == ROW_KEYS
    assert (row["true_positives"], row["false_positives"], row["false_negatives"]) == (2, 3, 1)
    assert row["precision"] == 2 / 5 and row["recall"] == 2 / 3 and row["f1"] == 0.5
    assert row["records"] == row["events"] == 4
    assert row["f1_low"] <= row["f1"] <= row["f1_high"]


def test_residual_figures():
    found = residual_figures(CASES, "P", 0.5, 0.5)
    assert found["mean_s"] == pytest.approx(-0.05)
    assert found["std_s"] == pytest.approx(0.15)
    assert found["mae_s"] == pytest.approx(0.15)
    assert found["mape"] == pytest.approx(100 * (0.1 / 10 + 0.2 / 20) / 2)
    assert found["outlier_share"] == pytest.approx(1 / 3)  # 2 s off


def test_a_far_pick_is_no_outlier_but_a_miss():
    assert math.isnan(residual_figures([case_of([30.0], 10.0)], "P", 0.5, 0.5)["outlier_share"])


def test_nothing_matched_is_unknown():
    found = residual_figures([case_of([], 10.0)], "P", 0.5, 0.5)
    assert all(math.isnan(value) for value in found.values())
    assert score_cases([case_of([], 10.0)], "P", 0.5, 0.5).recall == 0
