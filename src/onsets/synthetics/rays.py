"""Direct P and S of many sources by ray theory: quick records up to high frequencies.

Where :mod:`onsets.synthetics.wavenumber` gives the complete response of layers, this gives the waves that a
picker looks for, at any rate and in microseconds: the first arrivals of both phases and, behind a head
wave, the direct wave; radiation, distance, source spectrum and absorption as they should be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.earth import LayeredModel, travel_times
from onsets.errors import ConfigError
from onsets.synthetics.pulses import pulse_spectrum
from onsets.synthetics.site import causal_log
from onsets.types import Float32

__all__ = ["RayOptions", "corner_hz", "ray_arrivals", "ray_records"]

Float64 = npt.NDArray[np.float64]
Complex128 = npt.NDArray[np.complex128]
BLOCK = 32
FADE_FROM = 0.8
"""Share of the Nyquist frequency from which spectra fall to 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RayOptions:
    """What rays lose on their way.

    Attributes
    ----------
    q0, exponent : float
        ``Q = q0 f^exponent`` of S; of P it is twice as high.
    kappa_s : float
        Loss under the station, ``exp(-pi kappa f)``.
    head_wave : float
        Amplitude of a head wave over that of a direct wave at its distance.
    nearest_km : float
        Amplitudes do not grow within this distance.
    """

    q0: float = 150.0
    exponent: float = 0.8
    kappa_s: float = 0.02
    head_wave: float = 0.2
    nearest_km: float = 1.0

    def __post_init__(self) -> None:
        if not (self.q0 > 0 and self.kappa_s >= 0 and self.head_wave >= 0 and self.nearest_km > 0):
            raise ConfigError("rays: q0 and nearest_km are above 0, kappa_s and head_wave 0 or above")


def corner_hz(moment_n_m: npt.ArrayLike, stress_drop_pa: npt.ArrayLike, vs_km_s: npt.ArrayLike) -> Float64:
    """Return corner frequencies of Brune's source.

    Notes
    -----
    ``0.49 vs (stress drop / M0)^(1/3)``: Brune (1970), doi:10.1029/JB075i026p04997, with the correction of
    1971.

    Examples
    --------
    >>> float(corner_hz(1e15, 3e6, 3.5).round(2))
    2.47
    """
    ratio = np.asarray(stress_drop_pa, np.float64) / np.asarray(moment_n_m, np.float64)
    return np.asarray(490.0 * np.asarray(vs_km_s, np.float64) * np.cbrt(ratio), np.float64)


def ray_arrivals(model: LayeredModel, depth_km: npt.ArrayLike, distance_km: npt.ArrayLike) -> Float64:
    """Return the times of the first P and S, shape (n, 2), s after the origin, at the model's datum."""
    found = [travel_times(model, phase, distance_km, depth_km).time_s for phase in "PS"]
    return np.stack([np.atleast_1d(time) for time in found], axis=1)


def ray_records(
    model: LayeredModel,
    depth_km: npt.ArrayLike,
    distance_km: npt.ArrayLike,
    azimuth_deg: npt.ArrayLike,
    tensor: Float64,
    source_corner_hz: npt.ArrayLike,
    window: tuple[int, float, npt.ArrayLike],
    options: RayOptions | None = None,
) -> Float32:
    """Make ground velocity at the surface.

    Parameters
    ----------
    model : LayeredModel
    depth_km, distance_km, azimuth_deg : array_like, shape (n,)
        Azimuth of the receiver seen from the source.
    tensor : ndarray of float64, shape (n, 6)
        N m, in the order of :data:`onsets.synthetics.TENSOR`.
    source_corner_hz : array_like, shape (n,)
    window : (int, float, array_like of shape (n,) or a number)
        Samples, rate (Hz), and time of sample 0 after the origin (s).
    options : RayOptions, optional

    Returns
    -------
    ndarray of float32, shape (n, 3, samples)
        Z up, R away from the source, T clockwise seen from above; m/s. Nothing before the first arrival but
        what the highest frequencies ring.

    Notes
    -----
    Far-field displacement of a point source (Aki and Richards 2002, equations 4.29): ``R s(t - T) / (4 pi rho
    v^3 r)``, twice that at the free surface, R the radiation pattern along the ray, rho and v those at the
    source, r the straight distance. Absorption is made causal by minimum phase, so that arrivals stay at
    their ray times. Reflections, conversions and surface waves are not there. A receiver lies at the datum.
    """
    own = RayOptions() if options is None else options
    samples, rate_hz, start_s = window
    columns = (depth_km, distance_km, azimuth_deg, source_corner_hz, start_s)
    depth, distance, azimuth, corner, start = (
        np.broadcast_to(np.asarray(column, np.float64), (len(tensor),)) for column in columns
    )
    frequency = np.fft.rfftfreq(2 * samples, 1 / rate_hz)
    loss = _causal_losses(frequency, own)
    out = np.zeros((len(tensor), 3, samples), np.float32)
    for first in range(0, len(tensor), BLOCK):
        part = slice(first, first + BLOCK)
        place = depth[part], distance[part], azimuth[part]
        spectrum = np.zeros((len(place[0]), 3, samples + 1), np.complex128)
        pulse = pulse_spectrum("brune", 4 / (2 * np.pi * corner[part]), frequency) * _fade(frequency, rate_hz)
        for kind in ("P", "S", "Pg", "Sg"):
            _add_phase(spectrum, kind, model, place, tensor[part], (frequency, start[part], loss), own)
        spectrum *= (pulse * (2j * np.pi * rate_hz * frequency))[:, None]
        out[part] = np.fft.irfft(spectrum, 2 * samples)[..., :samples]
    return out


