"""Curves to onsets: the one place where a threshold becomes a time."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.types import Curve, Float32

__all__ = ["Onsets", "decode", "intervals"]


@dataclass(frozen=True, slots=True, eq=False)
class Onsets:
    """Onsets of one phase.

    Attributes
    ----------
    seconds : ndarray of float64, shape (n,)
        Time after the curve's start, s; increasing.
    values : ndarray of float64, shape (n,)
        Probability or ratio there.
    """

    seconds: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.seconds)


def intervals(values: Float32, on: float, off: float | None = None) -> npt.NDArray[np.int64]:
    """Return first and last index of each stretch that reaches ``on`` and stays above ``off``.

    Parameters
    ----------
    values : ndarray, shape (n,)
    on, off : float
        ``off`` is ``on`` when not given.

    Returns
    -------
    ndarray of int64, shape (stretches, 2)

    Examples
    --------
    >>> intervals(np.array([0, 3, 1, 0, 2, 3], dtype=np.float32), on=3, off=1).tolist()
    [[1, 2], [4, 5]]
    """
    high, low = (np.asarray(level, dtype=values.dtype) for level in (on, on if off is None else off))
    above = np.concatenate([[False], values >= low, [False]])
    edges = np.flatnonzero(above[1:] != above[:-1]).reshape(-1, 2)
    if len(edges) == 0:
        return np.zeros((0, 2), dtype=np.int64)
    peaks = np.maximum.reduceat(np.append(values, -np.inf), edges.ravel())[::2]
    return np.asarray(edges[peaks >= high] - [0, 1], dtype=np.int64)


def decode(curve: Curve, thresholds: Mapping[str, float], separation_s: float = 0.5) -> dict[str, Onsets]:
    """Find the onsets of each phase in a curve.

    A *probability a sample* gives one onset at the highest point of each stretch above the
    threshold, moved by the parabola through its neighbours, or in the middle of a flat top. A curve
    with offsets (LPPN) gives one at the highest point of each stretch, at the time its offset says.
    A *ratio* gives the moment at which the threshold is first reached, once until the ratio falls
    below half of it.

    Parameters
    ----------
    curve : Curve
    thresholds : mapping
        By label; labels without a threshold give no onsets.
    separation_s : float
        Of two onsets of one phase nearer than this, the higher one stays.

    Returns
    -------
    dict of str to Onsets
        One entry a label that has a threshold, ``detection`` left out.
    """
    found = {}
    for k, label in enumerate(curve.labels):
        if label not in thresholds or label == "detection":
            continue
        values, threshold = curve.values[k], thresholds[label]
        if curve.kind == "ratio":
            found[label] = _crossings(values, curve.rate_hz, threshold)
        elif curve.offsets_s is not None:
            found[label] = _segments(values, curve.offsets_s[k], curve.rate_hz, threshold)
        else:
            found[label] = _peaks(values, curve.rate_hz, threshold)
        found[label] = _thin(found[label], separation_s)
    return found


def _crossings(values: Float32, rate_hz: float, threshold: float) -> Onsets:
    stretches = intervals(values, threshold, threshold / 2)
    first = [int(a + np.argmax(values[a : b + 1] >= threshold)) for a, b in stretches]
    top = [float(values[a : b + 1].max()) for a, b in stretches]
    return Onsets(np.array(first, dtype=np.float64) / rate_hz, np.array(top, dtype=np.float64))


def _peaks(values: Float32, rate_hz: float, threshold: float) -> Onsets:
    at, top = [], []
    for a, b in intervals(values, threshold):
        k = int(a + np.argmax(values[a : b + 1]))
        lower = np.flatnonzero(values[k : b + 1] < values[k])
        flat = int(lower[0]) if len(lower) else b + 1 - k
        shift = (flat - 1) / 2
        if flat == 1 and 0 < k < len(values) - 1:
            left, mid, right = (float(v) for v in values[k - 1 : k + 2])
            bend = left - 2 * mid + right
            shift = max(-0.5, min(0.5, 0.5 * (left - right) / bend)) if bend < 0 else 0.0
        at.append(k + shift)
        top.append(float(values[k]))
    return Onsets(np.array(at, dtype=np.float64) / rate_hz, np.array(top, dtype=np.float64))


def _segments(values: Float32, offsets_s: Float32, rate_hz: float, threshold: float) -> Onsets:
    best = [int(a + np.argmax(values[a : b + 1])) for a, b in intervals(values, threshold)]
    at = np.array(best, dtype=np.float64) / rate_hz + offsets_s[best].astype(np.float64)
    order = np.argsort(at, kind="stable")
    return Onsets(at[order], values[best].astype(np.float64)[order])


def _thin(onsets: Onsets, separation_s: float) -> Onsets:
    """Keep the higher of two onsets that are too near, strongest first."""
    times: list[float] = []
    kept = []
    for k in np.argsort(-onsets.values, kind="stable"):
        second = float(onsets.seconds[k])
        at = bisect.bisect(times, second)
        if all(abs(second - near) >= separation_s for near in times[max(0, at - 1) : at + 1]):
            times.insert(at, second)
            kept.append(int(k))
    kept.sort(key=lambda k: float(onsets.seconds[k]))
    return Onsets(onsets.seconds[kept], onsets.values[kept])
