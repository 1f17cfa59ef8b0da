"""ROC and precision-recall curves with the areas under them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.evaluation.cases import Case
from onsets.evaluation.figures import score_cases

__all__ = ["Roc", "Tradeoff", "roc", "roc_of", "tradeoff"]

Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Roc:
    """A receiver operating characteristic.

    Attributes
    ----------
    false_share, true_share : ndarray of float64, shape (n,)
        Shares of the negatives and of the positives that reach a falling threshold, from 0 to 1.
    auc : float
        Area under it: the chance that a positive stands above a negative, ties counted half.
    positives, negatives : int
    """

    false_share: Float64
    true_share: Float64
    auc: float
    positives: int
    negatives: int


@dataclass(frozen=True, slots=True, eq=False)
class Tradeoff:
    """Precision against recall at the thresholds of a grid.

    Attributes
    ----------
    thresholds, precision, recall : ndarray of float64, shape (n,)
        Thresholds rise; precision is NaN where nothing was picked.
    area : float
        Average precision over recall from 0 up to the highest recall reached (steps, no
        interpolation); what no threshold reaches adds nothing.
    """

    thresholds: Float64
    precision: Float64
    recall: Float64
    area: float


def roc(positive: Sequence[float] | Float64, negative: Sequence[float] | Float64) -> Roc:
    """Return the curve of two sets of values.

    Parameters
    ----------
    positive, negative : sequence of float
        The higher, the more like a positive.

    Examples
    --------
    >>> roc([0.9, 0.4], [0.1, 0.4]).auc
    0.875
    """
    p, n = (np.sort(np.asarray(values, dtype=np.float64)) for values in (positive, negative))
    levels = np.unique(np.concatenate([p, n]))[::-1]
    true = (len(p) - np.searchsorted(p, levels, side="left")) / max(1, len(p))
    false = (len(n) - np.searchsorted(n, levels, side="left")) / max(1, len(n))
    true, false = np.concatenate([[0.0], true]), np.concatenate([[0.0], false])
    known = len(p) > 0 and len(n) > 0
    area = float(np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2)) if known else math.nan
    return Roc(false, true, area, len(p), len(n))


def roc_of(cases: Sequence[Case], phase: str) -> Roc:
    """Return the ROC of the curve itself, before any picking.

    Positives are the highest values within half a second of each label, negatives those of all
    stretches of a second further than two seconds from it (in records where the phase is labelled or
    which are noise). Yu et al. (2020) draw their ROC from values; how they count negatives is not
    printed, so a stretch of a second is ours.
    """
    judged = [case.stretches[phase] for case in cases if case.counts(phase) and phase in case.stretches]
    if not judged:
        return roc([], [])
    return roc(np.concatenate([p for p, _ in judged]), np.concatenate([n for _, n in judged]))


def tradeoff(cases: Sequence[Case], phase: str, tolerance_s: float) -> Tradeoff:
    """Return precision and recall of the picks at every threshold of the cases' grid.

    Parameters
    ----------
    cases : sequence of Case
    phase : str
    tolerance_s : float
    """
    grid = sorted(cases[0].picks.get(phase, {})) if cases else []
    scores = [score_cases(cases, phase, threshold, tolerance_s) for threshold in grid]
    precision = np.array([each.precision for each in scores])
    recall = np.array([each.recall for each in scores])
    known = np.isfinite(precision) & np.isfinite(recall)
    best = np.maximum.accumulate(recall[known][::-1])  # a lower threshold may merge picks
    steps = np.diff(best, prepend=0.0)
    area = float(np.sum(steps * precision[known][::-1])) if known.any() else math.nan
    return Tradeoff(np.array(grid), precision, recall, area)
