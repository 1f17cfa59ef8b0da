"""Butterworth band-pass, fast without a compiled filter: matrix products over blocks of samples.

A recursive filter is a state of few numbers that each sample changes. Over a block of samples the
output is one matrix times the block plus another times the state at its start, and the states of all
blocks follow from each other by doubling: no loop over samples, and the same rounding as sample by sample.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from onsets.errors import ConfigError
from onsets.spec import Spec
from onsets.types import Record
from onsets.waveforms.resample import true_runs

__all__ = ["bandpass", "bandpass_sections", "in_band", "settling_samples"]

_Float64 = npt.NDArray[np.float64]

BLOCK = 64
"""Samples of a block."""
MOST_CORNERS = 8
FORGOTTEN = 1e-6
_CHUNK = 1 << 14  # blocks multiplied at once
_NOTHING = 1e-30  # a state weaker than this by its distance is not carried on


def bandpass(
    record: Record,
    low_hz: float,
    high_hz: float,
    corners: int = 2,
    zerophase: bool = True,
    level_samples: int | None = None,
) -> Record:
    """Return a record with only what lies between two frequencies.

    The mean of each run of valid samples is removed, then the run is filtered for itself, so that a
    gap does not ring; masked samples stay 0. The filter begins and ends at rest, as ObsPy's does.

    Parameters
    ----------
    record : Record
        Not changed.
    low_hz, high_hz : float
        Corner frequencies (-3 dB, or -6 dB if ``zerophase``), Hz.
    corners : int
        Order of either side, 1 to 8; doubled by ``zerophase``.
    zerophase : bool
        Run the filter forward and backward, so that no phase is delayed; a little of an onset then
        shows before it.
    level_samples : int, optional
        Remove the mean of the first so many samples of a run rather than that of all: what comes out then
        does not depend on how long the run is.

    Returns
    -------
    Record
        With the same unit, mask and flags.

    Raises
    ------
    ConfigError
        Unless 0 < low_hz < high_hz < half the rate, and corners are 1 to 8.

    Notes
    -----
    Bilinear transform of the analog Butterworth filter with its corners put where they belong, in
    second-order sections. Computed in double precision; equal to ObsPy's ``bandpass`` of the
    demeaned run to 1e-6 of the largest value.
    """
    if not 0 < low_hz < high_hz < record.rate_hz / 2:
        half = f"{record.rate_hz / 2:g} Hz, half the rate of {record.station_id}"
        raise ConfigError(f"cannot filter {low_hz:g} to {high_hz:g} Hz: expected 0 < low < high < {half}")
    if not 1 <= corners <= MOST_CORNERS:
        raise ConfigError(f"a band-pass has 1 to {MOST_CORNERS} corners, got {corners}")
    blocks = _blocks(low_hz / record.rate_hz, high_hz / record.rate_hz, corners)
    data = np.zeros_like(record.data)
    for row, mask in enumerate(record.valid):
        for start, end in true_runs(mask):
            run = record.data[row, start:end].astype(np.float64)
            run = blocks.apply(run - run[:level_samples].mean())
            if zerophase:
                run = blocks.apply(run[::-1])[::-1]
            data[row, start:end] = run
    return dataclasses.replace(record, data=data)


def in_band(record: Record, spec: Spec) -> Record:
    """Return what a network hears of a record: its band, each run about the level it begins with."""
    band = spec.bandpass_hz
    if band is None:
        return record
    return bandpass(record, *band, level_samples=settling_samples(*band, record.rate_hz))


def _poles(low: float, high: float, corners: int) -> npt.NDArray[np.complex128]:
    """Return one pole of each conjugate pair or both of a real pair, shape (corners, 2), in the z plane.

    Frequencies in cycles a sample. A low-pass pole p becomes the two s with (s^2 + l h) / (s (h - l)) = p.
    """
    bottom, top = np.tan(np.pi * low), np.tan(np.pi * high)
    angles = np.pi * (2 * np.arange(corners) + corners + 1) / (2 * corners)
    half = np.exp(1j * angles[angles <= np.pi + 1e-9]) * (top - bottom) / 2
    root = np.sqrt(half * half - bottom * top + 0j)
    pairs = []
    for k, (middle, spread) in enumerate(zip(half, root, strict=True)):
        if corners % 2 and k == len(half) - 1:  # of the real pole
            pairs.append((middle + spread, middle - spread))
        else:
            pairs += [(s, s.conjugate()) for s in (middle + spread, middle - spread)]
    s = np.array(pairs)
    return np.asarray((1 + s) / (1 - s))


def bandpass_sections(low_hz: float, high_hz: float, rate_hz: float, corners: int = 2) -> _Float64:
    """Return the filter that :func:`bandpass` runs, in second-order sections.

    Returns
    -------
    ndarray of float64, shape (corners, 5)
        Each b0 b1 b2 a1 a2; a0 is 1.
    """
    return _sections(low_hz / rate_hz, high_hz / rate_hz, corners)


@lru_cache(maxsize=64)
def settling_samples(low_hz: float, high_hz: float, rate_hz: float, corners: int = 2) -> int:
    """Return the samples after which a band-pass has forgotten all but a millionth, a multiple of 8."""
    sections = bandpass_sections(low_hz, high_hz, rate_hz, corners)
    slowest = max(float(np.abs(np.roots([1.0, *section[3:]])).max()) for section in sections)
    return -(-math.ceil(math.log(FORGOTTEN) / math.log(slowest)) // 8) * 8


def _sections(low: float, high: float, corners: int) -> _Float64:
    """Return the filter in sections b0 b1 b2 a1 a2, shape (corners, 5); its gain is 1 at the centre."""
    poles = _poles(low, high, corners)
    sections = np.zeros((corners, 5))
    sections[:, 0], sections[:, 2] = 1, -1
    sections[:, 3], sections[:, 4] = -poles.sum(axis=1).real, poles.prod(axis=1).real
    centre = 2 * np.arctan(np.sqrt(np.tan(np.pi * low) * np.tan(np.pi * high)))
    z = np.exp(-1j * centre)
    gains = (1 - z * z) / (1 + sections[:, 3] * z + sections[:, 4] * z * z)
    sections[:, :3] *= float(1 / gains.prod().real) ** (1 / corners)
    return sections


@dataclass(frozen=True, slots=True, eq=False)
class _Blocks:
    """What a block of samples does.

    Attributes
    ----------
    inner : ndarray, shape (BLOCK, BLOCK)
        From samples to output.
    seen : ndarray, shape (states, BLOCK)
        From the state before a block to its output.
    left : ndarray, shape (BLOCK, states)
        From samples to the state after the block.
    step : ndarray, shape (states, states)
        From the state before to the state after a block of zeros.
    """

    inner: _Float64
    seen: _Float64
    left: _Float64
    step: _Float64

    def apply(self, run: _Float64) -> _Float64:
        """Filter samples of shape (n,), from rest."""
        count = -(-len(run) // BLOCK)
        out = np.zeros(count * BLOCK)
        out[: len(run)] = run
        blocks = out.reshape(count, BLOCK)
        states = self._states(blocks)
        for first in range(0, count, _CHUNK):
            some = slice(first, first + _CHUNK)
            blocks[some] = blocks[some] @ self.inner + states[some] @ self.seen
        return out[: len(run)]

    def _states(self, blocks: _Float64) -> _Float64:
        """Return the state before each block: the sum of what all blocks before have left."""
        states = np.zeros((len(blocks), len(self.step)))
        states[1:] = blocks[:-1] @ self.left
        step, distance = self.step, 1
        while distance < len(blocks) and np.abs(step).max() > _NOTHING:
            states[distance:] += states[:-distance] @ step
            step, distance = step @ step, 2 * distance
        return states


@lru_cache(maxsize=16)
def _blocks(low: float, high: float, corners: int) -> _Blocks:
    """Put the sections in a row and follow them through one block.

    A section with states u and v gives y = b0 x + u and leaves u = b1 x - a1 y + v, v = b2 x - a2 y.
    """
    states = 2 * corners
    matrix = np.zeros((states + 1, states + 1))  # from states and sample to states after and output
    signal = np.zeros(states + 1)  # what the section before gives, in terms of states and sample
    signal[-1] = 1
    for k, (b0, b1, b2, a1, a2) in enumerate(_sections(low, high, corners)):
        u, v = np.eye(states + 1)[2 * k : 2 * k + 2]
        output = b0 * signal + u
        matrix[:, 2 * k] = b1 * signal - a1 * output + v
        matrix[:, 2 * k + 1] = b2 * signal - a2 * output
        signal = output
    matrix[:, -1] = signal
    change, enter, give = matrix[:states, :states], matrix[-1, :states], matrix[:states, -1]
    seen, left = np.empty((states, BLOCK)), np.empty((BLOCK, states))
    for k in range(BLOCK):
        seen[:, k] = give
        left[BLOCK - 1 - k] = enter
        give, enter = change @ give, enter @ change
    response = np.concatenate([matrix[-1:, -1], matrix[-1, :states] @ seen[:, :-1]])
    lag = np.arange(BLOCK) - np.arange(BLOCK)[:, None]
    inner = np.where(lag >= 0, response[np.abs(lag)], 0.0)
    return _Blocks(inner, seen, left, np.linalg.matrix_power(change, BLOCK))
