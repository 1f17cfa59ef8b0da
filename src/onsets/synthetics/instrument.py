"""What a seismometer makes of ground velocity: poles and zeros, counts, and the rate of sampling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.errors import ConfigError, nearest
from onsets.synthetics._transform import fourier
from onsets.types import Float32, Record
from onsets.waveforms import resample

__all__ = ["INSTRUMENTS", "Instrument", "at_rate", "digitise", "instrument_response", "record_as"]

Complex128 = npt.NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A response to ground velocity.

    Attributes
    ----------
    channel_prefix : str
        Band and instrument code, such as ``HH``.
    zeros, poles : tuple of complex
        Of the Laplace transform, rad/s.
    sensitivity : float
        Counts per m/s at ``reference_hz``.
    reference_hz : float
    """

    channel_prefix: str
    zeros: tuple[complex, ...]
    poles: tuple[complex, ...]
    sensitivity: float
    reference_hz: float


def _pendulum(corner_hz: float, damping: float) -> tuple[complex, complex]:
    """Return the poles of a mass on a spring."""
    omega = 2 * np.pi * corner_hz
    turn = complex(-damping, np.sqrt(1 - damping**2)) * omega
    return turn, turn.conjugate()


# Ideal forms: what a data sheet says of corner and damping, and a digitiser of 24 bits over 40 V.
INSTRUMENTS: dict[str, Instrument] = {
    # 120 s, damped to 0.707, 1,500 V/(m/s), with an upper corner of 50 Hz: an STS-2 or Trillium in outline.
    "broadband": Instrument(
        "HH", (0j, 0j), (*_pendulum(1 / 120, 0.707), *_pendulum(50.0, 0.707)), 1500.0 * 2**24 / 40, 1.0
    ),
    # 1 Hz, damped to 0.707, 400 V/(m/s): an L-4C or S-13 in outline.
    "short-period": Instrument("EH", (0j, 0j), _pendulum(1.0, 0.707), 400.0 * 2**24 / 40, 10.0),
    # 4.5 Hz, damped to 0.56, 28.8 V/(m/s): a GS-11D in outline.
    "geophone": Instrument("DP", (0j, 0j), _pendulum(4.5, 0.56), 28.8 * 2**24 / 40, 20.0),
}
"""Name -> response."""


def instrument_response(name: str, frequency_hz: npt.ArrayLike) -> Complex128:
    """Return counts per m/s of an instrument at frequencies.

    Parameters
    ----------
    name : str
        One of :data:`INSTRUMENTS`.
    frequency_hz : array_like

    Raises
    ------
    ConfigError
        If the instrument is unknown.

    Examples
    --------
    >>> counts = abs(instrument_response("broadband", [1.0]))[0]
    >>> round(counts / INSTRUMENTS["broadband"].sensitivity, 6)
    1.0
    """
    if name not in INSTRUMENTS:
        raise ConfigError(f"unknown instrument {name!r}; {nearest(name, list(INSTRUMENTS))}")
    own = INSTRUMENTS[name]
    s = 2j * np.pi * np.append(np.asarray(frequency_hz, np.float64), own.reference_hz)
    shape = np.ones_like(s)
    for zero in own.zeros:
        shape *= s - zero
    for pole in own.poles:
        shape /= s - pole
    return np.asarray(shape[:-1] * (own.sensitivity / abs(shape[-1])), np.complex128)


def record_as(velocity: Float32, rate_hz: float, name: str) -> Float32:
    """Return what an instrument makes of ground velocity, counts not yet rounded.

    Parameters
    ----------
    velocity : ndarray of float32, shape (..., samples)
        m/s, quiet at its beginning.
    rate_hz : float
    name : str
        One of :data:`INSTRUMENTS`.

    Returns
    -------
    ndarray of float32, shape (..., samples)

    Raises
    ------
    ConfigError
        If the instrument is unknown.
    """
    fft, samples = fourier(), velocity.shape[-1]
    length = fft.next_fast_len(2 * samples, real=True)
    spectrum = fft.rfft(velocity, length)
    spectrum *= instrument_response(name, np.fft.rfftfreq(length, 1 / rate_hz)).astype(np.complex64)
    return np.asarray(fft.irfft(spectrum, length)[..., :samples], np.float32)


def digitise(counts: Float32, bits: int = 24) -> npt.NDArray[np.int32]:
    """Round to whole counts and clip at what a digitiser of so many bits holds.

    Examples
    --------
    >>> digitise(np.array([0.6, 1e9], np.float32)).tolist()
    [1, 8388607]
    """
    top = 2 ** (bits - 1)
    whole = np.rint(counts)
    return np.asarray(np.clip(whole, -top, top - 1, out=whole), np.int32)


def at_rate(records: Float32, rate_hz: float, wanted_hz: float) -> Float32:
    """Return records at another rate, by the house's one anti-alias filter.

    Parameters
    ----------
    records : ndarray of float32, shape (n, 3, samples)
    rate_hz, wanted_hz : float

    Returns
    -------
    ndarray of float32, shape (n, 3, samples x wanted_hz / rate_hz)
    """
    if rate_hz == wanted_hz:
        return records
    valid = np.ones(records.shape[1:], dtype=bool)
    return np.stack([resample(Record("", "", row, valid, 0, rate_hz), wanted_hz).data for row in records])
