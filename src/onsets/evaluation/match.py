"""One-to-one matching of picks and labels, and the figures that follow from it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Score", "match", "score"]

Times = Sequence[float] | npt.NDArray[np.float64]


def match(picks: Times, labels: Times, tolerance_s: float) -> list[tuple[int, int]]:
    """Pair picks with labels, the smallest residual first, each at most once.

    Parameters
    ----------
    picks, labels : sequence of float
        Seconds on one axis, of one phase and one record.
    tolerance_s : float
        Pairs further apart than this are none.

    Returns
    -------
    list of (int, int)
        Index of the pick and of the label.

    Examples
    --------
    >>> match([1.0, 1.2, 9.0], [1.15, 5.0], tolerance_s=0.5)
    [(1, 0)]
    """
    if not len(picks) or not len(labels):
        return []
    near = [
        (abs(pick - label), i, j)
        for i, pick in enumerate(picks)
        for j, label in enumerate(labels)
        if abs(pick - label) <= tolerance_s
    ]
    used_picks: set[int] = set()
    used_labels: set[int] = set()
    pairs = []
    for _, i, j in sorted(near):
        if i not in used_picks and j not in used_labels:
            used_picks.add(i)
            used_labels.add(j)
            pairs.append((i, j))
    return pairs


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """How picks of one phase compare with labels over many records.

    Attributes
    ----------
    true_positives, false_positives, false_negatives : int
    residuals_s : ndarray of float64
        Pick minus label of each true positive.
    tolerance_s : float
    """

    true_positives: int
    false_positives: int
    false_negatives: int
    residuals_s: npt.NDArray[np.float64]
    tolerance_s: float

    @property
    def precision(self) -> float:
        """True positives over all picks; NaN without picks."""
        picks = self.true_positives + self.false_positives
        return self.true_positives / picks if picks else math.nan

    @property
    def recall(self) -> float:
        """True positives over all labels; NaN without labels."""
        labels = self.true_positives + self.false_negatives
        return self.true_positives / labels if labels else math.nan

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, 0 when nothing matched."""
        total = 2 * self.true_positives + self.false_positives + self.false_negatives
        return 2 * self.true_positives / total if total else math.nan


def score(records: Sequence[tuple[Times, Times]], tolerance_s: float) -> Score:
    """Match every record and add up; every pick without a label is false.

    Parameters
    ----------
    records : sequence of (picks, labels)
        Seconds, of one phase; one entry a record.
    tolerance_s : float
    """
    true, picks_count, labels_count = 0, 0, 0
    residuals: list[float] = []
    for picks, labels in records:
        pairs = match(picks, labels, tolerance_s)
        true, picks_count, labels_count = (
            true + len(pairs),
            picks_count + len(picks),
            labels_count + len(labels),
        )
        residuals += [float(picks[i] - labels[j]) for i, j in pairs]
    return Score(true, picks_count - true, labels_count - true, np.array(residuals), tolerance_s)
