"""Onsets to picks: what is measured around an onset on the waveform itself."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.picking.decode import Onsets
from onsets.types import Mask, Pick, Record
from onsets.waveforms import Head, clipped_samples

__all__ = [
    "BEFORE_S",
    "NEAR_S",
    "NOISE_S",
    "SIGNAL_S",
    "SWING_S",
    "View",
    "clipped_places",
    "describe",
    "flag_clipped",
]

_Float64 = npt.NDArray[np.float64]

NOISE_S = (-3.0, -0.5)
"""Noise window of the SNR, s from the onset."""
SIGNAL_S = (0.0, 2.0)
"""Signal window of SNR and amplitude, s from the onset."""
BEFORE_S, SWING_S = (-1.5, -0.1), (-0.05, 0.15)
"""Noise and first swing of the polarity, s from the onset."""
NEAR_S = 2.0
"""An end of the record, a gap or clipping this near, s, gives the flags ``edge``, ``gap``, ``clipped``."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What is at hand of a record around some onsets.

    Attributes
    ----------
    record : Record
        Some of its samples; flags and ``live`` hold for the onsets that are described.
    first : int
        Index in the whole record of the first sample of ``record``.
    samples : int
        Length of the whole record.
    start_ns : int
        Time of the whole record's first sample.
    live : ndarray of bool, shape (3,)
        Components that are not absent.
    """

    record: Record
    first: int
    samples: int
    start_ns: int
    live: Mask

    @classmethod
    def of(cls, record: Record) -> View:
        """Return the view of a record that is there whole."""
        return cls(record, 0, record.samples, record.start_ns, record.live)


def describe(
    record: Record | View,
    phase: str,
    onsets: Onsets,
    *,
    model: str,
    probability: bool = True,
    uncertainty_s: float | _Float64 = math.nan,
    stretch: float = 1.0,
) -> list[Pick]:
    """Measure SNR, amplitude and polarity and set the flags of each onset but ``clipped``.

    SNR is 20 log10 of the ratio of root mean squares in :data:`SIGNAL_S` and :data:`NOISE_S`, on
    the vertical for P and on the horizontals for S (on what is live otherwise), each without the
    noise window's mean. Amplitude is the largest absolute value in the signal window on any live
    component, in the record's unit. Polarity is that of the vertical's first swing that leaves
    four standard deviations of the noise (without its trend) within 0.15 s of a P onset, and empty
    when none does.

    Parameters
    ----------
    record : Record or View
        The record that was picked, at the picker's rate, or what is at hand of it around the onsets.
    phase : str
        ``P`` or ``S``, or a name that begins so (``Pg``, ``Sn``).
    onsets : Onsets
        Seconds after the (whole) record's start.
    model : str
        Name for the column ``model``.
    probability : bool
        Whether the onsets' values are probabilities (else the column stays unknown).
    uncertainty_s : float or ndarray of float64, shape (n,)
        For the column of that name, in seconds of ``record``.
    stretch : float
        True seconds per second of ``record`` (below 1 when a faster record was played slowly).

    Returns
    -------
    list of Pick
    """
    view = View.of(record) if isinstance(record, Record) else record
    at = onsets.seconds * view.record.rate_hz
    if len(at) == 0:
        return []
    snr_db, amplitude = _strength(view, phase, at)
    polarity = _polarity(view, at) if phase.startswith("P") else [""] * len(at)
    # whole-record words; "gap" and "clipped" (see flag_clipped) hold only where they are near
    common = view.record.flags - {"gap", "clipped"}
    flags = [common | words for words in _near(view, at)]
    times = view.start_ns + np.round(onsets.seconds * stretch * 1e9).astype(np.int64)
    doubt_s = np.broadcast_to(np.asarray(uncertainty_s, np.float64), len(onsets))
    columns = (times, onsets.values, doubt_s, snr_db, amplitude, polarity, flags)
    return [
        Pick(
            view.record.station_id,
            view.record.channel_prefix,
            phase,
            int(time_ns),
            float(value) if probability else math.nan,
            float(doubt) * stretch,
            float(snr),
            float(size),
            sign,
            model,
            words,
        )
        for time_ns, value, doubt, snr, size, sign, words in zip(*columns, strict=True)
    ]


def flag_clipped(
    picks: list[Pick],
    record: Record | Head,
    stretch: float = 1.0,
    clipped: npt.NDArray[np.int64] | None = None,
) -> list[Pick]:
    """Flag picks that have clipped samples near them.

    Parameters
    ----------
    picks : list of Pick
    record : Record
        As read: resampling rounds off the flat tops by which clipping is known.
    stretch : float
        As in :func:`describe`.
    clipped : ndarray of int64, optional
        Samples of the record that are clipped, increasing, where the record is not there whole.
    """
    if clipped is None:
        clipped = clipped_places(record) if isinstance(record, Record) else np.empty(0, dtype=np.int64)
    if not picks or len(clipped) == 0:
        return picks
    near = NEAR_S * stretch * record.rate_hz
    flagged = []
    for pick in picks:
        at = (pick.time_ns - record.start_ns) * record.rate_hz / 1e9
        begin, end = np.searchsorted(clipped, [math.ceil(at - near), math.floor(at + near) + 1])
        flags = pick.flags | {"clipped"} if end > begin else pick.flags
        flagged.append(dataclasses.replace(pick, flags=flags))
    return flagged


def clipped_places(record: Record) -> npt.NDArray[np.int64]:
    """Return the samples of a record at which any component is clipped, if its flags say that some are."""
    if "clipped" not in record.flags:
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(clipped_samples(record.data, record.valid).any(axis=0))


def _windows(view: View, at: _Float64, span: tuple[float, float]) -> tuple[_Float64, Mask]:
    """Return samples around each onset and which of them are there, shape (3, onsets, samples)."""
    rate = view.record.rate_hz
    begin, end = (np.ceil(at + edge * rate).astype(np.int64) for edge in span)
    length, first = int((end - begin).max()), begin - view.first
    if first.min() >= 0 and first.max() + length <= view.record.samples and (end - begin == length).all():
        around = np.lib.stride_tricks.sliding_window_view
        there: Mask = around(view.record.valid, length, axis=1)[:, first]
        if there.all():
            return around(view.record.data, length, axis=1)[:, first].astype(np.float64, order="C"), there
    index = begin[:, None] + np.arange(length)
    inside = (index >= 0) & (index < np.minimum(end, view.samples)[:, None])
    index = np.clip(index - view.first, 0, max(0, view.record.samples - 1))
    valid = view.record.valid[:, index] & inside
    return np.where(valid, view.record.data[:, index], 0).astype(np.float64, order="C"), valid


def _strength(view: View, phase: str, at: _Float64) -> tuple[_Float64, _Float64]:
    """Return SNR in dB and amplitude, NaN where a window is empty."""
    live = np.flatnonzero(view.live).tolist()
    wanted = [0] if phase.startswith("P") else [1, 2]
    rows = [row for row in wanted if row in live] or live
    noise, quiet = _windows(view, at, NOISE_S)
    signal, loud = _windows(view, at, SIGNAL_S)
    counts = [good.sum(axis=2) for good in (quiet, loud)]
    there = (counts[0] > 0) & (counts[1] > 0) & view.live[:, None]
    mean = noise.sum(axis=2) / np.maximum(counts[0], 1)
    swing = np.where(loud, np.abs(signal - mean[:, :, None]), 0)
    amplitude = np.where(there, swing.max(axis=2, initial=0), np.nan)
    noise = np.where(quiet, noise - mean[:, :, None], 0)
    powers = [
        np.where(there, np.square(some).sum(axis=2) / np.maximum(count, 1), 0)[rows].sum(axis=0)
        for some, count in zip((noise, swing), counts, strict=True)
    ]
    known = (powers[0] > 0) & (powers[1] > 0)
    snr_db = np.full(len(at), np.nan)
    snr_db[known] = 10 * np.log10(powers[1][known] / powers[0][known])
    return snr_db, np.fmax.reduce(amplitude, axis=0)


def _polarity(view: View, at: _Float64) -> list[str]:
    """Return the direction in which the vertical leaves its noise, for each onset."""
    if not view.live[0]:
        return [""] * len(at)
    noise, quiet = (array[0] for array in _windows(view, at, BEFORE_S))
    swing, moved = (array[0] for array in _windows(view, at, SWING_S))
    place = np.arange(noise.shape[1], dtype=np.float64)
    ahead = (SWING_S[0] - BEFORE_S[0]) * view.record.rate_hz + np.arange(swing.shape[1])
    count = np.maximum(quiet.sum(axis=1), 1)
    middle, level = (quiet * place).sum(axis=1) / count, noise.sum(axis=1) / count
    arm = np.where(quiet, place - middle[:, None], 0)
    slope = (arm * noise).sum(axis=1) / np.maximum(np.square(arm).sum(axis=1), 1e-12)
    left = np.where(quiet, noise - level[:, None] - slope[:, None] * arm, 0)
    spread = np.sqrt(np.square(left).sum(axis=1) / count)
    motion = swing - level[:, None] - slope[:, None] * (ahead - middle[:, None])
    beyond = moved & (np.abs(motion) > 4 * spread[:, None])
    enough = (quiet.sum(axis=1) >= 20) & (moved.sum(axis=1) >= 4) & beyond.any(axis=1)
    enough &= spread > 1e-7 * np.abs(noise).max(axis=1)  # the rounding of a constant
    up = motion[np.arange(len(at)), beyond.argmax(axis=1)] > 0
    return ["" if not known else "U" if rises else "D" for known, rises in zip(enough, up, strict=True)]


def _near(view: View, at: _Float64) -> list[set[str]]:
    """Return the flags that depend on what is near each onset."""
    reach = NEAR_S * view.record.rate_hz
    missing = np.zeros(len(at), dtype=bool)
    bad = ~view.record.valid[view.live].all(axis=0)
    if bad.any():
        counted = np.concatenate([[0], np.cumsum(bad)])
        begin, end = (
            (at - reach).astype(np.int64) - view.first,
            (at + reach).astype(np.int64) + 1 - view.first,
        )
        begin, end = (np.clip(edge, 0, view.record.samples) for edge in (begin, end))
        missing = counted[end] > counted[begin]
    edge = (at < reach) | (at > view.samples - 1 - reach)
    return [
        {word for word, true in (("gap", no), ("edge", last)) if true}
        for no, last in zip(missing, edge, strict=True)
    ]
