"""What one station writes down over hours: earthquakes, their coda, the site, noise, and the instrument."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from onsets.earth import LayeredModel
from onsets.errors import ConfigError
from onsets.synthetics.coda import Scattering, add_coda
from onsets.synthetics.crust import velocity_model
from onsets.synthetics.instrument import digitise, instrument_response, record_as
from onsets.synthetics.noise import ground_noise, noise_model_db
from onsets.synthetics.rays import RayOptions, corner_hz, ray_arrivals, ray_records
from onsets.synthetics.seismicity import Sources
from onsets.synthetics.site import apply_spectrum, layer_response
from onsets.synthetics.source import double_couple, moment_n_m, rotate_to_zne
from onsets.types import Float32, Record
from onsets.waveforms import bandpass

__all__ = ["Continuous", "Ground", "Progress", "Site", "record_continuously"]

Float64 = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]
LEAD_S, FADE_S, SNR_S = 2.0, 10.0, 2.0
SNR_BAND_HZ = (2.0, 20.0)
BLOCK = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What all stations and events share.

    Attributes
    ----------
    model : str
        Name or file of the velocity model.
    rate_hz : float
    instrument : str
        One of :data:`onsets.synthetics.INSTRUMENTS`.
    window_s : float
        Length of an event's record, coda included.
    stress_drop_mpa : float
        Median; single ones scatter by a factor of two.
    scattering : Scattering
    rays : RayOptions
    """

    model: str = "crust1"
    rate_hz: float = 100.0
    instrument: str = "broadband"
    window_s: float = 120.0
    stress_drop_mpa: float = 3.0
    scattering: Scattering = field(default_factory=Scattering)
    rays: RayOptions = field(default_factory=RayOptions)

    def __post_init__(self) -> None:
        if not (self.rate_hz > 0 and self.window_s > LEAD_S + FADE_S and self.stress_drop_mpa > 0):
            raise ConfigError(
                f"ground: rate_hz {self.rate_hz}, stress_drop_mpa {self.stress_drop_mpa} expected above 0, "
                f"window_s {self.window_s} above {LEAD_S + FADE_S:g}"
            )
        instrument_response(self.instrument, [1.0])

    @property
    def layers(self) -> LayeredModel:
        """The velocity model."""
        return velocity_model(self.model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a station stands, and on what.

    Attributes
    ----------
    station_id : str
        ``NET.STA.LOC``.
    x_km, y_km : float
        East and north of the middle.
    noise_level : float
        0 is Peterson's low noise model, 1 the high one.
    layer_m, layer_vs_m_s : float
        Thickness and S velocity of the soft layer; 0 m is rock.
    """

    station_id: str = "SY.DAY."
    x_km: float = 0.0
    y_km: float = 0.0
    noise_level: float = 0.4
    layer_m: float = 0.0
    layer_vs_m_s: float = 400.0


@dataclass(frozen=True, slots=True, eq=False)
class Continuous:
    """What a station wrote, and the truth about it.

    Attributes
    ----------
    counts : ndarray of int32, shape (3, samples)
        Z, N, E.
    arrivals_s : ndarray of float64, shape (events, 2)
        P and S, seconds after the first sample, by ray theory.
    snr_db : ndarray of float64, shape (events, 2)
        20 log10 of the RMS of the event alone in the 2 s from the arrival over that of the noise, vertical
        for P, the larger horizontal for S, 2 to 20 Hz (or what of it is recorded).
    """

    counts: npt.NDArray[np.int32]
    arrivals_s: Float64
    snr_db: Float64


def record_continuously(
    sources: Sources,
    site: Site,
    ground: Ground,
    seconds: float,
    rng: np.random.Generator,
    *,
    waveforms: bool = True,
    progress: Progress | None = None,
) -> Continuous:
    """Record all sources at a station, with noise.

    Parameters
    ----------
    sources : Sources
        ``time_s`` counts from the first sample.
    site : Site
    ground : Ground
    seconds : float
        Length.
    rng : Generator
    waveforms : bool
        False gives the arrivals alone, with an empty record and without SNR.
    progress : callable, optional
        Called with events recorded and in all.

    Returns
    -------
    Continuous
        Events whose window leaves the record are cut there.
    """
    rate, model = ground.rate_hz, ground.layers
    east, north = site.x_km - sources.x_km, site.y_km - sources.y_km
    distance, azimuth = np.hypot(east, north), np.degrees(np.arctan2(east, north)) % 360
    arrivals = ray_arrivals(model, sources.depth_km, distance) + sources.time_s[:, None]
    snr = np.full((len(sources), 2), np.nan)
    if not waveforms:
        return Continuous(np.zeros((3, 0), np.int32), arrivals, snr)
    samples = round(seconds * rate)
    response = instrument_response(ground.instrument, np.fft.rfftfreq(samples, 1 / rate))
    day = ground_noise(1, 3, samples, rate, rng, level=site.noise_level, response=response)[0]
    quiet = _noise_rms(site, ground)
    for first in range(0, len(sources), BLOCK):
        part = slice(first, first + BLOCK)
        some = sources.take(part)
        start = np.floor((arrivals[part, 0] - LEAD_S) * rate).astype(np.int64)
        relative = arrivals[part] - start[:, None] / rate
        waves = _windows(some, (distance[part], azimuth[part]), start, relative, (site, ground), rng)
        snr[part] = _snr_db(waves, relative, rate, quiet)
        for row, at in zip(waves, start.tolist(), strict=True):
            a, b = max(0, at), min(samples, at + row.shape[1])
            if a < b:
                day[:, a:b] += row[:, a - at : b - at]
        if progress is not None:
            progress(min(first + BLOCK, len(sources)), len(sources))
    return Continuous(digitise(day), arrivals, snr)


def _windows(
    some: Sources,
    path: tuple[Float64, Float64],
    start: npt.NDArray[np.int64],
    relative: Float64,
    where: tuple[Site, Ground],
    rng: np.random.Generator,
) -> Float32:
    """Return counts of a block of events, Z N E, each from its own start."""
    (distance, azimuth), (site, ground) = path, where
    rate, model = ground.rate_hz, ground.layers
    samples = round(ground.window_s * rate)
    moment = moment_n_m(some.magnitude)
    tensor = moment[:, None] * double_couple(some.strike_deg, some.dip_deg, some.rake_deg)
    drop = 1e6 * ground.stress_drop_mpa * np.exp(rng.normal(0, np.log(2), len(some)))
    speeds = np.array([model.vs_km_s[model.layer_at(z)] for z in some.depth_km.tolist()])
    corner = corner_hz(moment, drop, speeds)
    window = (samples, rate, start / rate - some.time_s)  # each begins at its own time after the origin
    waves = ray_records(model, some.depth_km, distance, azimuth, tensor, corner, window, ground.rays)
    reach = np.hypot(distance, some.depth_km)
    waves = add_coda(waves, rate, relative * rate, reach, rng, ground.scattering)
    waves = rotate_to_zne(waves, azimuth + 180)
    if site.layer_m > 0:
        waves = apply_spectrum(waves, _layer(site, model, samples, rate))
    waves = record_as(waves, rate, ground.instrument)
    fade = min(samples, round(FADE_S * rate))
    waves[..., samples - fade :] *= np.cos(np.linspace(0, np.pi / 2, fade, dtype=np.float32)) ** 2
    return waves


def _layer(site: Site, model: LayeredModel, samples: int, rate: float) -> npt.NDArray[np.complex128]:
    """Return the response of the soft layer for Z (as P, twice as fast as S and more) and N, E (as S)."""
    frequency = np.fft.rfftfreq(2 * samples, 1 / rate)
    slow = site.layer_vs_m_s
    density = 1.9 / float(np.asarray(model.density_g_cm3)[0])
    found = [
        layer_response(frequency, site.layer_m, speed, min(1.0, density * speed / (1000 * rock)))
        for speed, rock in (
            (2.5 * slow, model.vp_km_s[0]),
            (slow, model.vs_km_s[0]),
            (slow, model.vs_km_s[0]),
        )
    ]
    return np.stack(found, axis=1)


def _band(rate: float) -> tuple[float, float]:
    return SNR_BAND_HZ[0], min(SNR_BAND_HZ[1], 0.4 * rate)


def _noise_rms(site: Site, ground: Ground) -> float:
    """Return the RMS of the noise in counts, in the band of the SNR."""
    low, high = _band(ground.rate_hz)
    if high <= low:
        return float("nan")
    frequency = np.linspace(low, high, 400)
    velocity = 10 ** (noise_model_db(1 / frequency, site.noise_level) / 10) / (2 * np.pi * frequency) ** 2
    power = velocity * np.abs(instrument_response(ground.instrument, frequency)) ** 2
    return float(np.sqrt(power.mean() * (high - low)))


def _snr_db(waves: Float32, relative: Float64, rate: float, quiet: float) -> Float64:
    out = np.full((len(waves), 2), np.nan)
    low, high = _band(rate)
    if high <= low:
        return out
    length = round(SNR_S * rate)
    valid = np.ones(waves.shape[1:], dtype=bool)
    for row, wave, onsets in zip(out, waves, relative, strict=True):
        band = bandpass(Record("", "", wave, valid, 0, rate), low, high).data
        for k, rows in enumerate(((0,), (1, 2))):
            at = int(np.ceil(onsets[k] * rate))
            part = band[list(rows), at : at + length]
            if part.shape[1] == length:
                rms = np.sqrt(np.mean(part.astype(np.float64) ** 2, axis=1)).max()
                row[k] = 20 * np.log10(max(rms, 1e-12) / quiet)
    return out
