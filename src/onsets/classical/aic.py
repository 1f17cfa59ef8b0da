"""Onsets as the split of a window that two stationary pieces explain best.

``aic`` takes each piece as white noise of its own variance: Maeda (1985), "A method for reading
and checking phase times in auto-processing system of seismic wave data", Zisin 38, 365-379.
``ar_aic_onset`` takes each piece as an autoregressive process, so it also sees a change of
frequency: Sleeman and van Eck (1999), "Robust automatic P-phase picking: an on-line implementation
in the analysis of broadband seismogram recordings", PEPI 113, 265-275.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onsets.classical._running import Float64, as_samples, unit_scale
from onsets.errors import ConfigError

__all__ = ["aic", "aic_onset", "ar_aic_onset"]

_FLOOR = 1e-300  # variance of a piece that does not move at all; keeps its logarithm finite


def aic(x: npt.ArrayLike) -> Float64:
    """Return Akaike's information criterion of every split of a window in two.

    Value ``i`` belongs to the split after sample ``i``. The first sample alone has no variance and
    its term is left out; the last value repeats the one before. Fewer than 3 samples give zeros.

    Parameters
    ----------
    x : array_like, shape (samples,)
        Amplitudes of a window that holds some noise and one onset.

    Returns
    -------
    ndarray of float64, shape (samples,)
        Finite always: the variance of a constant piece counts as 1e-300 of the squared amplitude
        (ObsPy's ``aic_simple``, which this agrees with to 1e-6 otherwise, gives -inf or NaN).

    Raises
    ------
    WaveformError
        If ``x`` has not one dimension.

    Notes
    -----
    ``AIC(k) = k log var(x[:k]) + (N - k - 1) log var(x[k:])`` with ``k = i + 1``. The running
    variances are taken about the first and the last sample, which lie in every piece they belong
    to, so an offset costs no digits.

    Examples
    --------
    >>> int(np.argmin(aic([0.1, -0.1, 0.1, -0.1, 0.1, 3, -3, 3, -3, 3])))
    4
    """
    samples = as_samples(x)
    n = len(samples)
    if n <= 2:
        return np.zeros(n)
    scale = unit_scale(samples)
    before = _growing_variance(samples * scale)[:-1]
    after = _growing_variance(samples[::-1] * scale)[::-1][1:]
    k = np.arange(1, n)
    logs = np.log(before) - 2 * np.log(scale)
    logs[0] = 0.0
    criterion = k * logs + (n - k - 1) * (np.log(after) - 2 * np.log(scale))
    return np.concatenate((criterion, criterion[-1:]))


def _growing_variance(x: Float64) -> Float64:
    """Return the variance of ``x[:1], x[:2], ...``, at least the floor."""
    moved = x - x[0]
    count = np.arange(1, len(x) + 1)
    variance = np.cumsum(moved**2) / count - (np.cumsum(moved) / count) ** 2
    return np.asarray(np.maximum(variance, _FLOOR))


def aic_onset(x: npt.ArrayLike, guard: int | None = None) -> int:
    """Return the first sample of the second piece at the smallest criterion.

    Parameters
    ----------
    x : array_like, shape (samples,)
        Amplitudes of a window that holds some noise and one onset.
    guard : int, optional
        Samples at either end where no onset is looked for (the criterion of a very short piece is
        erratic); a twentieth of the window, at least 2, when not given.

    Returns
    -------
    int
        Sample index; the middle of the window when it is constant or shorter than two guards.

    Raises
    ------
    ConfigError
        If the guard is negative.
    WaveformError
        If ``x`` has not one dimension.

    Examples
    --------
    >>> aic_onset([0.1, -0.1, 0.1, -0.1, 0.1, 3, -3, 3, -3, 3])
    5
    """
    samples = as_samples(x)
    criterion = aic(samples) if (samples != samples[:1]).any() else np.zeros(0)
    return _smallest(criterion, len(samples), guard) + 1


def _smallest(criterion: Float64, n: int, guard: int | None) -> int:
    """Return where the criterion of n samples is smallest outside the guards.

    Without a criterion, or when the guards meet, it is the sample before the middle.
    """
    guard = max(2, n // 20) if guard is None else guard
    if guard < 0:
        raise ConfigError(f"guard is {guard} samples, expected 0 or more")
    if len(criterion) == 0 or n - 2 * guard < 1:
        return n // 2 - 1
    return guard + int(np.argmin(criterion[guard : n - guard]))


def ar_aic_onset(
    x: npt.ArrayLike,
    order: int = 4,
    noise: int | None = None,
    signal: int | None = None,
    guard: int | None = None,
) -> int:
    """Return the onset that best parts two autoregressive processes.

    Parameters
    ----------
    x : array_like, shape (samples,)
        Amplitudes of a window that starts with noise and ends with the phase.
    order : int
        Coefficients of each process.
    noise, signal : int, optional
        Samples at the start and at the end of the window from which the two processes are fitted;
        a quarter of the window each when not given.
    guard : int, optional
        Samples at either end where no onset is looked for; a twentieth of the window, at least 2.

    Returns
    -------
    int
        Sample index; the middle of the window when it is constant or shorter than
        ``6 * (order + 1)`` samples.

    Raises
    ------
    ConfigError
        If order is below 1, the guard negative, or a fitting length not between ``2 * order + 2``
        and the window.
    WaveformError
        If ``x`` has not one dimension.

    Notes
    -----
    ``AIC(k) = (k - M) log s1(k) + (N - k) log s2(k)`` with ``s1`` the mean squared prediction error
    of the noise process over samples M to k and ``s2`` that of the signal process from k on. As in
    the paper both predict forward; the coefficients come from least squares (covariance method)
    rather than from Burg's recursion.

    Examples
    --------
    >>> t = np.arange(200)
    >>> ar_aic_onset(np.cos(2.1 * t**1.5) + np.where(t >= 120, 5 * np.sin(0.3 * t), 0.0), order=2)
    120
    """
    samples = as_samples(x)
    n = len(samples)
    if order < 1:
        raise ConfigError(f"order is {order}, expected 1 or more")
    if n < 6 * (order + 1) or (samples == samples[0]).all():
        return _smallest(np.zeros(0), n, guard) + 1
    lengths = [max(2 * order + 2, n // 4) if length is None else length for length in (noise, signal)]
    for name, length in zip(("noise", "signal"), lengths, strict=True):
        if not 2 * order + 2 <= length <= n:
            raise ConfigError(f"{name} is {length} samples, expected {2 * order + 2} to {n}")
    samples = (samples - samples[0]) * unit_scale(samples)
    samples -= samples.mean()
    first = _prediction_errors(samples, samples[: lengths[0]], order) ** 2
    second = _prediction_errors(samples, samples[n - lengths[1] :], order) ** 2
    count = np.arange(1, n - order)
    before = np.maximum(np.cumsum(first)[:-1] / count, _FLOOR)
    after = np.maximum(np.cumsum(second[::-1])[::-1][1:] / count[::-1], _FLOOR)
    criterion = np.full(n, np.inf)
    criterion[order : n - 1] = count * np.log(before) + count[::-1] * np.log(after)
    criterion[:order], criterion[-1] = criterion[order], criterion[-2]
    return _smallest(criterion, n, guard) + 1


def _prediction_errors(x: Float64, part: Float64, order: int) -> Float64:
    """Return how far each sample from ``order`` on lies from what a process fitted to a part says."""
    past = np.lib.stride_tricks.sliding_window_view(part[:-1], order)
    coefficients = np.linalg.lstsq(past, part[order:], rcond=None)[0]
    return np.asarray(x[order:] - np.lib.stride_tricks.sliding_window_view(x[:-1], order) @ coefficients)
