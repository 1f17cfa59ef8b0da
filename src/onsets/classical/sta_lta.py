"""Short-term over long-term average of the energy: the ratio that triggers most networks.

The classic, recursive and delayed forms follow Withers et al. (1998), "A comparison of select
trigger algorithms for automated global seismic phase and event detection", BSSA 88(1), 95-106;
the recursive form goes back to Evans and Allen (1983). Each agrees with the function of the same
name in ``obspy.signal.trigger`` to 1e-6, start-up included, save where that one gives NaN, raises
or leaves the start unmuted (said below). Amplitudes are scaled by an exact power of two first, so
neither 1e-150 nor 1e150 over- or underflows, and no sum is a difference of larger ones.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onsets.classical._running import (
    Float64,
    as_samples,
    check_lengths,
    chunks,
    exponential_average,
    moving_sum,
    unit_scale,
)

__all__ = ["classic_sta_lta", "delayed_sta_lta", "recursive_sta_lta"]


def _ratio(above: Float64, below: Float64) -> Float64:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def _windowed(samples: Float64, short: int, long: int, delay: int) -> Float64:
    """Return the ratio of window averages; the long one ends ``delay`` samples before the short."""
    out = np.zeros(len(samples))
    scale, full = unit_scale(samples), long + delay - 1
    for first, last in chunks(len(samples) - full, full):
        energy = np.square(samples[first : last + full] * scale)
        sta = moving_sum(energy[full + 1 - short :], short) / short
        lta = moving_sum(energy[: len(energy) - delay], long) / long
        out[first + full : last + full] = _ratio(sta, lta)
    return out


def classic_sta_lta(x: npt.ArrayLike, short: int, long: int) -> Float64:
    """Return the ratio of two trailing window averages of the energy.

    Both windows end at the sample itself. The first ``long - 1`` values are 0 (the long window is
    not filled yet), and so is every value of an input shorter than ``long`` and wherever the long
    window holds only zeros.

    Parameters
    ----------
    x : array_like, shape (samples,)
        Demeaned amplitudes.
    short, long : int
        Window lengths, samples.

    Returns
    -------
    ndarray of float64, shape (samples,)

    Raises
    ------
    ConfigError
        Unless 1 <= short <= long.
    WaveformError
        If ``x`` has not one dimension.

    Notes
    -----
    ``r[i] = mean(x[i-short+1..i]^2) / mean(x[i-long+1..i]^2)``.

    Examples
    --------
    >>> classic_sta_lta([1, 1, 1, 1, 3, 3], 2, 4)
    array([0.        , 0.        , 0.        , 1.        , 1.66666667,
           1.8       ])
    """
    check_lengths(short, long)
    return _windowed(as_samples(x), short, long, 0)


def recursive_sta_lta(x: npt.ArrayLike, short: int, long: int) -> Float64:
    """Return the ratio of two exponential averages of the energy.

    Both averages start from zero **after** the first sample, whose energy is never used, and the
    first ``long`` values of the ratio are muted to 0. The long average is then still filling
    (63 % at the first value given), which lifts the ratio for about another ``long`` samples.
    An input of ``long`` samples or fewer gives zeros (ObsPy's compiled form leaves those unmuted),
    and so does a stretch where the long average is zero.

    Parameters
    ----------
    x : array_like, shape (samples,)
        Demeaned amplitudes.
    short, long : int
        Time constants, samples.

    Returns
    -------
    ndarray of float64, shape (samples,)

    Raises
    ------
    ConfigError
        Unless 1 <= short <= long.
    WaveformError
        If ``x`` has not one dimension.

    Notes
    -----
    ``sta[i] = x[i]^2 / short + (1 - 1 / short) sta[i-1]``, ``lta`` likewise with ``long``; blocks
    of samples are multiplied with a triangular matrix of the decaying weights, and the block ends
    are chained the same way, so no loop runs over samples.

    Examples
    --------
    >>> recursive_sta_lta([0, 1, 1, 1, 3], 1, 3)
    array([0.        , 0.        , 0.        , 1.42105263, 2.59430605])
    """
    check_lengths(short, long)
    samples = as_samples(x)
    out = np.zeros(len(samples))
    scale, sta, lta = unit_scale(samples), 0.0, 0.0
    for first, last in chunks(len(samples) - 1, 0):
        energy = np.square(samples[first + 1 : last + 1] * scale)
        above = exponential_average(energy, 1.0 / short, sta)
        below = exponential_average(energy, 1.0 / long, lta)
        out[first + 1 : last + 1] = _ratio(above, below)
        sta, lta = float(above[-1]), float(below[-1])
    out[:long] = 0.0
    return out


def delayed_sta_lta(x: npt.ArrayLike, short: int, long: int, *, windowed: bool = False) -> Float64:
    """Return the ratio of a short average to a long one that ended before the short one began.

    Parameters
    ----------
    x : array_like, shape (samples,)
        Demeaned amplitudes.
    short, long : int
        Window lengths, samples.
    windowed : bool
        True: averages over windows, as Withers et al. (1998) define them; this is what a picker
        wants. False: the running totals that ObsPy's function of this name computes, which adds
        the energy leaving each window where the definition subtracts it. Totals only grow, so
        that ratio tends to ``long / short`` whatever the signal does.

    Returns
    -------
    ndarray of float64, shape (samples,)
        0 for the first ``long + short + 50`` samples, for an input no longer than that, and where
        the long average is zero.

    Raises
    ------
    ConfigError
        Unless 1 <= short <= long.
    WaveformError
        If ``x`` has not one dimension.

    Notes
    -----
    Windowed: ``mean(x[i-short+1..i]^2) / mean(x[i-short-long..i-short-1]^2)``. Running totals:
    ``sta[i] = sum over j <= i of (x[j]^2 + x[j-short]^2) / short`` and ``lta[i]`` the same of
    ``x[j-short-1]`` and ``x[j-short-long-1]`` over ``long``, negative indices counting from the
    end of the array.

    Examples
    --------
    >>> delayed_sta_lta([1.0] * 60 + [3.0], 2, 4, windowed=True)[54:]
    array([0., 0., 1., 1., 1., 1., 5.])
    """
    check_lengths(short, long)
    samples = as_samples(x)
    mute = long + short + 50
    if windowed or len(samples) <= mute:
        out = _windowed(samples, short, long, short + 1)
    else:
        energy = np.square(samples * unit_scale(samples))
        sta = np.cumsum(energy + np.roll(energy, short)) / short
        lta = np.cumsum(np.roll(energy, short + 1) + np.roll(energy, short + long + 1)) / long
        out = _ratio(sta, lta)
    out[:mute] = 0.0
    return out
