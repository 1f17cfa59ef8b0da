"""Which picks a node explains exactly, and how well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.association.real_options import RealOptions
from onsets.association.scene import Floats, Ints
from onsets.association.series import Series

__all__ = ["Verdict", "best_of", "enough", "judge", "members", "spread"]


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What each of some places explains.

    Attributes
    ----------
    count : ndarray of int64, shape (places,)
        Picks in their windows.
    origin_s : ndarray of float64, shape (places,)
        Median of the origin times that the picks imply.
    deviation_s : ndarray of float64, shape (places,)
        Their standard deviation about it; infinite where a threshold is missed.
    share : ndarray of float64, shape (places,)
        Sum of the weights by distance.
    """

    count: Ints
    origin_s: Floats
    deviation_s: Floats
    share: Floats


def members(
    series: Series, times_s: Floats, origin_s: Floats, options: RealOptions, limit_s: Floats | float = np.inf
) -> Ints:
    """Return which pick of each station and phase belongs to each place.

    Parameters
    ----------
    series : Series
    times_s : ndarray of float64, shape (2 x stations, places)
    origin_s : ndarray of float64, shape (places,)
    options : RealOptions
    limit_s : float or ndarray, shape (places,)
        Residuals beyond are not taken.

    Returns
    -------
    ndarray of int64, shape (2 x stations, places)
        Index into the series, -1 for none: the first pick in the window, for S the first that also
        comes later than the P by the least difference.
    """
    predicted = origin_s + times_s
    halves = [np.minimum(half, limit_s) for half in options.windows_s]
    rows = np.arange(len(times_s))[:, None]
    out = np.full(times_s.shape, -1, np.int64)
    p = _first(series, rows[::2], predicted[::2] - halves[0], predicted[::2] + halves[0])
    out[::2] = p
    p_time = np.where(p >= 0, series.time_s[p], -np.inf)
    begin = np.maximum(predicted[1::2] - halves[1], p_time + options.s_minus_p_s)
    s = _first(series, rows[1::2], begin, predicted[1::2] + halves[1])
    s[~(times_s[1::2] - times_s[::2] > options.s_minus_p_s)] = -1
    out[1::2] = s
    return out


def _first(series: Series, rows: Ints, begin_s: Floats, end_s: Floats) -> Ints:
    """Return the first pick of each series strictly between two times, -1 for none."""
    index = series.after(rows, np.where(np.isnan(begin_s), 0.0, begin_s))
    inside = np.minimum(index, len(series.time_s) - 1)
    there = (index < len(series.time_s)) & (series.series[inside] == rows) & (series.time_s[inside] < end_s)
    return np.where(there, index, -1)


def judge(series: Series, times_s: Floats, share: Floats, origin_s: Floats, options: RealOptions) -> Verdict:
    """Count and compare the picks of some places.

    Parameters
    ----------
    series, times_s, origin_s, options
        As for :func:`members`.
    share : ndarray of float64, shape (stations, places)
        Weights by distance.
    """
    chosen = members(series, times_s, origin_s, options)
    has = chosen >= 0
    count = np.count_nonzero(has, axis=0)
    implied = np.where(has, series.time_s[chosen] - times_s, np.inf)
    median, deviation = spread(implied, count)
    weight = (share * has[::2]).sum(axis=0) + (share * has[1::2]).sum(axis=0)
    p, s = np.count_nonzero(has[::2], axis=0), np.count_nonzero(has[1::2], axis=0)
    both = np.count_nonzero(has[::2] & has[1::2], axis=0)
    good = enough(p, s, both, weight, options)
    return Verdict(count, median, np.where(good, deviation, np.inf), weight)


def enough(p: Ints, s: Ints, both: Ints, weight: Floats, options: RealOptions) -> npt.NDArray[np.bool_]:
    """Return whether counts reach all thresholds."""
    least = options.picks or 0
    near = (p + s > options.near_picks * least) | (weight >= options.near_share * (p + s))
    counts = (p >= options.p_picks) & (s >= (options.s_picks or 0)) & (both >= (options.both or 0))
    return np.asarray(counts & (p + s >= least) & near)


def spread(implied_s: Floats, count: Ints) -> tuple[Floats, Floats]:
    """Return median and deviation about it down the columns; absent ones are infinite."""
    ranked = np.sort(implied_s, axis=0)
    columns = np.arange(ranked.shape[1])
    last = np.maximum(count - 1, 0)
    low, high = ranked[last // 2, columns], ranked[(last + 1) // 2, columns]
    with np.errstate(invalid="ignore"):
        median = (low + high) / 2
        squares = np.where(np.isfinite(implied_s), (implied_s - median) ** 2, 0.0).sum(axis=0)
    return median, np.sqrt(squares / np.maximum(count - 1, 1))


def best_of(verdict: Verdict) -> int:
    """Return the place with most picks, of those the one of the smallest deviation."""
    return int(np.lexsort((verdict.deviation_s, -verdict.count))[0])
