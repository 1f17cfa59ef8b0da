"""Two runtimes of one network on the same labelled records: which picks they share, what one loses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.evaluation.cases import Case
from onsets.evaluation.match import match
from onsets.evaluation.run import judge_samples
from onsets.picking import NetworkPicker
from onsets.runtime import Runner
from onsets.spec import Spec
from onsets.types import Sample

__all__ = ["Agreement", "agreement_of", "f1_loss"]

DRAWS, LEVEL = 2000, 0.95


@dataclass(frozen=True, slots=True)
class Agreement:
    """What became of the picks.

    Attributes
    ----------
    records : int
    picks : int
        Mean of both.
    equal_share : float
        Twice the picks in common by the picks of both; 1 without picks.
    f1 : dict of str to (float, float)
        By phase, of the first and of the second.
    loss : dict of str to (float, float, float)
        By phase: F1 of the first less that of the second, and the 95 % interval of that.
    """

    records: int
    picks: int
    equal_share: float
    f1: dict[str, tuple[float, float]]
    loss: dict[str, tuple[float, float, float]]


def agreement_of(
    spec: Spec,
    first: Runner,
    second: Runner,
    samples: Sequence[Sample],
    within_s: float = 0.1,
    tolerance_s: float = 0.5,
) -> Agreement:
    """Pick records with both runtimes at the Spec's thresholds.

    Parameters
    ----------
    spec : Spec
    first, second : Runner
        The exact one first.
    samples : sequence of Sample
        At the rate of the Spec.
    within_s : float
        Within which picks of both are the same.
    tolerance_s : float
        Of F1.
    """
    limits: dict[str, float] = {k: spec.thresholds[k] for k in ("P", "S") if k in spec.thresholds}
    grid = {label: (limit,) for label, limit in limits.items()}
    both = [judge_samples(list(samples), NetworkPicker(spec, each, limits), grid) for each in (first, second)]
    same = every = 0
    f1: dict[str, tuple[float, float]] = {}
    loss: dict[str, tuple[float, float, float]] = {}
    for label, limit in limits.items():
        for one, other in zip(*both, strict=True):
            picks = [case.picks[label][limit].seconds for case in (one, other)]
            same += 2 * len(match(picks[0], picks[1], within_s))
            every += len(picks[0]) + len(picks[1])
        counts = [_counts(cases, label, limit, tolerance_s) for cases in both]
        if len(counts[0]):
            f1[label] = (float(_f1(counts[0].sum(axis=0))), float(_f1(counts[1].sum(axis=0))))
            loss[label] = f1_loss(counts[0], counts[1])
    return Agreement(len(samples), every // 2, same / every if every else 1.0, f1, loss)


def f1_loss(
    first: npt.NDArray[np.int64], second: npt.NDArray[np.int64], seed: int = 0
) -> tuple[float, float, float]:
    """Return what F1 falls by from one set of answers to the other, and its 95 % interval.

    Parameters
    ----------
    first, second : ndarray of int64, shape (records, 3)
        True positives, false positives and false negatives, of the same records.
    seed : int
        Of the bootstrap, which draws records: the answers to one stay together, so what makes a
        record hard does not widen the interval.

    Examples
    --------
    >>> same = np.array([[1, 0, 0], [0, 1, 1]])
    >>> f1_loss(same, same)
    (0.0, 0.0, 0.0)
    """
    rng = np.random.default_rng(seed)
    times = rng.multinomial(len(first), np.full(len(first), 1 / len(first)), size=DRAWS)
    lost = _f1(times @ first) - _f1(times @ second)
    low, high = np.quantile(lost, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return float(_f1(first.sum(axis=0)) - _f1(second.sum(axis=0))), float(low), float(high)


def _f1(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    true, false, missed = np.moveaxis(counts, -1, 0)
    return np.asarray(2 * true / np.maximum(2 * true + false + missed, 1))


def _counts(cases: Sequence[Case], label: str, limit: float, tolerance_s: float) -> npt.NDArray[np.int64]:
    """Return true positives, false positives and false negatives of the records that are judged."""
    rows = []
    for case in cases:
        if case.counts(label):
            picks, labels = case.row(label, limit)
            true = len(match(picks, np.asarray(labels), tolerance_s))
            rows.append((true, len(picks) - true, len(labels) - true))
    return np.array(rows, dtype=np.int64).reshape(-1, 3)
