"""How long an event shakes a station: the lapse time of its coda."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["coda_duration"]

_SMOOTH_S, _LATE_S = 2.0, 1.0


def coda_duration(trace: npt.ArrayLike, rate_hz: float, begin: int, above: float = 2.0) -> float:
    """Return how long the amplitude stays above the noise, s.

    Parameters
    ----------
    trace : array_like, shape (samples,)
        Filtered, one component, in any unit.
    rate_hz : float
    begin : int
        Sample of the P onset; what is before is noise, but for the last second: picks may be late, and
        filters ring.
    above : float
        The coda ends where the root mean square over 2 s falls below this many times that of the noise.

    Returns
    -------
    float
        NaN where the event does not stand out of the noise, or the coda does not end within the trace.

    Notes
    -----
    The papers had the end read by eye, at 1 cm on a screen or where the coda sinks into the noise; ours is
    the latter, so that it depends on how noisy a station is.
    """
    x = np.asarray(trace, np.float64)
    width = max(int(_SMOOTH_S * rate_hz), 1)
    before = begin - round(_LATE_S * rate_hz)
    if before < width or len(x) < begin + 2 * width:
        return float("nan")
    noise = float(np.mean(x[:before] ** 2))
    power = np.convolve(x[begin:] ** 2, np.ones(width) / width, mode="valid")
    loud = power > noise * above**2
    if noise <= 0 or not loud.any():
        return float("nan")
    last = int(np.argmax(power))
    quiet = np.flatnonzero(~loud[last:])
    return float("nan") if not len(quiet) else (last + int(quiet[0]) + width / 2) / rate_hz
