"""Choose a threshold on a development split; never on test data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from onsets.errors import CatalogueError
from onsets.evaluation.match import Times, score

__all__ = ["best_threshold"]

Scored = tuple[Times, Times, Times]


def best_threshold(records: Sequence[Scored], tolerance_s: float, candidates: Sequence[float]) -> float:
    """Return the threshold with the highest F1, the middle one of equals.

    Parameters
    ----------
    records : sequence of (seconds, values, labels)
        Picks found at the lowest candidate with their probabilities, and labels, of one phase.
    tolerance_s : float
    candidates : sequence of float
        Thresholds to try, increasing.

    Raises
    ------
    CatalogueError
        If there is nothing to choose from or no label to choose by.

    Examples
    --------
    >>> best_threshold([([1.0, 4.0], [0.9, 0.4], [1.0])], 0.5, [0.3, 0.5, 0.7])
    0.5
    """
    if not len(candidates) or not any(len(labels) for _, _, labels in records):
        raise CatalogueError(
            f"a threshold needs labels and candidates, got {len(records)} records without a label "
            f"and {len(candidates)} candidates"
        )
    results = []
    for threshold in candidates:
        kept = [
            (np.asarray(seconds)[np.asarray(values) >= threshold], labels)
            for seconds, values, labels in records
        ]
        results.append(score(kept, tolerance_s).f1)
    best = [c for c, f1 in zip(candidates, results, strict=True) if f1 >= max(results) - 1e-12]
    return best[(len(best) - 1) // 2]
