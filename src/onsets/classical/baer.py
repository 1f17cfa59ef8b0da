"""The phase picker of Baer and Kradolfer: how far the envelope to the fourth power leaves its past.

Baer and Kradolfer (1987), "An automatic phase picker for local and teleseismic events", BSSA 77(4),
1437-1445. What is theirs: the approximate squared envelope from a sample and its difference, its
square as the function watched, standardised by the mean and deviation of its past, which stop
learning above a second threshold, and a pick that must last, short breaks forgiven. What is ours:
see the notes of :func:`baer_curve`; all of it serves records of a day, where the paper has windows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onsets.classical._running import (
    Float64,
    as_samples,
    chunks,
    exponential_average,
    moving_extreme,
    unit_scale,
)
from onsets.errors import ConfigError

__all__ = ["baer_curve", "baer_onset", "sustained"]

_HIGHEST = 1e15
_CHUNK = 1 << 15


def baer_curve(
    x: npt.ArrayLike,
    rate_hz: float,
    preset_s: float = 2.0,
    memory_s: float = 30.0,
    second_threshold: float = 20.0,
    update_s: float = 1.0,
    counted_as: float | None = None,
) -> Float64:
    """Return the characteristic function of Baer and Kradolfer.

    Parameters
    ----------
    x : array_like, shape (samples,)
        High-passed or at least demeaned amplitudes.
    rate_hz : float
        Samples a second.
    preset_s : float
        Seconds at the start from which the first statistics come.
    memory_s : float
        Seconds the statistics reach back once they have seen as much.
    second_threshold : float
        Value above which a sample does not count in full for the statistics (S2; 20 in the paper).
    update_s : float
        Seconds between updates of the statistics.
    counted_as : float, optional
        Deviations that such a sample counts for; the second threshold when not given, so that the
        coda of an event soon counts as noise. Less learns less of an event, as the paper wants for
        a window.

    Returns
    -------
    ndarray of float64, shape (samples,)
        Deviations from the mean; 0 during the preset (rounded up to whole updates), for an input
        no longer than it, and while the past is exactly zero; never above 1e15.

    Raises
    ------
    ConfigError
        If a length or the threshold is not above 0.
    WaveformError
        If ``x`` has not one dimension.

    Notes
    -----
    ``e2[i] = x[i]^2 + C (x[i] - x[i-1])^2``, ``SF = e2^2``, ``CF = (SF - mean(SF)) / sigma(SF)``.
    Deviations from the paper: mean and sigma are updated every ``update_s``, not at each sample;
    they forget (exponentially, after ``memory_s``) instead of reaching back to the start, so a day
    can be run in one; a sample above S2 counts as a weaker one rather than not at all, so that a
    lasting rise of the noise is learnt in the end; and C is the geometric mean of the energy ratios
    of the past updates, where the paper has the ratio of the summed energies, so one event does not
    set it.

    Examples
    --------
    >>> quiet = np.cos(np.arange(400.0) ** 1.5)
    >>> curve = baer_curve(np.concatenate((quiet, 5 * quiet[:100])), 100.0)
    >>> bool(curve[:400].max() < 5 < 100 < curve[400:].max())
    True
    """
    samples = as_samples(x)
    counted_as = second_threshold if counted_as is None else counted_as
    options = {
        "rate_hz": rate_hz,
        "preset_s": preset_s,
        "memory_s": memory_s,
        "second_threshold": second_threshold,
        "update_s": update_s,
        "counted_as": counted_as,
    }
    for name, value in options.items():
        if not value > 0:
            raise ConfigError(f"{name} is {value}, expected above 0")
    step = max(1, round(update_s * rate_hz))
    preset = max(1, -(-round(preset_s * rate_hz) // step))
    out = np.zeros(len(samples))
    blocks = -(-len(samples) // step)
    if blocks <= preset:
        return out
    padded = np.zeros(blocks * step)
    padded[: len(samples)] = samples * unit_scale(samples)
    rows = padded.reshape(blocks, step)
    memory = max(1.0, memory_s * rate_hz / step)
    watched = _watched(rows, preset, memory)
    _standardise(watched, preset, memory, second_threshold, counted_as)
    out[preset * step :] = watched.reshape(-1)[preset * step : len(samples)]
    return out


def _watched(rows: Float64, preset: int, memory: float) -> Float64:
    """Return the fourth power of the envelope; the difference is weighed by what the past says."""
    squares = np.empty_like(rows), np.empty_like(rows)
    flat, slope = rows.reshape(-1), squares[1].reshape(-1)
    slope[0] = 0.0
    for first, last in chunks(len(flat) - 1, 0):
        np.subtract(flat[first + 1 : last + 1], flat[first:last], out=slope[first + 1 : last + 1])
    sums = []
    for values, square in zip((rows, squares[1]), squares, strict=True):
        np.square(values, out=square)
        sums.append(square.sum(axis=1))
    known = (sums[0] > 0) & (sums[1] > 0)
    ratio = np.log(np.divide(sums[0], sums[1], out=np.ones(len(rows)), where=known))
    weight = exponential_average(known.astype(np.float64), 1.0 / memory)
    past = exponential_average(ratio, 1.0 / memory)
    past = np.divide(past, weight, out=np.zeros(len(rows)), where=weight > 1e-9)
    factor = np.exp(np.concatenate((np.full(preset, past[preset - 1]), past[preset - 1 : -1])))
    per_chunk = max(1, _CHUNK // rows.shape[1])
    for k in range(0, len(rows), per_chunk):
        part = squares[0][k : k + per_chunk]
        part += squares[1][k : k + per_chunk] * factor[k : k + per_chunk, None]
        np.square(part, out=part)
    return squares[0]


def _standardise(
    watched: Float64, preset: int, memory: float, second_threshold: float, counted_as: float
) -> None:
    """Replace each row after the preset by its deviations from the statistics before it."""
    step = watched.shape[1]
    sums, squares = watched.sum(axis=1), np.einsum("ij,ij->i", watched, watched)
    highest = watched.max(axis=1).tolist()
    row_means, row_squares = (sums / step).tolist(), (squares / step).tolist()
    mean, square = float(sums[:preset].mean()) / step, float(squares[:preset].mean()) / step
    means, sigmas = np.zeros(len(watched)), np.zeros(len(watched))
    for k in range(preset, len(watched)):
        sigma = max(square - mean * mean, 0.0) ** 0.5
        means[k], sigmas[k] = mean, sigma
        limit = mean + second_threshold * sigma
        weight = 1.0 / min(k + 1.0, memory)
        if highest[k] > limit and sigma > 0:
            tame = np.where(watched[k] > limit, mean + counted_as * sigma, watched[k])
            mean += weight * (float(tame.sum()) / step - mean)
            square += weight * (float(tame @ tame) / step - square)
        else:
            mean += weight * (row_means[k] - mean)
            square += weight * (row_squares[k] - square)
    scale = np.divide(1.0, sigmas, out=np.zeros_like(sigmas), where=sigmas > 0)
    watched -= means[:, None]
    watched *= scale[:, None]
    np.minimum(watched, _HIGHEST, out=watched)


def sustained(curve: Float64, up: int, down: int) -> Float64:
    """Return the highest level that the curve holds for ``up`` samples from each sample on.

    Breaks of fewer than ``down`` samples are bridged first, so crossing a threshold here is being
    accepted as a pick there. The last ``up - 1`` values are 0.

    Parameters
    ----------
    curve : ndarray of float64, shape (samples,)
    up, down : int
        Samples, at least 1.

    Returns
    -------
    ndarray of float64, shape (samples,)
    """
    out = np.zeros(len(curve))
    if len(curve) < up:
        return out
    low = np.full(down - 1, curve.min())
    padded, reach = np.concatenate((low, curve, low)), up + down - 1
    for first, last in chunks(len(curve) - up + 1, reach):
        bridged = moving_extreme(padded[first : last + reach + down - 2], down, np.maximum)
        out[first:last] = moving_extreme(bridged, reach, np.minimum)
    return out


def baer_onset(
    x: npt.ArrayLike,
    rate_hz: float,
    threshold: float = 10.0,
    up_s: float = 0.3,
    down_s: float = 0.1,
    preset_s: float = 2.0,
) -> int | None:
    """Return the first sample from which the Baer-Kradolfer curve stays above its threshold.

    Parameters
    ----------
    x : array_like, shape (samples,)
        High-passed or at least demeaned amplitudes.
    rate_hz : float
        Samples a second.
    threshold : float
        S1 of the paper; the statistics stop learning at twice that.
    up_s : float
        Seconds the curve must stay above the threshold.
    down_s : float
        Seconds it may drop below in between.
    preset_s : float
        Seconds of noise at the start, see :func:`baer_curve`.

    Returns
    -------
    int or None
        Sample index, or None where nothing lasts.

    Raises
    ------
    ConfigError
        If a length, the rate or the threshold is not above 0.
    WaveformError
        If ``x`` has not one dimension.

    Examples
    --------
    >>> quiet = np.cos(np.arange(400.0) ** 1.5)
    >>> baer_onset(np.concatenate((quiet, 9 * quiet[:100])), 100.0)
    400
    """
    for name, value in {"threshold": threshold, "up_s": up_s, "down_s": down_s}.items():
        if not value > 0:
            raise ConfigError(f"{name} is {value}, expected above 0")
    curve = baer_curve(
        x, rate_hz, preset_s, second_threshold=2 * threshold, update_s=min(0.1, preset_s), counted_as=3.0
    )
    up, down = max(1, round(up_s * rate_hz)), max(1, round(down_s * rate_hz))
    above = np.flatnonzero(sustained(curve, up, down) >= threshold)
    return int(above[0]) if len(above) else None
