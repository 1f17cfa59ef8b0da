"""Scores of parts of a test set: by SNR, distance, magnitude and S - P interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from onsets.evaluation.bootstrap import intervals_of
from onsets.evaluation.cases import Case
from onsets.evaluation.figures import score_cases

__all__ = ["EDGES", "grouped", "label_of"]

EDGES: dict[str, tuple[float, ...]] = {
    "snr_db": (-1e9, 5, 10, 20, 30, 1e9),
    "distance_km": (0, 10, 30, 60, 110, 1e9),
    "magnitude": (-1e9, 0.5, 1, 2, 3, 1e9),
    "s_minus_p_s": (0, 1, 2, 4, 8, 16, 1e9),
}
"""Quantity -> edges of its groups; a record belongs to a group from its lower edge on."""

FAR = 1e8
FEWEST = 5


def label_of(low: float, high: float) -> str:
    """Return how a group is called.

    Examples
    --------
    >>> label_of(-1e9, 5), label_of(5, 10), label_of(30, 1e9)
    ('< 5', '5 to 10', '> 30')
    """
    if low < -FAR:
        return f"< {high:g}"
    return f"> {low:g}" if high > FAR else f"{low:g} to {high:g}"


def grouped(
    cases: Sequence[Case], quantity: str, phase: str, threshold: float, tolerance_s: float, *, seed: int = 0
) -> list[dict[str, Any]]:
    """Return precision, recall and F1 of the records of each group.

    Parameters
    ----------
    cases : sequence of Case
    quantity : str
        One of :data:`EDGES`.
    phase : str
    threshold, tolerance_s : float
    seed : int
        Of the intervals.

    Returns
    -------
    list of dict
        Groups of at least five records, lowest first. Records without the quantity (noise among
        them) are in none, so false picks in noise do not show here.
    """
    rows = []
    for low, high in zip(EDGES[quantity][:-1], EDGES[quantity][1:], strict=True):
        some = [
            case for case in cases if phase in case.labels and low <= case.facts.get(quantity, -1e99) < high
        ]
        if len(some) < FEWEST:
            continue
        result = score_cases(some, phase, threshold, tolerance_s)
        ends = intervals_of(some, phase, threshold, tolerance_s, seed=seed)
        rows.append(
            {
                "quantity": quantity,
                "group": label_of(low, high),
                "phase": phase,
                "records": len(some),
                "precision": result.precision,
                "recall": result.recall,
                "f1": result.f1,
                "f1_low": ends["f1"][0],
                "f1_high": ends["f1"][1],
            }
        )
    return rows
