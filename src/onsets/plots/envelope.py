"""Millions of samples as a line of some thousand points that looks the same."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["MOST_SAMPLES", "gap_runs", "min_max"]

MOST_SAMPLES = 4000
"""Samples up to which every one is drawn."""


def min_max(
    values: npt.NDArray[np.float32], valid: npt.NDArray[np.bool_] | None = None, bins: int = 2000
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float32]]:
    """Return a line through the lowest and highest value of each of many equal bins.

    Peaks of one sample survive, unlike with every n-th sample. Up to :data:`MOST_SAMPLES` samples
    are returned as they are.

    Parameters
    ----------
    values : ndarray of float32, shape (samples,)
        Any unit.
    valid : ndarray of bool, shape (samples,), optional
        Samples outside it are left out; a bin without any is NaN, which breaks the line.
    bins : int
        Number of bins; about one a pixel.

    Returns
    -------
    index : ndarray of float64, shape (points,)
        Where each point lies, in samples.
    line : ndarray of float32, shape (points,)
        NaN in gaps. ``points`` is ``samples``, or ``2 * bins`` with the lowest before the highest.
    """
    kept = values if valid is None else np.where(valid, values, np.float32(np.nan))
    if len(kept) <= MOST_SAMPLES:
        return np.arange(len(kept), dtype=np.float64), np.asarray(kept, dtype=np.float32)
    edges = np.linspace(0, len(kept), bins + 1).astype(np.int64)
    line = np.empty(2 * bins, dtype=np.float32)
    line[0::2] = np.fmin.reduceat(kept, edges[:-1])
    line[1::2] = np.fmax.reduceat(kept, edges[:-1])
    return np.repeat((edges[:-1] + edges[1:] - 1) / 2, 2), line


def gap_runs(valid: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return the runs without data.

    Parameters
    ----------
    valid : ndarray of bool, shape (samples,)
        False where there is no data.

    Returns
    -------
    ndarray of int64, shape (gaps, 2)
        First sample and number of samples of each.

    Examples
    --------
    >>> gap_runs(np.array([False, True, True, False, False])).tolist()
    [[0, 1], [3, 2]]
    """
    steps = np.diff(np.concatenate([[True], valid, [True]]).astype(np.int8))
    first, behind = np.flatnonzero(steps == -1), np.flatnonzero(steps == 1)
    return np.column_stack([first, behind - first])
