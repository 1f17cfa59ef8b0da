"""Running sums, averages and extremes that never subtract, so that nothing cancels.

A difference of two cumulative sums loses all digits behind a large amplitude. Here a window is
the tail of one block plus the head of the next, and an exponential average is a product of each
block with a small triangular matrix; every term added is one that belongs to the result.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from onsets.errors import ConfigError, WaveformError

__all__ = [
    "Float64",
    "as_samples",
    "check_lengths",
    "chunks",
    "exponential_average",
    "highpass",
    "moving_extreme",
    "moving_sum",
    "unit_scale",
]

Float64 = npt.NDArray[np.float64]

_CHUNK = 1 << 15
_BLOCK = 32


def as_samples(x: npt.ArrayLike) -> Float64:
    """Return one-dimensional float64 samples, or raise WaveformError."""
    samples = np.ascontiguousarray(x, dtype=np.float64)
    if np.ndim(x) != 1:
        raise WaveformError(f"samples have shape {np.shape(x)}, expected one dimension; pass one component")
    return samples


def check_lengths(short: int, long: int) -> None:
    """Raise ConfigError unless 1 <= short <= long."""
    if not 1 <= short <= long:
        raise ConfigError(f"window lengths are {short} and {long} samples, expected 1 <= short <= long")


def chunks(count: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Yield ranges that cover ``count`` values in pieces that stay in the cache."""
    step = max(_CHUNK, 4 * overlap)
    for first in range(0, count, step):
        yield first, min(first + step, count)


def unit_scale(x: Float64) -> float:
    """Return the power of two that brings the largest amplitude near 1 (exact to multiply by)."""
    peak = max(float(x.max()), -float(x.min())) if x.size else 0.0
    return float(np.ldexp(1.0, -max(int(np.frexp(peak)[1]), -1000))) if peak > 0 else 1.0


def moving_sum(x: Float64, length: int) -> Float64:
    """Return the sum of every full window, shape (samples - length + 1,)."""
    count = len(x) - length + 1
    if count <= 0:
        return np.zeros(0)
    rows = np.zeros((-(-len(x) // length) + 1, length))
    rows.reshape(-1)[: len(x)] = x
    head = np.zeros_like(rows)
    np.cumsum(rows[:, :-1], axis=1, out=head[:, 1:])
    tail = np.cumsum(rows[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(tail.reshape(-1)[:count] + head.reshape(-1)[length : length + count])


def moving_extreme(x: Float64, length: int, function: np.ufunc) -> Float64:
    """Return np.minimum or np.maximum over every full window, shape (samples - length + 1,)."""
    if len(x) < length:
        return np.zeros(0)
    reach = 1
    while 2 * reach <= length:
        x, reach = function(x[:-reach], x[reach:]), 2 * reach
    rest = length - reach
    return np.asarray(function(x[: len(x) - rest], x[rest:])) if rest else x


def _decaying_sum(x: Float64, keep: float, state: float) -> Float64:
    """Return ``y[i] = x[i] + keep * y[i - 1]`` with ``y[-1] = state``."""
    n = len(x)
    if n <= 2 * _BLOCK:
        y = np.empty(n)
        for i in range(n):
            state = float(x[i]) + keep * state
            y[i] = state
        return y
    blocks = -(-n // _BLOCK)
    rows = np.zeros((blocks, _BLOCK))
    rows.reshape(-1)[:n] = x
    lag = np.arange(_BLOCK)[None, :] - np.arange(_BLOCK)[:, None]
    rows = rows @ np.where(lag >= 0, keep ** np.maximum(lag, 0), 0.0)
    decay = keep ** np.arange(1, _BLOCK + 1)
    ends = _decaying_sum(rows[:, -1].copy(), float(decay[-1]), state)
    rows += np.concatenate(([state], ends[:-1]))[:, None] * decay
    return np.asarray(rows.reshape(-1)[:n])


def exponential_average(x: Float64, weight: float, state: float = 0.0) -> Float64:
    """Return ``y[i] = weight * x[i] + (1 - weight) * y[i - 1]``.

    Parameters
    ----------
    x : ndarray of float64, shape (samples,)
    weight : float
        Between 0 and 1: one over the length of the average in samples.
    state : float
        ``y`` before the first sample.

    Returns
    -------
    ndarray of float64, shape (samples,)
    """
    y = np.empty(len(x))
    for first, last in chunks(len(x), 0):
        y[first:last] = _decaying_sum(weight * x[first:last], 1.0 - weight, state)
        state = float(y[last - 1])
    return y


def highpass(x: Float64, rate_hz: float, corner_hz: float) -> Float64:
    """Remove what is slower than a corner, causally, so that nothing runs ahead of an onset.

    Two equal one-pole sections in a row, each ``y = x`` minus its exponential average: 12 dB an
    octave below the corner, 6 dB down at it, and no ripple above (flat to 0.7 dB where the corner
    is a hundredth of the rate; ratios do not ask for the gain). The first sample is taken away
    first, so a constant becomes exact zeros.

    Parameters
    ----------
    x : ndarray of float64, shape (samples,)
    rate_hz : float
        Samples a second.
    corner_hz : float
        Corner; 0 takes only the mean away.

    Returns
    -------
    ndarray of float64, shape (samples,)
    """
    if len(x) == 0:
        return x.copy()
    y = x - x[0]
    if corner_hz <= 0:
        return np.asarray(y - y.mean())
    weight = -float(np.expm1(-2 * np.pi * corner_hz / rate_hz))
    settle = max(1, round(rate_hz / corner_hz))
    y -= exponential_average(y, weight, float(y[:settle].mean()))
    y -= exponential_average(y, weight)
    return np.asarray(y)
