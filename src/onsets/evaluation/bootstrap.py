"""Intervals of scores, by drawing events (not picks) again and again."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from onsets.evaluation.cases import Case
from onsets.evaluation.match import match

__all__ = ["LEVEL", "counts_by_event", "intervals_of", "resampled"]

LEVEL = 0.95
DRAWS = 1000


def counts_by_event(
    cases: Sequence[Case], phase: str, threshold: float, tolerance_s: float
) -> npt.NDArray[np.int64]:
    """Return true positives, false positives and false negatives of each event, shape (events, 3)."""
    events: dict[str, list[int]] = {}
    for case in cases:
        if not case.counts(phase):
            continue
        seconds, labels = case.row(phase, threshold)
        true = len(match(seconds, labels, tolerance_s))
        sums = events.setdefault(f"{case.dataset}/{case.event_id}", [0, 0, 0])
        for k, value in enumerate((true, len(seconds) - true, len(labels) - true)):
            sums[k] += value
    return np.array(list(events.values()), dtype=np.int64).reshape(-1, 3)


def resampled(
    counts: npt.NDArray[np.int64], *, seed: int = 0, draws: int = DRAWS, level: float = LEVEL
) -> dict[str, tuple[float, float]]:
    """Return percentile intervals of precision, recall and F1.

    Parameters
    ----------
    counts : ndarray of int64, shape (events, 3)
        True positives, false positives and false negatives of each event.
    seed : int
    draws : int
        Number of bootstrap samples, each as many events as there are, drawn with replacement.
    level : float
        Share of the samples inside the interval.

    Returns
    -------
    dict of str to (low, high)
        NaN without events.

    Notes
    -----
    Records of one event resemble each other, so drawing picks or records one by one would give
    intervals that are too narrow (Efron and Tibshirani, 1993, An Introduction to the Bootstrap,
    chapter 8 on units of resampling).
    """
    if not len(counts):
        return dict.fromkeys(("precision", "recall", "f1"), (math.nan, math.nan))
    rng = np.random.default_rng(seed)
    alike, times = np.unique(counts, axis=0, return_counts=True)  # drawing kinds of events is the same
    sums = rng.multinomial(len(counts), times / len(counts), size=draws) @ alike
    true, false, missed = sums.T.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {
            "precision": true / (true + false),
            "recall": true / (true + missed),
            "f1": 2 * true / (2 * true + false + missed),
        }
    tails = ((1 - level) / 2, (1 + level) / 2)
    out = {}
    for name, values in found.items():
        known = values[np.isfinite(values)]
        low, high = np.quantile(known, tails) if len(known) else (math.nan, math.nan)
        out[name] = (float(low), float(high))
    return out


def intervals_of(
    cases: Sequence[Case], phase: str, threshold: float, tolerance_s: float, *, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Return the 95 % intervals of precision, recall and F1, drawn by event."""
    return resampled(counts_by_event(cases, phase, threshold, tolerance_s), seed=seed)
