"""Choose a threshold on a development split; never on test data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from onsets.errors import CatalogueError
from onsets.evaluation.cases import PHASES, Case
from onsets.evaluation.figures import score_cases
from onsets.evaluation.match import Times, score

__all__ = ["best_threshold", "choose_thresholds"]

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
    return _middle(candidates, results)


def choose_thresholds(cases: Sequence[Case], tolerance_s: float) -> dict[str, float]:
    """Return the threshold with the highest F1 of each phase, from cases of a development split.

    Every candidate is decoded anew, as the picker would at that threshold, where
    :func:`best_threshold` leaves picks out of those found at the lowest one.

    Parameters
    ----------
    cases : sequence of Case
        All thresholds of their grid are tried; the middle one of equals is taken.
    tolerance_s : float

    Returns
    -------
    dict of str to float
        Phases without a label are missing.

    Raises
    ------
    CatalogueError
        If no phase has a label.
    """
    chosen = {}
    for phase in PHASES:
        if any(phase in case.labels for case in cases) and phase in cases[0].picks:
            grid = sorted(cases[0].picks[phase])
            chosen[phase] = _middle(grid, [score_cases(cases, phase, t, tolerance_s).f1 for t in grid])
    if not chosen:
        raise CatalogueError(f"thresholds need labels, got {len(cases)} development records without one")
    return chosen


def _middle(candidates: Sequence[float], results: Sequence[float]) -> float:
    """Return the candidate with the highest result, the middle one of equals."""
    best = [c for c, f1 in zip(candidates, results, strict=True) if f1 >= max(results) - 1e-12]
    return best[(len(best) - 1) // 2]
