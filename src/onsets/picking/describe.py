"""Onsets to picks: what is measured around an onset on the waveform itself."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from onsets.picking.decode import Onsets
from onsets.types import Float32, Mask, Pick, Record
from onsets.waveforms import clipped_samples

__all__ = ["NEAR_S", "NOISE_S", "SIGNAL_S", "describe", "flag_clipped"]

NOISE_S = (-3.0, -0.5)
"""Noise window of the SNR, s from the onset."""
SIGNAL_S = (0.0, 2.0)
"""Signal window of SNR and amplitude, s from the onset."""
NEAR_S = 2.0
"""An end of the record, a gap or clipping this near, s, gives the flags ``edge``, ``gap``, ``clipped``."""


def describe(
    record: Record,
    phase: str,
    onsets: Onsets,
    *,
    model: str,
    probability: bool = True,
    uncertainty_s: float = math.nan,
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
    record : Record
        The record that was picked, at the picker's rate.
    phase : str
        ``P`` or ``S``, or a name that begins so (``Pg``, ``Sn``).
    onsets : Onsets
        Seconds after the record's start.
    model : str
        Name for the column ``model``.
    probability : bool
        Whether the onsets' values are probabilities (else the column stays unknown).
    uncertainty_s : float
        For the column of that name.
    stretch : float
        True seconds per second of ``record`` (below 1 when a faster record was played slowly).

    Returns
    -------
    list of Pick
    """
    rate = record.rate_hz
    recorded = record.valid[record.live]
    # whole-record words; "gap" and "clipped" (see flag_clipped) hold only where they are near
    common = record.flags - {"gap", "clipped"}
    picks = []
    for second, value in zip(onsets.seconds, onsets.values, strict=True):
        at = second * rate
        near = slice(max(0, int(at - NEAR_S * rate)), int(at + NEAR_S * rate) + 1)
        flags = set(common)
        if at < NEAR_S * rate or at > record.samples - 1 - NEAR_S * rate:
            flags.add("edge")
        if recorded.size and not recorded[:, near].all():
            flags.add("gap")
        snr, amplitude = _strength(record, phase, at)
        picks.append(
            Pick(
                record.station_id,
                record.channel_prefix,
                phase,
                record.start_ns + round(second * stretch * 1e9),
                float(value) if probability else math.nan,
                uncertainty_s * stretch,
                snr,
                amplitude,
                _polarity(record, at) if phase.startswith("P") else "",
                model,
                frozenset(flags),
            )
        )
    return picks


def flag_clipped(picks: list[Pick], record: Record, stretch: float = 1.0) -> list[Pick]:
    """Flag picks that have clipped samples near them.

    Parameters
    ----------
    picks : list of Pick
    record : Record
        As read: resampling rounds off the flat tops by which clipping is known.
    stretch : float
        As in :func:`describe`.
    """
    if "clipped" not in record.flags or not picks:
        return picks
    clipped: Mask = np.asarray(clipped_samples(record.data, record.valid).any(axis=0))
    near = NEAR_S * stretch * record.rate_hz
    flagged = []
    for pick in picks:
        at = (pick.time_ns - record.start_ns) * record.rate_hz / 1e9
        around = clipped[max(0, math.ceil(at - near)) : max(0, math.floor(at + near) + 1)]
        flags = pick.flags | {"clipped"} if around.any() else pick.flags
        flagged.append(dataclasses.replace(pick, flags=flags))
    return flagged


def _window(record: Record, row: int, at: float, span: tuple[float, float]) -> Float32:
    a = max(0, math.ceil(at + span[0] * record.rate_hz))
    b = max(a, min(record.samples, math.ceil(at + span[1] * record.rate_hz)))
    mask: Mask = record.valid[row, a:b]
    return np.asarray(record.data[row, a:b][mask], dtype=np.float32)


def _strength(record: Record, phase: str, at: float) -> tuple[float, float]:
    """Return SNR in dB and amplitude, NaN where a window is empty."""
    live = np.flatnonzero(record.live).tolist()
    wanted = [0] if phase.startswith("P") else [1, 2]
    rows = [row for row in wanted if row in live] or live
    noise_power, signal_power, amplitude = 0.0, 0.0, math.nan
    for row in live:
        noise, signal = _window(record, row, at, NOISE_S), _window(record, row, at, SIGNAL_S)
        if len(noise) == 0 or len(signal) == 0:
            continue
        mean = noise.mean(dtype=np.float64)
        swing = np.abs(signal - mean)
        amplitude = float(np.fmax(amplitude, swing.max()))
        if row in rows:
            noise_power += float(np.square(noise - mean, dtype=np.float64).mean())
            signal_power += float(np.square(swing, dtype=np.float64).mean())
    if noise_power <= 0 or signal_power <= 0:
        return math.nan, amplitude
    return 10 * math.log10(signal_power / noise_power), amplitude


def _polarity(record: Record, at: float) -> str:
    if not record.live[0]:
        return ""
    noise = _window(record, 0, at, (-1.5, -0.1))
    swing = _window(record, 0, at, (-0.05, 0.15))
    if len(noise) < 20 or len(swing) < 4:
        return ""
    slope, level = np.polyfit(np.arange(len(noise)), noise, 1)
    spread = float((noise - (level + slope * np.arange(len(noise)))).std())
    ahead = len(noise) + 0.05 * record.rate_hz + np.arange(len(swing))
    motion = swing - (level + slope * ahead)
    beyond = np.flatnonzero(np.abs(motion) > 4 * spread)
    if len(beyond) == 0 or spread <= 1e-7 * float(np.abs(noise).max()):  # the rounding of a constant
        return ""
    return "U" if motion[beyond[0]] > 0 else "D"
