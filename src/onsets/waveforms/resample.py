"""Band-limited interpolation: the one filter behind rate changes and sub-sample shifts."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from onsets.errors import WaveformError
from onsets.types import Float32, Mask, Record

__all__ = ["Resampling", "interpolate", "reach_samples", "resample", "resampling", "true_runs"]

CUTOFF = 0.455
"""Corner (-6 dB) as a share of the lower of the two rates; the Nyquist frequency is 0.5."""
HALF_WIDTH = 31.0
"""Length of the filter on each side, in samples of the lower of the two rates."""
BETA = 8.6
"""Shape of the Kaiser window: side lobes below -85 dB."""
SAME_RATE = 1e-6
"""Rates that differ by less than this share are equal."""
MOST_PHASES = 256
DEGREE = 8
_CHUNK = 1 << 17  # values computed at once
_LARGE = 1e30  # beyond it sums in single precision might overflow
_MOST_SAMPLES = 1 << 31
_NEAR = Fraction(1, 10**6)  # of a sample: rounding


def _kernel(distance: npt.NDArray[np.float64], cutoff: float) -> npt.NDArray[np.float64]:
    """Kaiser-windowed sinc at distances in input samples; cutoff in cycles an input sample."""
    inside = np.sqrt(np.maximum(0.0, 1 - (distance * cutoff / (HALF_WIDTH * CUTOFF)) ** 2))
    window = np.where(inside > 0, np.i0(BETA * inside) / np.i0(BETA), 0.0)
    return np.asarray(2 * cutoff * np.sinc(2 * cutoff * distance) * window)


def _reach(cutoff: float) -> int:
    """Input samples that the filter needs on each side of a place."""
    return math.ceil(HALF_WIDTH * CUTOFF / cutoff)


def reach_samples(step: float) -> int:
    """Return how many input samples on each side a value at a rate ``step`` times lower depends on."""
    return _reach(CUTOFF * min(1.0, 1.0 / step)) + math.ceil(max(1.0, step)) + 1


@lru_cache(maxsize=16)
def _phases(ratio: Fraction, offset: float, cutoff: float) -> Float32:
    """Matrix, shape (2 inputs, values): what a block of values takes from two blocks of input.

    Value k stands ``reach + offset + k * ratio`` samples after the first; a block of input is as
    long as the filter, or longer.
    """
    reach = _reach(cutoff)
    blocks = -(-(2 * reach + 2) // ratio.numerator)
    places = reach + offset + np.arange(blocks * ratio.denominator) * float(ratio)
    matrix = _kernel(np.arange(2 * blocks * ratio.numerator)[:, None] - places, cutoff)
    return np.asarray(matrix / matrix.sum(axis=0), dtype=np.float32)


@lru_cache(maxsize=4)
def _powers(cutoff: float) -> Float32:
    """Matrix, shape (2 inputs, inputs * (DEGREE + 1)): the filter as a polynomial in the place.

    Column ``i * (DEGREE + 1) + m`` gives the factor of ``(fraction - 0.5) ** m`` for values between
    samples i + reach and i + reach + 1.
    """
    reach = _reach(cutoff)
    taps = np.arange(2 * reach + 2)
    nodes = 0.5 * np.cos(np.pi * (np.arange(4 * DEGREE) + 0.5) / (4 * DEGREE))
    filters = _kernel(taps - reach - 0.5 - nodes[:, None], cutoff)
    filters /= filters.sum(axis=1, keepdims=True)
    factors = np.linalg.lstsq(np.vander(nodes, DEGREE + 1, increasing=True), filters, rcond=None)[0]
    matrix = np.zeros((2 * len(taps), len(taps), DEGREE + 1), dtype=np.float32)
    for i in range(len(taps)):
        matrix[i : i + len(taps), i] = factors.T
    return matrix.reshape(2 * len(taps), -1)


def _product(x: Float32, matrix: Float32) -> Float32:
    """Multiply every two neighbouring blocks of input by a matrix; shape (blocks - 1, columns)."""
    inputs = len(matrix) // 2
    blocks = x.reshape(-1, inputs)
    out = blocks[:-1] @ matrix[:inputs]
    out += blocks[1:] @ matrix[inputs:]
    return np.asarray(out)


def interpolate(
    x: npt.ArrayLike, start: float, step: Fraction | float, count: int, cutoff: float | None = None
) -> Float32:
    """Return the band-limited signal behind samples at other places.

    Parameters
    ----------
    x : array_like, shape (n,)
        Finite samples; continued at both ends by their odd reflection.
    start : float
        Place of the first value, in samples of ``x``.
    step : Fraction or float
        Samples of ``x`` between values: above 1 lowers the rate.
    count : int
        Number of values.
    cutoff : float, optional
        Corner (-6 dB) in cycles a sample of ``x``; 0.455 of the lower rate when not given.

    Returns
    -------
    ndarray of float32, shape (count,)

    Notes
    -----
    Zero-phase sinc under a Kaiser window of 31 samples of the lower rate r on each side: gain 1
    within 1e-3 from 0 to 0.41 r, 0.5 at 0.455 r, below -80 dB from 0.50 r on, its Nyquist frequency,
    so that nothing folds back. No delay; a constant stays what it was. Steps of at most 256 phases
    are products with one matrix; others expand the filter in powers of the fractional place, after
    keeping every n-th value where they are above 2.
    """
    signal = np.asarray(x, dtype=np.float32)
    if count <= 0 or len(signal) == 0:
        return np.zeros(max(count, 0), dtype=np.float32)
    ratio = Fraction(step).limit_denominator(MOST_PHASES)
    exact = abs(float(ratio) - float(step)) * count < 1e-4
    cutoff = cutoff or CUTOFF * min(1.0, 1.0 / float(step))
    if not exact and step >= 2:
        whole = math.floor(step)
        margin = _reach(CUTOFF * whole / step) + 1
        between = math.ceil(count * step / whole) + 2 * margin
        fewer = interpolate(signal, start - margin * whole, whole, between, cutoff)
        return interpolate(fewer, margin, step / whole, count)
    peak = float(np.abs(signal[[signal.argmax(), signal.argmin()]]).max())
    scale = peak if peak > _LARGE else 1.0
    out = np.empty(count, dtype=np.float32)
    chunk = max(1, _CHUNK // ratio.denominator) * ratio.denominator
    for a in range(0, count, chunk):
        b = min(count, a + chunk)
        place = start + (float(a * ratio) if exact else a * float(step))
        some = _by_phase if exact else _by_powers
        out[a:b] = some(signal, scale, place, ratio if exact else step, b - a, cutoff)
    out += np.float32(float(signal[0]) / scale)
    if scale != 1:
        limit = np.float32(0.999999 * float(np.finfo(np.float32).max) / scale)
        np.multiply(np.clip(out, -limit, limit), np.float32(scale), out=out)
    return out


def _by_phase(
    x: Float32, scale: float, place: float, ratio: Fraction | float, count: int, cutoff: float
) -> Float32:
    """Values at a step with few phases, less the first sample."""
    first = math.floor(place)
    matrix = _phases(Fraction(ratio), place - first, cutoff)
    blocks = -(-count // matrix.shape[1])
    some = _continued(x, first - _reach(cutoff), (blocks + 1) * len(matrix) // 2, scale)
    return _product(some, matrix).reshape(-1)[:count]


def _by_powers(
    x: Float32, scale: float, place: float, step: Fraction | float, count: int, cutoff: float
) -> Float32:
    """Values at any step, less the first sample."""
    first, reach = math.floor(place), _reach(cutoff)
    places = place - first + float(step) * np.arange(count)
    index = np.floor(places).astype(np.int64)
    matrix = _powers(cutoff)
    blocks = int(index[-1]) // (len(matrix) // 2) + 1
    some = _continued(x, first - reach, (blocks + 1) * len(matrix) // 2, scale)
    factors = _product(some, matrix).reshape(-1, DEGREE + 1)[index]
    fraction = (places - index - 0.5).astype(np.float32)
    out: Float32 = factors[:, DEGREE].copy()
    for m in reversed(range(DEGREE)):
        out *= fraction
        out += factors[:, m]
    return out


def _continued(x: Float32, first: int, length: int, scale: float) -> Float32:
    """Return ``length`` samples from ``first`` on, less ``x[0]``, beyond the ends by odd reflection."""
    out = np.empty(length, dtype=np.float32)
    n, base = len(x), np.float32(float(x[0]) / scale)
    a = min(max(0, -first), length)
    b = max(a, min(length, n - first))
    np.subtract(
        x[first + a : first + b] / scale if scale != 1 else x[first + a : first + b], base, out=out[a:b]
    )
    left = np.minimum(-np.arange(first, first + a), n - 1)
    out[:a] = base - x[left] / scale
    right = np.maximum(2 * (n - 1) - np.arange(first + b, first + length), 0)
    out[b:] = 2 * (x[-1] / scale) - x[np.minimum(right, n - 1)] / scale - base
    return out


def true_runs(mask: Mask) -> npt.NDArray[np.int64]:
    """Return start and end (excluded) of each run of True, shape (runs, 2)."""
    if mask.all():
        return np.array([[0, len(mask)]] if len(mask) else np.empty((0, 2)), dtype=np.int64)
    edges = np.flatnonzero(mask[1:] != mask[:-1]) + 1
    edges = np.concatenate([[0] if mask[0] else [], edges, [len(mask)] if mask[-1] else []])
    return np.asarray(edges.reshape(-1, 2), dtype=np.int64)


def resample(record: Record, rate_hz: float) -> Record:
    """Return a record at another rate, flagged ``resampled``; the same object where the rates agree.

    Each run of valid samples of each component is resampled by :func:`interpolate` for itself, so
    that a gap does not ring. Sample 0 keeps its time; a value is valid between the first and the
    last sample of a run.

    Parameters
    ----------
    record : Record
    rate_hz : float
        Wanted rate, > 0.

    Raises
    ------
    WaveformError
        If a rate is not positive and finite, or the record would become too long to hold.

    Notes
    -----
    Rates that agree to 1e-6 are left alone: over an hour that is 0.4 samples at 100 Hz.
    """
    plan = resampling(record.station_id, record.rate_hz, rate_hz, record.samples)
    return record if plan is None else plan.apply(record)


@dataclass(frozen=True, slots=True)
class Resampling:
    """How a record comes to another rate, whole or in pieces.

    Attributes
    ----------
    step : Fraction
        Samples of the record between values.
    rate_hz : float
        New rate.
    samples : int
        Values of the whole record.
    """

    step: Fraction
    rate_hz: float
    samples: int

    @property
    def halo(self) -> int:
        """Neighbours that a piece needs on both sides, in samples of the record."""
        return reach_samples(float(self.step)) + 2

    def place(self, sample: int) -> int:
        """Return the index of the first value not before a sample."""
        return min(self.samples, math.ceil(sample / self.step - _NEAR))

    def apply(self, record: Record, first: int = 0) -> Record:
        """Return a record, or a piece of one that begins at its sample ``first``, at the new rate.

        A piece gives the values from the one that stands at its first sample or after it, to the one
        at its last sample or before it.
        """
        begin = math.ceil(first / self.step - _NEAR)
        end = min(self.samples, math.floor((first + record.samples - 1) / self.step + _NEAR) + 1)
        data = np.zeros((len(record.data), max(0, end - begin)), dtype=np.float32)
        valid = np.zeros(data.shape, dtype=bool)
        for row, good in enumerate(record.valid):
            for a, b in true_runs(good).tolist():
                _run(record.data[row, a:b], first + a, self.step, begin, data[row], valid[row])
        start_ns = record.start_ns + round(float(begin * self.step - first) * 1e9 / record.rate_hz)
        flags = record.flags | {"resampled"}
        return dataclasses.replace(
            record, data=data, valid=valid, start_ns=start_ns, rate_hz=self.rate_hz, flags=flags
        )


def resampling(station_id: str, from_hz: float, to_hz: float, samples: int) -> Resampling | None:
    """Return how a record of some length changes its rate; None where the rates agree.

    Raises
    ------
    WaveformError
        As :func:`resample`.
    """
    if not (math.isfinite(to_hz) and to_hz > 0 and from_hz > 0):
        raise WaveformError(
            f"{station_id} has rate {from_hz:g} Hz and {to_hz:g} Hz was asked for; both must be positive"
        )
    if abs(from_hz / to_hz - 1) < SAME_RATE:
        return None
    exact = from_hz / to_hz
    ratio = Fraction(exact).limit_denominator(MOST_PHASES)
    step = ratio if abs(float(ratio) / exact - 1) * samples < 1e-4 else Fraction(exact)
    count = math.floor((samples - 1) / step + _NEAR) + 1 if samples else 0
    if count > _MOST_SAMPLES:
        raise WaveformError(f"{station_id} would have {count} samples at {to_hz:g} Hz (has {from_hz:g} Hz)")
    return Resampling(step, to_hz, count)


def _run(x: Float32, at: int, step: Fraction, origin: int, data: Float32, valid: Mask) -> None:
    """Resample a run that begins at sample ``at`` into its place; ``data`` begins at value ``origin``."""
    first = max(origin, math.ceil(at / step - _NEAR))
    last = min(origin + len(data) - 1, math.floor((at + len(x) - 1) / step + _NEAR))
    if last < first:
        return
    # begun where a value falls on a sample, so that all runs share one matrix
    begin = first - first % step.denominator if step.denominator <= MOST_PHASES else first
    values = interpolate(x, float(begin * step - at), _plain(step), last - begin + 1)
    data[first - origin : last + 1 - origin] = values[first - begin :]
    valid[first - origin : last + 1 - origin] = True


def _plain(step: Fraction) -> Fraction | float:
    return step if step.denominator <= MOST_PHASES else float(step)
