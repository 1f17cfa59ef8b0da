"""What lies under a station: a soft layer that rings, and slow rock that amplifies."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onsets.earth import LayeredModel
from onsets.errors import ConfigError
from onsets.synthetics._transform import fourier
from onsets.types import Float32

__all__ = ["apply_spectrum", "causal_log", "layer_response", "minimum_phase", "quarter_wavelength"]

Float64 = npt.NDArray[np.float64]
Complex128 = npt.NDArray[np.complex128]


def layer_response(
    frequency_hz: npt.ArrayLike,
    thickness_m: npt.ArrayLike,
    speed_m_s: npt.ArrayLike,
    impedance_ratio: npt.ArrayLike,
    quality: npt.ArrayLike = 25.0,
) -> Complex128:
    """Return how a soft layer over rock changes a wave that comes straight up.

    Parameters
    ----------
    frequency_hz : array_like, shape (f,)
    thickness_m, speed_m_s : array_like, shape (n,) or numbers
        Of the layer, for the wave in question: S for horizontal components, P for the vertical.
    impedance_ratio : array_like, shape (n,) or a number
        Density times speed of the layer over that of the rock, 0 to 1.
    quality : array_like, shape (n,) or a number
        Of the layer.

    Returns
    -------
    ndarray of complex128, shape (n, f)
        Relative to rock at the surface; the first arrival stays where it is.

    Raises
    ------
    ConfigError
        If a number is not above 0 or the ratio not up to 1.

    Notes
    -----
    ``1 / (cos kH + i a sin kH)`` (Kramer 1996, Geotechnical Earthquake Engineering, equation 7.23) without
    the way up, ``exp(-i kH)``: ``2 / (1 + a) / (1 + r exp(-2 i kH))`` with ``r = (1 - a) / (1 + a)``. Each
    way down and up loses ``exp(-2 pi f H / (v Q))``. Resonances lie at ``(2 m + 1) v / (4 H)`` and are at
    most ``1 / a`` high.

    Examples
    --------
    >>> abs(layer_response([2.5], 20.0, 200.0, 0.25, np.inf)).round(3).tolist()
    [[4.0]]
    """
    thickness, speed, ratio, q = (
        np.atleast_1d(np.asarray(value, np.float64))[:, None]
        for value in (thickness_m, speed_m_s, impedance_ratio, quality)
    )
    if min(thickness.min(), speed.min(), q.min(), ratio.min()) <= 0 or ratio.max() > 1:
        raise ConfigError("thickness, speed, impedance ratio and quality are above 0, the ratio up to 1")
    frequency = np.asarray(frequency_hz, np.float64)
    turn = 2 * np.pi * frequency * 2 * thickness / speed
    echo = (1 - ratio) / (1 + ratio) * np.exp(-1j * turn - turn / (2 * q))
    return np.asarray(2 / (1 + ratio) / (1 + echo), np.complex128)


def quarter_wavelength(model: LayeredModel, frequency_hz: npt.ArrayLike, wave: str = "S") -> Float64:
    """Return the amplification of a slow top by the quarter-wavelength rule.

    Parameters
    ----------
    model : LayeredModel
        Its half-space is the reference.
    frequency_hz : array_like, shape (f,)
        Above 0.
    wave : str
        ``P`` or ``S``.

    Returns
    -------
    ndarray of float64, shape (f,)
        ``sqrt(Z_reference / Z(f))``, Z(f) the impedance averaged by travel time down to a quarter of the
        wavelength.

    References
    ----------
    Boore, D. M. (2003). Simulation of ground motion using the stochastic method. Pure and Applied
    Geophysics 160, 635-676. doi:10.1007/PL00012553
    """
    speed = model.vs_km_s if wave == "S" else model.vp_km_s
    density, thickness = np.asarray(model.density_g_cm3), np.diff(model.depth_km)
    ends = np.concatenate([[0.0], np.cumsum(thickness / speed[:-1])])
    mass = np.concatenate([[0.0], np.cumsum(thickness * density[:-1])])
    quarter = 0.25 / np.asarray(frequency_hz, np.float64)
    depth = np.concatenate([[0.0], np.cumsum(thickness)])
    below = np.maximum(quarter - ends[-1], 0.0) * speed[-1]
    reach = np.interp(quarter, ends, depth) + below
    weight = np.interp(np.minimum(reach, depth[-1]), depth, mass) + below * density[-1]
    impedance = (weight / reach) * (reach / quarter)
    return np.asarray(np.sqrt(speed[-1] * density[-1] / impedance), np.float64)


def minimum_phase(gain: npt.ArrayLike) -> Complex128:
    """Return the causal spectrum of a gain, so that nothing arrives before the first arrival.

    Parameters
    ----------
    gain : array_like, shape (..., f)
        Above 0, at evenly spaced frequencies from 0 to the Nyquist frequency.

    Notes
    -----
    The phase is minus the Hilbert transform of the logarithm, by the folded cepstrum.
    """
    return np.asarray(np.exp(causal_log(np.log(np.asarray(gain, np.float64)))), np.complex128)


def causal_log(log_gain: Float64) -> Complex128:
    """Return the logarithm of the causal spectrum of a gain, which is linear in that of the gain.

    Parameters
    ----------
    log_gain : ndarray of float64, shape (..., f)
        At evenly spaced frequencies from 0 to the Nyquist frequency.
    """
    length = 2 * (log_gain.shape[-1] - 1)
    cepstrum = np.fft.irfft(log_gain, length)
    fold = np.concatenate([[1.0], np.full(length // 2 - 1, 2.0), [1.0], np.zeros(length // 2 - 1)])
    return np.asarray(np.fft.rfft(cepstrum * fold), np.complex128)


def apply_spectrum(records: Float32, spectrum: Complex128) -> Float32:
    """Filter records by a spectrum given at the frequencies of twice their length.

    Parameters
    ----------
    records : ndarray of float32, shape (n, components, samples)
    spectrum : ndarray of complex128, shape (n or 1, components or 1, samples + 1)
        At ``numpy.fft.rfftfreq(2 * samples, 1 / rate_hz)``.

    Returns
    -------
    ndarray of float32, shape (n, components, samples)
    """
    samples = records.shape[-1]
    if spectrum.shape[-1] != samples + 1:
        raise ConfigError(f"spectrum has {spectrum.shape[-1]} frequencies, expected {samples + 1}")
    fft = fourier()
    filtered = fft.rfft(records, 2 * samples)
    filtered = fft.irfft(filtered * spectrum.astype(filtered.dtype), 2 * samples, overwrite_x=True)
    return np.asarray(filtered[..., :samples], np.float32)
