"""Choose a threshold on a development split; never on test data."""

from __future__ import annotations

from collections.abc import Sequence

from onsets.errors import CatalogueError
from onsets.evaluation.cases import PHASES, Case
from onsets.evaluation.figures import score_cases

__all__ = ["choose_thresholds", "middle_of_best"]


def choose_thresholds(cases: Sequence[Case], tolerance_s: float) -> dict[str, float]:
    """Return the threshold with the highest F1 of each phase, from cases of a development split.

    Every candidate is decoded anew, as the picker would at that threshold: to leave picks out of those found
    at the lowest one would not do, since a stretch above it may hold several onsets.

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
            chosen[phase] = middle_of_best(grid, [score_cases(cases, phase, t, tolerance_s).f1 for t in grid])
    if not chosen:
        raise CatalogueError(f"thresholds need labels, got {len(cases)} development records without one")
    return chosen


def middle_of_best(candidates: Sequence[float], results: Sequence[float]) -> float:
    """Return the candidate with the highest result, of equals the middle one.

    Parameters
    ----------
    candidates : sequence of float
        Ascending.
    results : sequence of float
        One for each.

    Returns
    -------
    float
    """
    best = [c for c, f1 in zip(candidates, results, strict=True) if f1 >= max(results) - 1e-12]
    return best[(len(best) - 1) // 2]
