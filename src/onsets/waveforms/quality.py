"""What is wrong with samples that were recorded: clipped, dead."""

from __future__ import annotations

import itertools

import numpy as np

from onsets.types import Float32, Mask
from onsets.waveforms.resample import true_runs

__all__ = ["clipped_samples", "dead_components"]

FLAT = 3
"""Equal samples in a row that make a flat top."""
LEAST = 10
"""Samples at the extreme that make a component clipped."""


def clipped_samples(data: Float32, valid: Mask) -> Mask:
    """Mark flat tops at a component's extreme.

    A digitiser or sensor at its limit repeats its largest value. Marked are runs of at least three
    equal samples within 0.1 % of the largest absolute deviation from the median, where the
    component has ten or more such samples and its largest deviation is at least ten times the
    median one (quiet records of few counts repeat values, too, and are not clipped).

    Parameters
    ----------
    data : ndarray of float32, shape (components, samples)
    valid : ndarray of bool, shape (components, samples)

    Returns
    -------
    ndarray of bool, shape (components, samples)
    """
    marked = np.zeros(data.shape, dtype=bool)
    for row, (x, good) in enumerate(zip(data, valid, strict=True)):
        if good.sum() < LEAST:
            continue
        swing = np.abs(x - np.median(x[good]))
        swing[~good] = 0
        peak = float(swing.max())
        if peak == 0 or peak < 10 * float(np.median(swing[good])):
            continue
        top = swing >= 0.999 * peak
        level = np.concatenate([[True], (x[1:] == x[:-1]) & top[1:] & top[:-1]])
        for a, b in true_runs(top):
            starts = a + np.flatnonzero(~level[a:b])
            edges = np.unique(np.concatenate([[a], starts, [b]]))
            for first, last in itertools.pairwise(edges):
                if last - first >= FLAT:
                    marked[row, first:last] = True
        if marked[row].sum() < LEAST:
            marked[row] = False
    return marked


def dead_components(data: Float32, valid: Mask, rate_hz: float) -> Mask:
    """Say which components never change although more than a second was recorded.

    Parameters
    ----------
    data : ndarray, shape (components, samples)
    valid : ndarray of bool, shape (components, samples)
    rate_hz : float

    Returns
    -------
    ndarray of bool, shape (components,)
    """
    dead = np.zeros(len(data), dtype=bool)
    for row, (x, good) in enumerate(zip(data, valid, strict=True)):
        recorded = x[good]
        dead[row] = len(recorded) > max(1.0, rate_hz) and bool((recorded == recorded[0]).all())
    return dead
