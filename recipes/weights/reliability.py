"""Whether a pick's probability and uncertainty are what they say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.evaluation import Case, match

TOLERANCE_S = 0.5
LOWEST = 0.05
BINS = 10
COVERED = 0.68
Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Picks of one phase: probability, whether right, its group's weight, residual and width, s."""

    value: Float64
    right: npt.NDArray[np.bool_]
    weight: Float64
    residual_s: Float64
    width_s: Float64


def found_in(groups: dict[str, list[Case]], phase: str) -> Found:
    """Collect the picks of a phase; the records of each group weigh the same together."""
    rows: list[tuple[float, bool, float, float, float]] = []
    for cases in groups.values():
        own = [row for case in cases for row in _rows(case, phase)]
        rows += [(*row, 1 / len(cases)) for row in own]
    value, right, residual, width, weight = (np.array(column) for column in zip(*rows, strict=True))
    return Found(value, right.astype(bool), weight, residual, width)


def _rows(case: Case, phase: str) -> list[tuple[float, bool, float, float]]:
    onsets = case.picks[phase][LOWEST]
    label = [case.labels[phase]] if phase in case.labels else []
    pairs = {i: onsets.seconds[i] - label[j] for i, j in match(onsets.seconds, label, TOLERANCE_S)}
    return [
        (float(onsets.values[k]), k in pairs, float(pairs.get(k, np.nan)), float(onsets.widths_s[k]))
        for k in range(len(onsets))
    ]


def reliability(found: Found, least: float = 0.1) -> tuple[list[tuple[float, float, int]], float]:
    """Return mean probability, share of right picks and number of each bin, and the expected error (ECE)."""
    keep = found.value >= least
    value, right = found.value[keep], found.right[keep]
    which = np.minimum((value * BINS).astype(int), BINS - 1)
    bins = [
        (float(value[which == b].mean()), float(right[which == b].mean()), int((which == b).sum()))
        for b in range(BINS)
        if (which == b).any()
    ]
    total = sum(n for *_, n in bins)
    return bins, sum(n * abs(p - share) for p, share, n in bins) / max(1, total)


def pooled(parts: list[list[tuple[float, float, int]]]) -> tuple[list[tuple[float, float, int]], float]:
    """Return bins and expected error of several pickers' picks together."""
    own = [(p, share, n) for bins in parts for p, share, n in bins]
    which = np.array([min(int(p * BINS), BINS - 1) for p, *_ in own])
    p, share, count = np.array(own).T
    bins = []
    for b in np.unique(which):
        n = count[which == b]
        mean = float((n * p[which == b]).sum() / n.sum()), float((n * share[which == b]).sum() / n.sum())
        bins.append((*mean, int(n.sum())))
    return bins, sum(n * abs(p - share) for p, share, n in bins) / int(count.sum())


def floor_of(bins: list[tuple[float, float, int]], draws: int = 2000) -> tuple[float, float]:
    """Return the error that exact probabilities would show by chance, with so few picks: median and 95 %."""
    p, _, count = np.array(bins).T
    n = count.astype(int)
    shares = np.random.default_rng(0).binomial(n, p, size=(draws, len(n))) / n
    errors = (n * np.abs(shares - p)).sum(axis=1) / n.sum()
    return float(np.median(errors)), float(np.quantile(errors, 0.95))


def widths(found: Found, threshold: float) -> tuple[float, float, float]:
    """Return the multiple of the width with 68 % of residuals, the share in three times it, 68 % in s."""
    good = found.right & (found.value >= threshold)
    r, w = np.abs(found.residual_s[good]), found.width_s[good]
    known = np.isfinite(w)
    factor = float(np.quantile(r[known] / w[known], COVERED))
    return factor, float(np.mean(r[known] <= 3 * factor * w[known])), float(np.quantile(r, COVERED))


def coverage(groups: dict[str, list[Case]], phase: str, threshold: float, factor: float) -> dict[str, float]:
    """Return what share of right picks lies within once and within three times its uncertainty."""
    found = found_in(groups, phase)
    good = found.right & (found.value >= threshold) & np.isfinite(found.width_s)
    ratio = np.abs(found.residual_s[good]) / (factor * found.width_s[good])
    return {
        "once": float(np.mean(ratio <= 1)),
        "three_times": float(np.mean(ratio <= 3)),
        "picks": len(ratio),
    }
