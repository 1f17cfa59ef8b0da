"""Ground noise: of a spectrum between Peterson's quietest and loudest places, or as it was recorded."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onsets.errors import ConfigError
from onsets.synthetics._transform import fourier
from onsets.types import Float32

__all__ = ["ground_noise", "noise_model_db", "recorded_noise"]

Float64 = npt.NDArray[np.float64]
Complex128 = npt.NDArray[np.complex128]

# Period from which a segment holds (s), A and B of A + B log10(period): tables 3 and 4 of Peterson (1993).
_LOW = (
    (0.10, -162.36, 5.64), (0.17, -166.7, 0.0), (0.40, -170.0, -8.3), (0.80, -166.4, 28.9),
    (1.24, -168.6, 52.48), (2.40, -159.98, 29.81), (4.30, -141.1, 0.0), (5.00, -71.36, -99.77),
    (6.00, -97.26, -66.49), (10.0, -132.18, -31.57), (12.0, -205.27, 36.16), (15.6, -37.65, -104.33),
    (21.9, -114.37, -47.1), (31.6, -160.58, -16.28), (45.0, -187.5, 0.0), (70.0, -216.47, 15.7),
    (101.0, -185.0, 0.0), (154.0, -168.34, -7.61), (328.0, -217.43, 11.9), (600.0, -258.28, 26.6),
    (10000.0, -346.88, 48.75),
)  # fmt: skip
_HIGH = (
    (0.10, -108.73, -17.23), (0.22, -150.34, -80.5), (0.32, -122.31, -23.87), (0.80, -116.85, 32.51),
    (3.80, -108.48, 18.08), (4.60, -74.66, -32.95), (6.30, 0.66, -127.18), (7.90, -93.37, -22.42),
    (15.4, 73.54, -162.98), (20.0, -151.52, 10.01), (354.8, -206.66, 31.63),
)  # fmt: skip
LONGEST_S = 100_000.0


def noise_model_db(period_s: npt.ArrayLike, level: float = 0.0) -> Float64:
    """Return the power spectral density of ground acceleration, dB re 1 (m/s^2)^2 / Hz.

    Parameters
    ----------
    period_s : array_like
        Periods shorter than 0.1 s are as 0.1 s, longer than 100,000 s as that.
    level : float
        0 is the New Low Noise Model, 1 the New High Noise Model, between them their mean in dB; below 0
        and above 1 go on.

    References
    ----------
    Peterson, J. (1993). Observations and modeling of seismic background noise. USGS Open-File Report
    93-322. doi:10.3133/ofr93322

    Examples
    --------
    >>> noise_model_db([1.0, 5.0, 20.0]).round(1).tolist()
    [-166.4, -141.1, -173.4]
    """
    period = np.clip(np.asarray(period_s, np.float64), 0.1, LONGEST_S)
    low, high = (_segments(period, np.array(table)) for table in (_LOW, _HIGH))
    return np.asarray((1 - level) * low + level * high, np.float64)


def _segments(period: Float64, table: Float64) -> Float64:
    which = np.clip(np.searchsorted(table[:, 0], period, side="right") - 1, 0, None)
    return np.asarray(table[which, 1] + table[which, 2] * np.log10(period), np.float64)


def ground_noise(
    count: int,
    components: int,
    samples: int,
    rate_hz: float,
    rng: np.random.Generator,
    *,
    level: npt.ArrayLike = 0.4,
    quantity: str = "velocity",
    response: Complex128 | None = None,
) -> Float32:
    """Make stationary Gaussian noise with the spectrum of :func:`noise_model_db`.

    Parameters
    ----------
    count, components, samples : int
        Components are independent of each other.
    rate_hz : float
    rng : Generator
    level : array_like, shape (count,) or a number
        Of each record; 0.3 to 0.6 are usual sites.
    quantity : str
        ``acceleration`` (m/s^2), ``velocity`` (m/s) or ``displacement`` (m).
    response : ndarray of complex128, shape (samples // 2 + 1,), optional
        Of an instrument, at ``numpy.fft.rfftfreq(samples, 1 / rate_hz)``: counts come out.

    Returns
    -------
    ndarray of float32, shape (count, components, samples)

    Raises
    ------
    ConfigError
        If the quantity is unknown or the rate not above 0.

    Notes
    -----
    Random Fourier coefficients times the root of the spectrum, so a record joins its own beginning where
    it ends. Periods longer than the record are left out.
    """
    powers = {"acceleration": 0, "velocity": 1, "displacement": 2}
    if quantity not in powers or not rate_hz > 0:
        raise ConfigError(f"noise of {quantity!r} at {rate_hz} Hz, expected {', '.join(powers)} above 0 Hz")
    levels = np.broadcast_to(np.asarray(level, np.float64), (count,))
    out = np.empty((count, components, samples), np.float32)
    period = 1 / np.fft.rfftfreq(samples, 1 / rate_hz)[1:]
    gain = (period / (2 * np.pi)) ** powers[quantity]
    if response is not None:
        gain = gain * np.abs(response[1:])
    fft = fourier()
    for row, own in zip(out, levels.tolist(), strict=True):
        root = 10 ** (noise_model_db(period, own) / 20) * gain * np.sqrt(rate_hz * samples) / 2
        root = np.concatenate([[0.0], root]).astype(np.float32)
        for k in range(components):
            drawn = rng.standard_normal((len(root), 2), np.float32).view(np.complex64)[:, 0]
            drawn *= root
            row[k] = fft.irfft(drawn, samples, overwrite_x=True)
    return out


def recorded_noise(recorded: Float32, count: int, samples: int, rng: np.random.Generator) -> Float32:
    """Make more noise like a recorded stretch: its spectrum and the ties between its components.

    Parameters
    ----------
    recorded : ndarray of float32, shape (components, length)
        Without earthquakes.
    count, samples : int
        Of what is made; may be longer than what was recorded.
    rng : Generator

    Returns
    -------
    ndarray of float32, shape (count, components, samples)

    Raises
    ------
    ConfigError
        If the stretch is shorter than two samples.

    Notes
    -----
    Pieces of the stretch begin anywhere in it, come forwards or backwards with either sign, and follow each
    other with a fade of a quarter of a piece whose squares sum to 1, so that power stays even.
    """
    length = recorded.shape[-1]
    if recorded.ndim != 2 or length < 2:
        raise ConfigError(f"recorded noise has shape {recorded.shape}, expected (components, 2 or more)")
    data = recorded - recorded.mean(axis=1, keepdims=True)
    piece = max(2, min(length // 2, samples))
    fade = max(1, piece // 4)
    ramp = np.sin(np.linspace(0, np.pi / 2, fade, dtype=np.float32))
    window = np.concatenate([ramp, np.ones(piece - 2 * fade, np.float32), ramp[::-1]])
    out = np.zeros((count, len(data), samples + 2 * piece), np.float32)
    for row in out:
        for at in range(0, samples + piece, piece - fade):
            first = int(rng.integers(0, length - piece + 1))
            part = data[:, first : first + piece]
            part = part[:, ::-1] if rng.random() < 0.5 else part
            row[:, at : at + piece] += part * window * rng.choice([-1.0, 1.0])
    return out[..., fade : fade + samples]
