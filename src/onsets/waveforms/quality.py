"""What is wrong with samples that were recorded: clipped, dead."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onsets.types import Float32, Mask

__all__ = ["clipped_samples", "dead_components"]

FLAT = 3
"""Equal samples in a row that make a flat top."""
LEAST = 10
"""Samples in flat tops that make a component clipped."""
STEEP = 3
"""A signal that is cut off reaches its limit in steps of at least this many units."""
RANGE = 64
"""Peak to peak in units, or ..."""
ABOVE_NOISE = 10
"""... distance of the limit from the median in quartile ranges, from which a limit is one."""
_CHUNK = 1 << 16


def clipped_samples(data: Float32, valid: Mask) -> Mask:
    """Mark flat tops at a component's limits.

    A digitiser or sensor at its limit repeats its largest (or smallest) value. Marked are runs of at
    least three samples equal to the component's largest or smallest one, where these hold ten
    samples or more, the signal gets there in steps of three units or more (a slow wave that rounding
    flattens does not), and the limit stands out: 64 units from peak to peak, or 10 times the
    quartile range from the median. A unit is the smallest difference between neighbouring samples.
    Quiet data of a few counts are not clipped.

    Parameters
    ----------
    data : ndarray of float32, shape (components, samples)
    valid : ndarray of bool, shape (components, samples)

    Returns
    -------
    ndarray of bool, shape (components, samples)
    """
    marked = np.zeros(data.shape, dtype=bool)
    for x, good, out in zip(data, valid, marked, strict=True):
        whole = bool(good.all())
        some = x if whole else x[good]
        if len(some) < LEAST:
            continue
        limits = (some.max(), some.min())
        if limits[0] == limits[1]:
            continue
        for limit in limits:
            at_limit = x == limit
            if not whole:
                at_limit &= good
            for a, b in _tops(x, at_limit, some, float(limit)):
                out[a:b] = True
    return marked


def _tops(x: Float32, at_limit: Mask, some: Float32, limit: float) -> list[tuple[int, int]]:
    """Return the flat tops at one limit; none where it is no limit."""
    index = np.flatnonzero(at_limit)
    if len(index) < LEAST:
        return []
    breaks = np.flatnonzero(np.diff(index) != 1) + 1
    first = index[np.concatenate([[0], breaks])]
    last = index[np.concatenate([breaks - 1, [len(index) - 1]])]
    long = last - first + 1 >= FLAT
    first, last = first[long], last[long]
    if int((last - first + 1).sum()) < LEAST:
        return []
    sample = some[: _CHUNK * 16 : 1] if len(some) < _CHUNK * 16 else some[:: len(some) // (_CHUNK * 16)]
    around = np.abs(np.diff(x[max(0, first[0] - _CHUNK) : first[0] + _CHUNK]))
    unit = float(around[around > 0].min()) if (around > 0).any() else 0.0
    edges = np.concatenate([x[np.maximum(first - 1, 0)], x[np.minimum(last + 1, len(x) - 1)]])
    steps = np.abs(edges - np.float32(limit))
    if unit == 0 or not (steps > 0).any() or float(np.median(steps[steps > 0])) < STEEP * unit:
        return []
    low, middle, high = np.percentile(sample, [25, 50, 75])
    wide = float(some.max()) - float(some.min()) >= RANGE * unit
    if not wide and abs(limit - middle) < ABOVE_NOISE * (high - low):
        return []
    return list(zip(first.tolist(), (last + 1).tolist(), strict=True))


def dead_components(data: Float32, valid: Mask, rate_hz: float) -> Mask:
    """Say which components never change although more than a second was recorded.

    Parameters
    ----------
    data : ndarray of float32, shape (components, samples)
    valid : ndarray of bool, shape (components, samples)
    rate_hz : float

    Returns
    -------
    ndarray of bool, shape (components,)
    """
    rows = zip(data, valid, strict=True)
    return np.array([_constant(x, good) and int(good.sum()) > rate_hz for x, good in rows], dtype=bool)


def _constant(x: npt.NDArray[np.float32], good: Mask) -> bool:
    """Whether all valid samples are equal; looked at piece by piece, as most change at once."""
    if not good.any():
        return False
    value = x[int(good.argmax())]
    return not any(
        bool(((x[a : a + _CHUNK] != value) & good[a : a + _CHUNK]).any()) for a in range(0, len(x), _CHUNK)
    )
