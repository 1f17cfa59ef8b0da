"""The delay between two waveforms by cross-correlation, to a fraction of a sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["delay"]

Floats = npt.NDArray[np.float64]


def delay(first: npt.NDArray[Any], second: npt.NDArray[Any], largest: int) -> tuple[float, float]:
    """Return by how many samples the first waveform lies behind the second, and how alike they are.

    Parameters
    ----------
    first, second : ndarray, shape (samples,)
        Windows of equal length around the picks; their mean is taken off. The second is a template of
        which ``largest`` samples at each end are left out.
    largest : int
        Largest delay looked for, samples; more than twice as long windows are needed.

    Returns
    -------
    samples : float
        Positive when the first comes later. NaN when the largest coefficient lies at the end of the
        span, or a window holds nothing.
    coefficient : float
        Normalised cross-correlation at the delay, -1 to 1, between the samples by the parabola.

    Raises
    ------
    ValueError
        If the windows differ in length or are too short.

    Notes
    -----
    The coefficient is normalised at each lag by the energy of the part compared. Between the samples a
    parabola through the largest coefficient and its neighbours gives the delay; its bias, at most a few
    hundredths of a sample for band-limited records, vanishes for equal sampling errors of both ends.

    Examples
    --------
    >>> wave = np.exp(-((np.arange(100) - 50) ** 2) / 20.0)
    >>> samples, coefficient = delay(np.roll(wave, 3), wave, 10)
    >>> round(samples, 6), round(coefficient, 6)
    (3.0, 1.0)
    """
    if first.shape != second.shape or len(first) <= 2 * largest + 4:
        raise ValueError(f"windows of {len(first)} and {len(second)} samples for delays to {largest}")
    whole, template = first - first.mean(), second[largest : len(second) - largest].astype(np.float64)
    template = template - template.mean()
    length = len(template)
    sums = np.concatenate([[0.0], np.cumsum(whole)])
    squares = np.concatenate([[0.0], np.cumsum(whole.astype(np.float64) ** 2)])
    mean = (sums[length:] - sums[:-length]) / length
    energy = np.maximum(squares[length:] - squares[:-length] - length * mean**2, 0.0)
    norm = np.sqrt(energy * float(template @ template))
    if not (norm > 0).all():
        return float("nan"), 0.0
    ratio = np.correlate(whole, template, mode="valid") / norm
    best = int(np.argmax(ratio))
    if best in (0, len(ratio) - 1):
        return float("nan"), float(ratio[best])
    left, middle, right = (float(value) for value in ratio[best - 1 : best + 2])
    bend = left - 2 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    return best + shift - largest, min(middle - 0.25 * (left - right) * shift, 1.0)
