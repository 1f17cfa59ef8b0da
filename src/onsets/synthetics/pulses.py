"""Source time functions: how fast a source releases its moment."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from onsets.errors import ConfigError, nearest
from onsets.synthetics._transform import fourier
from onsets.types import Float32

__all__ = ["PULSES", "convolve", "pulse_spectrum"]

Complex128 = npt.NDArray[np.complex128]
BLOCK = 2048


def _sinc(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(np.sinc(x / np.pi))


def _delay(x: npt.NDArray[np.float64]) -> Complex128:
    return np.asarray(np.exp(-1j * x))


def _cosine(x: npt.NDArray[np.float64]) -> Complex128:
    # sin(x)/x / (1 - (x/pi)^2), written as a sum that is finite at x = pi
    return _delay(x) * (_sinc(x) + 0.5 * (_sinc(x - np.pi) + _sinc(x + np.pi)))


PULSES: dict[str, Callable[[npt.NDArray[np.float64]], Complex128]] = {
    "box": lambda x: _delay(x) * _sinc(x),
    "triangle": lambda x: _delay(x) * _sinc(x / 2) ** 2,
    "trapezoid": lambda x: _delay(x) * _sinc(0.75 * x) * _sinc(0.25 * x),
    "cosine": _cosine,
    "brune": lambda x: (1 / (1 + 0.5j * x) ** 2).astype(np.complex128),
}
"""Name to spectrum as a function of ``x = angular frequency * duration / 2``.

Each begins at 0, has unit area and its centre of mass at half its duration. ``trapezoid`` rises and falls
over a quarter of its duration each; ``cosine`` is ``1 - cos``; ``brune`` is ``wc^2 t exp(-wc t)`` with
``wc = 4 / duration`` (Brune 1970, doi 10.1029/JB075i026p04997), whose tail is longer than its duration."""


def pulse_spectrum(kind: str, duration_s: npt.ArrayLike, frequency_hz: npt.NDArray[np.float64]) -> Complex128:
    """Return spectra of moment rates of unit area that begin at time 0.

    Parameters
    ----------
    kind : str
        One of :data:`PULSES`.
    duration_s : array_like, shape (n,)
        0 for an impulse.
    frequency_hz : ndarray of float64, shape (f,)

    Returns
    -------
    ndarray of complex128, shape (n, f)
        For ``exp(+i omega t)`` in the inverse transform, as numpy's.

    Raises
    ------
    ConfigError
        If the kind is unknown or a duration negative.
    """
    duration = np.atleast_1d(np.asarray(duration_s, np.float64))
    if kind not in PULSES:
        raise ConfigError(f"unknown source time function {kind!r}; {nearest(kind, list(PULSES))}")
    if not (duration >= 0).all():
        raise ConfigError(f"duration of a source is {duration.min():g} s, expected 0 or above")
    return PULSES[kind](np.pi * duration[:, None] * frequency_hz)


def convolve(records: Float32, rate_hz: float, kind: str, duration_s: npt.ArrayLike) -> Float32:
    """Give records of a step of moment the source time function of each source.

    Parameters
    ----------
    records : ndarray of float32, shape (n, components, samples)
    rate_hz : float
    kind : str
        One of :data:`PULSES`.
    duration_s : array_like, shape (n,)
        Shorter than the records.

    Returns
    -------
    ndarray of float32, shape (n, components, samples)
        What a pulse pushes behind the end is cut off, nothing folds back.

    Raises
    ------
    ConfigError
        If the kind is unknown, or a duration negative or longer than the records.
    MissingExtraError
        If SciPy is not installed.
    """
    fft = fourier()
    samples = records.shape[-1]
    duration = np.broadcast_to(np.asarray(duration_s, np.float64), records.shape[:1])
    if len(duration) and duration.max() > samples / rate_hz:
        raise ConfigError(
            f"duration {duration.max():g} s is longer than the records of {samples / rate_hz:g} s"
        )
    length = fft.next_fast_len(2 * samples, real=True)
    frequency = np.fft.rfftfreq(length, 1 / rate_hz)
    made = np.empty_like(records)
    for first in range(0, len(records), BLOCK):
        part = slice(first, first + BLOCK)
        pulse = pulse_spectrum(kind, duration[part], frequency).astype(np.complex64)
        spectrum = fft.rfft(records[part], length, axis=-1)
        spectrum *= pulse[:, None, :]
        made[part] = fft.irfft(spectrum, length, axis=-1)[..., :samples]
    return made
