"""What a Wood-Anderson seismograph would have drawn of a record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["INSTRUMENTS", "wood_anderson"]

Floats = npt.NDArray[np.float64]
_TAPER_SHARE = 0.05

INSTRUMENTS: dict[str, tuple[float, float, float]] = {
    "uhrhammer-collins-1990": (0.8, 0.7, 2080.0),
    "anderson-wood-1925": (0.8, 0.8, 2800.0),
}
"""Name -> free period (s), damping, static magnification: as measured, and as specified by the makers."""


def wood_anderson(
    counts: npt.ArrayLike,
    rate_hz: float,
    response: Callable[[Floats], npt.NDArray[np.complex128]],
    band_hz: tuple[float, float],
    instrument: str = "uhrhammer-collins-1990",
) -> Floats:
    """Simulate the trace of a Wood-Anderson seismograph.

    Parameters
    ----------
    counts : array_like, shape (samples,)
        One component, with quiet before and some time after what matters: the mean goes and 5 % at either
        end is tapered.
    rate_hz : float
    response : callable
        Frequencies (Hz) -> counts per m/s.
    band_hz : tuple of float
        What is kept; outside, the spectrum falls as a cosine to 0 at half the lower and at 1.2 times the
        upper frequency.
    instrument : str
        One of :data:`INSTRUMENTS`.

    Returns
    -------
    ndarray of float64, shape (samples,)
        Deflection on paper, mm.

    Notes
    -----
    Of ground displacement u the seismograph writes V s^2 / (s^2 + 2 h w s + w^2) u.

    References
    ----------
    Anderson, J. A., and Wood, H. O. (1925). Description and theory of the torsion seismometer. BSSA 15,
    1-72. Uhrhammer, R. A., and Collins, E. R. (1990). Synthesis of Wood-Anderson seismograms from
    broadband digital records. BSSA 80, 702-716, doi 10.1785/BSSA0800030702.

    Examples
    --------
    >>> trace = wood_anderson(np.zeros(1000), 100.0, lambda f: np.ones(len(f), complex), (0.5, 40.0))
    >>> float(abs(trace).max())
    0.0
    """
    period_s, damping, magnification = INSTRUMENTS[instrument]
    x = np.asarray(counts, np.float64)
    x = (x - x.mean()) * _taper(len(x))
    length = 2 ** int(np.ceil(np.log2(max(2 * len(x), 2))))
    frequency = np.fft.rfftfreq(length, 1 / rate_hz)
    low, high = band_hz
    keep = _flank(frequency, low / 2, low) * (1 - _flank(frequency, high, 1.2 * high))
    inside = keep > 0
    s = 2j * np.pi * frequency[inside]
    turn = 2 * np.pi / period_s
    drawn = magnification * s / (s**2 + 2 * damping * turn * s + turn**2)  # of velocity
    known: Any = response(frequency[inside])
    spectrum = np.fft.rfft(x, length)
    out = np.zeros(len(frequency), np.complex128)
    usable = known != 0
    factor = np.zeros(len(known), np.complex128)
    factor[usable] = drawn[usable] / known[usable]
    out[inside] = spectrum[inside] * keep[inside] * factor
    return np.asarray(1000.0 * np.fft.irfft(out, length)[: len(x)])


def _taper(samples: int) -> Floats:
    """Return ones that fall as a cosine to 0 at both ends."""
    width = max(int(_TAPER_SHARE * samples), 1)
    rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(width) / width)
    out = np.ones(samples)
    out[:width], out[samples - width :] = rise[:samples], rise[::-1][:samples]
    return out


def _flank(frequency: Floats, begin: float, end: float) -> Floats:
    """Return 0 below ``begin``, 1 above ``end``, a cosine between."""
    share = np.clip((frequency - begin) / max(end - begin, 1e-12), 0, 1)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * share))