def _causal_losses(frequency: Float64, own: RayOptions) -> tuple[Complex128, Complex128]:
    """Return the logarithms of what the station's ground takes, and of what a second of S does."""
    power = np.maximum(frequency, 1e-3) ** (1 - own.exponent)
    return causal_log(-np.pi * own.kappa_s * frequency), causal_log(-np.pi * power / own.q0)


def _fade(frequency: Float64, rate_hz: float) -> Float64:
    share = np.clip((frequency / (rate_hz / 2) - FADE_FROM) / (1 - FADE_FROM), 0, 1)
    return np.asarray(np.cos(np.pi / 2 * share) ** 2, np.float64)


def _add_phase(
    spectrum: Complex128,
    kind: str,
    model: LayeredModel,
    place: tuple[Float64, Float64, Float64],
    tensor: Float64,
    axis: tuple[Float64, Float64, tuple[Complex128, Complex128]],
    own: RayOptions,
) -> None:
    """Add one phase in place; the direct one only where the first is a head wave."""
    frequency, start_s, (ground, second) = axis
    rows = np.arange(len(tensor))
    if len(kind) == 2:  # after its head wave
        rows = np.flatnonzero(travel_times(model, kind[0], place[1], place[0]).branch != 0)
        if not len(rows):
            return
    (depth, distance, azimuth), tensor, start_s = (each[rows] for each in place), tensor[rows], start_s[rows]
    ray = travel_times(model, kind, distance, depth)
    scale = np.where(ray.branch != 0, own.head_wave, 1.0)
    speeds, share = (model.vp_km_s, 0.5) if kind[0] == "P" else (model.vs_km_s, 1.0)
    layer = np.array([model.layer_at(z) for z in depth.tolist()])
    density, speed = np.asarray(model.density_g_cm3)[layer] * 1e3, speeds[layer] * 1e3
    reach = np.maximum(np.hypot(depth, distance), own.nearest_km) * 1e3
    pattern = _surface_motion(kind[0], tensor, azimuth, ray.takeoff_deg, ray.distance_slope_s_km * speeds[0])
    size = scale * 2 / (4 * np.pi * density * speed**3 * reach)
    after = ray.time_s - start_s
    inside = (after >= 0) & (after < (len(frequency) - 1) / (2 * frequency[-1]))
    along = np.multiply.outer(share * ray.time_s, second)
    along += ground
    along.imag -= np.multiply.outer(after, 2 * np.pi * frequency)
    along = np.exp(along, out=along) * (size * inside)[:, None]
    for row in range(3):
        spectrum[rows, row] += pattern[:, row, None] * along


def _surface_motion(
    phase: str, tensor: Float64, azimuth_deg: Float64, takeoff_deg: Float64, sine: Float64
) -> Float64:
    """Return Z, R, T of a phase's radiation, N m, as it comes up under an angle of this sine."""
    nn, ee, dd, ne, nd, ed = tensor.T
    moment = np.array([[nn, ne, nd], [ne, ee, ed], [nd, ed, dd]])
    theta, phi = np.radians(takeoff_deg), np.radians(azimuth_deg)
    ray = np.array([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])
    steep = np.array([np.cos(theta) * np.cos(phi), np.cos(theta) * np.sin(phi), -np.sin(theta)])
    flat = np.array([-np.sin(phi), np.cos(phi), np.zeros_like(phi)])
    force = np.einsum("ijn,jn->in", moment, ray)
    sine = np.clip(sine, 0.0, 1.0)
    cosine = np.sqrt(1 - sine**2)
    if phase == "P":
        size = (ray * force).sum(axis=0)
        return np.stack([cosine * size, sine * size, np.zeros_like(size)], axis=1)
    sv, sh = (steep * force).sum(axis=0), (flat * force).sum(axis=0)
    return np.stack([sine * sv, -cosine * sv, sh], axis=1)
