"""Kurtosis in a sliding window: it leaps when the first strong samples join quiet ones.

Saragiotis, Hadjileontiadis and Panas (2002), "PAI-S/K: a robust automatic seismic P phase arrival
identification scheme", IEEE TGRS 40(6), 1395-1404; the use of its rises alone follows Baillard et
al. (2014), "An automatic kurtosis-based P- and S-phase picker designed for local seismic networks",
BSSA 104(1), 394-409.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onsets.classical._running import Float64, as_samples, chunks, unit_scale
from onsets.errors import ConfigError

__all__ = ["kurtosis", "kurtosis_onset"]


def kurtosis(x: npt.ArrayLike, window: int, rise: int = 1) -> tuple[Float64, Float64]:
    """Return the excess kurtosis of every trailing window and how much it has just risen.

    Parameters
    ----------
    x : array_like, shape (samples,)
        Amplitudes.
    window : int
        Window length, samples, at least 4.
    rise : int
        Samples over which a rise is measured.

    Returns
    -------
    values : ndarray of float64, shape (samples,)
        Kurtosis of ``x[i - window + 1 .. i]`` (0 for Gaussian noise, as Fisher defines it, with the
        biased moments); 0 for the first ``window - 1`` samples, for an input shorter than the
        window, and where the window is constant.
    rises : ndarray of float64, shape (samples,)
        ``max(0, values[i] - values[i - rise])``: the positive part of the gradient smoothed over
        ``rise`` samples; 0 for the first ``window + rise - 1`` samples.

    Raises
    ------
    ConfigError
        If the window is shorter than 4 samples or rise below 1.
    WaveformError
        If ``x`` has not one dimension.

    Notes
    -----
    The samples are cut in blocks as long as the window. A window is the tail of one block and the
    head of the next; the powers of both are summed about the last sample of the first block, which
    lies in every such window. No sum holds a sample that is not in the window, so the moments lose
    no digits to an offset or to a stronger event nearby.

    Examples
    --------
    >>> kurtosis([0, 1, 0, -1, 0, 1, 0, 9], 4)[0].round(2)
    array([ 0. ,  0. ,  0. , -1. , -1. , -1. , -1. , -0.7])
    """
    samples = as_samples(x)
    if window < 4 or rise < 1:
        raise ConfigError(f"window is {window} and rise {rise} samples, expected at least 4 and 1")
    values = np.zeros(len(samples))
    scale = unit_scale(samples)
    for first, last in chunks(len(samples) - window + 1, window):
        piece = samples[first : last + window - 1] * scale
        values[first + window - 1 : last + window - 1] = _windows(piece, window)
    rises = np.zeros(len(samples))
    if len(samples) >= window + rise:
        risen = rises[window + rise - 1 :]
        np.subtract(values[window + rise - 1 :], values[window - 1 : len(values) - rise], out=risen)
        np.maximum(risen, 0.0, out=risen)
    return values, rises


def _windows(x: Float64, window: int) -> Float64:
    """Return the kurtosis of every full window, shape (samples - window + 1,)."""
    count = len(x) - window + 1
    blocks = -(-count // window)
    rows = np.zeros((blocks + 1, window))
    rows.reshape(-1)[: len(x)] = x
    centre = rows[:-1, -1:]
    tail, head = rows[:-1] - centre, rows[1:] - centre
    tail_power, head_power = tail.copy(), head.copy()
    moments = []
    for power in range(4):
        if power:
            tail_power *= tail
            head_power *= head
        sums = np.cumsum(tail_power[:, ::-1], axis=1)[:, ::-1].copy()
        sums[:, 1:] += np.cumsum(head_power[:, :-1], axis=1)
        moments.append(sums.reshape(-1)[:count] / window)
    m1, m2, m3, m4 = moments
    square = np.square(m1)
    variance = m2 - square
    fourth = m4 - 4 * m1 * m3 + 3 * square * (2 * m2 - square)
    known = (variance > 1e-12 * m2) & (variance > 1e-150)
    ratio = np.divide(fourth, np.square(variance), out=np.full(count, 3.0), where=known)
    return np.asarray(ratio - 3.0)


def kurtosis_onset(x: npt.ArrayLike, window: int) -> int:
    """Return where the kurtosis starts its longest climb.

    Parameters
    ----------
    x : array_like, shape (samples,)
        Amplitudes of a window that holds some noise and one onset.
    window : int
        Length of the sliding window, samples, at least 4.

    Returns
    -------
    int
        Sample index, at least ``window``; the middle of the input when it is shorter than
        ``window + 2`` samples or its kurtosis never rises.

    Raises
    ------
    ConfigError
        If the window is shorter than 4 samples.
    WaveformError
        If ``x`` has not one dimension.

    Notes
    -----
    The rises alone are summed up and the line through both ends of that sum is taken away; the
    onset follows the lowest point (functions F2 and F3 of Baillard et al. 2014).

    Examples
    --------
    >>> quiet = np.cos(np.arange(150.0) ** 1.5)
    >>> kurtosis_onset(np.concatenate((quiet, 9 * quiet[:50])), 80)
    150
    """
    values, rises = kurtosis(x, window)
    if len(values) < window + 2 or not rises.any():
        return len(values) // 2
    climb = np.cumsum(rises[window - 1 :])
    climb -= np.linspace(climb[0], climb[-1], len(climb))
    return window + int(np.argmin(climb))
