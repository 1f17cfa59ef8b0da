"""From matched picks to the figures of a table row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from onsets.evaluation.bootstrap import intervals_of
from onsets.evaluation.cases import Case
from onsets.evaluation.match import Score, match, score

__all__ = ["ROW_KEYS", "WIDE_S", "metrics_row", "residual_figures", "score_cases"]

WIDE_S, OUTLIER_S = 5.0, 1.0

ROW_KEYS = (
    *("model", "dataset", "phase", "tolerance_s", "threshold", "precision", "recall", "f1"),
    *("f1_low", "f1_high", "mean_s", "std_s", "mae_s"),
    *("true_positives", "false_positives", "false_negatives"),
)
"""Keys that each row of ``metrics.json`` has, in this order first."""


def score_cases(cases: Sequence[Case], phase: str, threshold: float, tolerance_s: float) -> Score:
    """Match all records whose picks of a phase can be judged; every unmatched pick is false."""
    return score([case.row(phase, threshold) for case in cases if case.counts(phase)], tolerance_s)


def residual_figures(
    cases: Sequence[Case], phase: str, threshold: float, tolerance_s: float
) -> dict[str, float]:
    """Return how far picks are from the labels they match.

    Parameters
    ----------
    cases : sequence of Case
    phase : str
    threshold, tolerance_s : float

    Returns
    -------
    dict
        ``mean_s``, ``std_s``, ``mae_s``, ``median_s`` of pick minus label within the tolerance;
        ``mape`` their mean absolute value relative to the label's time after the record's start, in
        percent (so it depends on where records begin); ``outlier_share``: of the labels with a pick
        within 5 s, the share whose nearest pick is further than 1 s. NaN where nothing matched.
    """
    residuals, shares, wide = [], [], []
    for case in cases:
        if phase not in case.labels:
            continue
        seconds, labels = case.row(phase, threshold)
        for i, j in match(seconds, labels, tolerance_s):
            residuals.append(float(seconds[i]) - labels[j])
            if labels[j] > 0:
                shares.append(abs(residuals[-1]) / labels[j])
        off = np.abs(seconds - labels[0])
        wide += [off.min() > OUTLIER_S] if len(off) and off.min() <= WIDE_S else []
    r = np.array(residuals)
    known = len(r) > 0
    return {
        "mean_s": float(r.mean()) if known else math.nan,
        "std_s": float(r.std()) if known else math.nan,
        "mae_s": float(np.abs(r).mean()) if known else math.nan,
        "median_s": float(np.median(r)) if known else math.nan,
        "mape": 100 * float(np.mean(shares)) if shares else math.nan,
        "outlier_share": float(np.mean(wide)) if wide else math.nan,
    }


def metrics_row(
    cases: Sequence[Case],
    model: str,
    dataset: str,
    phase: str,
    threshold: float,
    tolerance_s: float,
    *,
    seed: int = 0,
) -> dict[str, Any]:
    """Return one row of ``metrics.json``: counts, precision, recall, F1 with intervals, residuals.

    Parameters
    ----------
    cases : sequence of Case
    model, dataset, phase : str
    threshold, tolerance_s : float
    seed : int
        Of the bootstrap.

    Returns
    -------
    dict
        The keys of :data:`ROW_KEYS` first; NaN where unknown.
    """
    result = score_cases(cases, phase, threshold, tolerance_s)
    low_high = intervals_of(cases, phase, threshold, tolerance_s, seed=seed)
    judged = [case for case in cases if case.counts(phase)]
    figures = residual_figures(cases, phase, threshold, tolerance_s)
    row: dict[str, Any] = {
        "model": model,
        "dataset": dataset,
        "phase": phase,
        "tolerance_s": tolerance_s,
        "threshold": threshold,
        "precision": result.precision,
        "recall": result.recall,
        "f1": result.f1,
        "f1_low": low_high["f1"][0],
        "f1_high": low_high["f1"][1],
        **{key: figures[key] for key in ("mean_s", "std_s", "mae_s")},
        "true_positives": result.true_positives,
        "false_positives": result.false_positives,
        "false_negatives": result.false_negatives,
        **{key: figures[key] for key in ("median_s", "mape", "outlier_share")},
        "precision_low": low_high["precision"][0],
        "precision_high": low_high["precision"][1],
        "recall_low": low_high["recall"][0],
        "recall_high": low_high["recall"][1],
        "records": len(judged),
        "events": len({case.event_id for case in judged}),
        "hours": sum(case.hours for case in judged),
    }
    return row
