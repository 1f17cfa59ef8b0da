"""Coda: what small scatterers everywhere in the crust send after the direct waves.

Its energy follows the isotropic, multiple scattering of radiative transfer in three dimensions, its wave
field is Gaussian noise with that energy, drawn for each octave and component.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.errors import ConfigError
from onsets.synthetics._transform import fourier
from onsets.types import Float32

__all__ = ["Scattering", "add_coda", "coda_share"]

Float64 = npt.NDArray[np.float64]
BLOCK = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Scattering:
    """A scattering, absorbing crust.

    Attributes
    ----------
    free_path_km : float
        Mean distance between two scatterings of S.
    q0, exponent : float
        Absorption: ``Q = q0 f^exponent`` (f in Hz).
    vp_km_s, vs_km_s : float
    p_share : float
        How much weaker P scatters: its free path is longer by 1 / p_share.
    octaves : tuple of float
        Middles of the bands, Hz; the outer ones go on to 0 and to the Nyquist frequency.
    """

    free_path_km: float = 100.0
    q0: float = 150.0
    exponent: float = 0.8
    vp_km_s: float = 6.0
    vs_km_s: float = 3.5
    p_share: float = 0.3
    octaves: tuple[float, ...] = (0.75, 1.5, 3.0, 6.0, 12.0, 24.0)

    def __post_init__(self) -> None:
        numbers = (self.free_path_km, self.q0, self.vp_km_s, self.vs_km_s, self.p_share, *self.octaves)
        if min(numbers) <= 0 or list(self.octaves) != sorted(set(self.octaves)):
            raise ConfigError("scattering: all numbers are above 0 and the octaves rise")


def coda_share(
    lapse_s: npt.ArrayLike, distance_km: npt.ArrayLike, speed_km_s: float, free_path_km: float
) -> Float64:
    """Return scattered energy a second, relative to the energy of the direct wave where it arrives.

    Parameters
    ----------
    lapse_s : array_like
        Seconds after the origin.
    distance_km : array_like
        From the source; broadcast with the lapse time.
    speed_km_s, free_path_km : float

    Returns
    -------
    ndarray of float64
        1/s, 0 before the direct wave. Absorption, alike for both at one time, is not in it.

    Notes
    -----
    Without scattering a wave has ``exp(-g r) / (4 pi r^2)`` of its energy per area at the distance r. The
    scattered energy density is that of Paasschens (1997), equation 36, which is exact within a few percent::

        (1 - a^2)^(1/8) / (4 pi v t / (3 g))^(3/2) exp(-g v t) G(g v t (1 - a^2)^(3/4)),
        G(x) = exp(x) sqrt(1 + 2.026 / x),  a = r / (v t),  g = 1 / free path

    and arrives with the speed v.

    References
    ----------
    Paasschens, J. C. J. (1997). Solution of the time-dependent Boltzmann equation. Physical Review E 56,
    1135-1141. doi:10.1103/PhysRevE.56.1135
    Sato, H., Fehler, M. C., Maeda, T. (2012). Seismic Wave Propagation and Scattering in the Heterogeneous
    Earth. doi:10.1007/978-3-642-23029-5
    """
    lapse, distance = np.broadcast_arrays(
        np.asarray(lapse_s, np.float64), np.asarray(distance_km, np.float64)
    )
    path, g = speed_km_s * lapse, 1 / free_path_km
    after = path > distance
    path = np.where(after, path, distance + 1.0)
    rest = 1 - (distance / path) ** 2
    x = np.maximum(g * path * rest**0.75, 1e-12)
    density = (
        rest**0.125 / (4 * np.pi * path / (3 * g)) ** 1.5 * np.exp(x - g * path) * np.sqrt(1 + 2.026 / x)
    )
    direct = np.exp(-g * distance) / (4 * np.pi * distance**2)
    return np.where(after, speed_km_s * density / direct, 0.0)


def add_coda(
    records: Float32,
    rate_hz: float,
    arrivals: npt.ArrayLike,
    distance_km: npt.ArrayLike,
    rng: np.random.Generator,
    scattering: Scattering | None = None,
) -> Float32:
    """Add the coda of P and of S to records of direct waves.

    Parameters
    ----------
    records : ndarray of float32, shape (n, components, samples)
        Ground velocity of the direct waves, without noise.
    rate_hz : float
    arrivals : array_like, shape (n, 2)
        P and S, samples.
    distance_km : array_like, shape (n,)
        From the source, along the ray.
    rng : Generator
    scattering : Scattering, optional

    Returns
    -------
    ndarray of float32, shape (n, components, samples)
        Nothing is added before an arrival.

    Notes
    -----
    The energy of P is that between P and S, of S that from S on, in each octave and summed over
    components; the coda takes it in even parts, as a wave that comes from everywhere does. What scattering
    takes from the direct waves is not taken off: records are as seen, scattering included.
    """
    own = Scattering() if scattering is None else scattering
    samples = records.shape[-1]
    onset = np.asarray(arrivals, np.float64)
    distance = np.broadcast_to(np.asarray(distance_km, np.float64), records.shape[:1])
    if onset.shape != (len(records), 2):
        raise ConfigError(f"arrivals have shape {onset.shape}, expected ({len(records)}, 2)")
    bands = _bands(samples, rate_hz, own.octaves)
    out = np.array(records, np.float32)
    speeds = ((own.vp_km_s, own.free_path_km / own.p_share), (own.vs_km_s, own.free_path_km))
    at = np.arange(samples)
    for first in range(0, len(records), BLOCK):
        part = slice(first, first + BLOCK)
        for k, (speed, path) in enumerate(speeds):
            start = onset[part, k, None]
            # the record's own arrival counts as r / v, so that layers do not open a gap before the coda
            lapse = (at + 0.5 - start) / rate_hz + distance[part, None] / speed
            share = coda_share(lapse, distance[part, None], speed, path) / rate_hz  # a sample
            share = np.where(at >= start, share, 0.0)
            stop = onset[part, 1, None] if k == 0 else np.full((len(start), 1), samples)
            direct = np.where(((at >= start) & (at < stop))[:, None], records[part], np.float32(0))
            _add(out[part], direct, share, (at - start) / rate_hz, bands, own, rng)
    return out


def _bands(length: int, rate_hz: float, octaves: tuple[float, ...]) -> dict[float, npt.NDArray[np.float32]]:
    """Return a window over frequencies for each octave below the Nyquist frequency; squares sum to 1."""
    middles = [f for f in octaves if f < rate_hz / 2] or [octaves[0]]
    place = np.log2(np.maximum(np.fft.rfftfreq(length, 1 / rate_hz), 1e-6))
    centres = np.log2(middles)
    place = np.clip(place, centres[0], centres[-1])
    width = np.diff(centres).min() if len(centres) > 1 else 1.0
    away = np.minimum(np.abs(place - centres[:, None]) / width, 1.0)
    root = np.cos(np.pi / 2 * away)
    root[away == 1] = 0.0
    root /= np.sqrt((root**2).sum(axis=0))
    return {f: window.astype(np.float32) for f, window in zip(middles, root, strict=True)}


def _add(
    out: Float32,
    direct: Float32,
    share: Float64,
    since_s: Float64,
    bands: dict[float, npt.NDArray[np.float32]],
    own: Scattering,
    rng: np.random.Generator,
) -> None:
    """Add the coda of one phase, octave by octave, in place."""
    fft, (count, components, samples) = fourier(), out.shape
    spectrum = np.abs(fft.rfft(direct))
    for middle, window in bands.items():
        power = (spectrum * window) ** 2
        energy = (2 * power.sum(axis=(1, 2)) - power[..., 0].sum(axis=1)) / samples  # Parseval, one-sided
        absorbed = np.exp(-2 * np.pi * middle ** (1 - own.exponent) / own.q0 * np.maximum(since_s, 0.0))
        level = np.sqrt(energy[:, None] * share * absorbed / components).astype(np.float32)
        some = np.flatnonzero(window)
        field = np.zeros((count, components, len(window)), np.complex64)
        drawn = rng.standard_normal((count, components, 2 * len(some)), np.float32).view(np.complex64)
        field[..., some[0] : some[-1] + 1] = drawn * window[some]
        noise = fft.irfft(field, samples, overwrite_x=True)
        noise *= level[:, None] * np.float32(samples / (2 * np.sqrt(np.sum(window.astype(np.float64) ** 2))))
        out += noise
