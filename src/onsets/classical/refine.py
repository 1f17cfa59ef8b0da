"""From coarse picks on a curve to onsets on the waveform."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.classical._running import Float64, highpass
from onsets.classical.aic import aic_onset, ar_aic_onset
from onsets.classical.baer import baer_onset
from onsets.classical.curve import ratio_of, valid_runs
from onsets.classical.kurtosis import kurtosis_onset
from onsets.classical.options import DEFAULT_THRESHOLDS, Options, StaLtaOptions, options_of
from onsets.errors import ConfigError, nearest
from onsets.types import Record

__all__ = ["METHODS", "REFINE_WINDOW_S", "refine"]

METHODS = ("sta-lta", "aic", "ar-aic", "kurtosis", "baer")
"""Ways to refine a pick; every kind of picker uses its own unless told otherwise."""

REFINE_WINDOW_S = {"P": (1.0, 0.5), "S": (0.4, 0.2)}
"""How far before and after a coarse pick of each phase the onset may be moved, s."""

_SPLIT_CONTEXT_S = {"P": 1.0, "S": 0.3}
_LEARNING_S = 2.0
_AHEAD_S = 0.4  # the Baer-Kradolfer curve must stay up for 0.3 s after an onset


def refine(
    record: Record,
    picks_samples: npt.ArrayLike,
    phase: str,
    kind: str,
    *,
    method: str | None = None,
    **options: Any,
) -> npt.NDArray[np.int64]:
    """Move coarse picks to the onset each method sees in the waveform around them.

    Parameters
    ----------
    record : Record
        The record the picks were made on.
    picks_samples : array_like of int, shape (n,)
        Sample indices of the coarse picks: threshold crossings or peaks of the curve.
    phase : str
        ``P`` (taken on the vertical, or without it on the stronger horizontal) or ``S`` (on the
        stronger horizontal, or without one on the vertical).
    kind : str
        Kind of picker the picks come from, one of :data:`onsets.classical.CLASSICAL`.
    method : str, optional
        One of :data:`METHODS`; that of the kind when not given. ``sta-lta`` goes to the last
        crossing of the default threshold of the P or S row; ``aic`` and ``ar-aic`` split the
        window in two; ``kurtosis`` finds the start of the longest climb of a 2 s kurtosis;
        ``baer`` is the Baer-Kradolfer state machine after 2 s of noise.
    **options
        As given to :func:`onsets.classical.characteristic`.

    Returns
    -------
    ndarray of int64, shape (n,)
        P at most 1.0 s before and 0.5 s after its coarse pick, S at most 0.4 s before and 0.2 s
        after (:data:`REFINE_WINDOW_S`; S follows P closely), and inside the gapless stretch that
        holds it; the coarse pick itself where it is masked, where too little noise precedes it, or
        where the method sees nothing there.

    Raises
    ------
    ConfigError
        If phase, kind, method or an option is unknown, a value cannot be used, or a pick lies
        outside the record.

    Examples
    --------
    >>> data = np.cos(np.arange(2000.0) ** 1.5).astype(np.float32) * np.ones((3, 1), np.float32)
    >>> data[:, 1000:1200] *= 20
    >>> record = Record("XX.ABC.", "HH", data, np.ones((3, 2000), bool), 0, 100.0)
    >>> refine(record, [1030], "P", "aic")
    array([1000])
    """
    chosen = options_of(kind, options)
    method = kind if method is None else method
    if method not in METHODS:
        raise ConfigError(f"unknown method {method!r}; {nearest(method, METHODS)}")
    if phase not in ("P", "S"):
        raise ConfigError(f"unknown phase {phase!r}; choose from P, S")
    picks = np.atleast_1d(np.asarray(picks_samples, dtype=np.int64))
    if picks.size and not 0 <= picks.min() <= picks.max() < record.samples:
        raise ConfigError(
            f"picks reach from {picks.min()} to {picks.max()}, expected 0 to {record.samples - 1}"
        )
    onset = _onset_of(method, phase, record.rate_hz, chosen)
    ahead_s = _AHEAD_S if method == "baer" else 0.0
    window_s = (_context_s(method, phase, chosen), *REFINE_WINDOW_S[phase], ahead_s)
    runs = [list(valid_runs(valid)) for valid in record.valid]
    firsts = [np.array([first for first, _ in row], dtype=np.int64) for row in runs]
    out = picks.copy()
    for i, pick in enumerate(picks.tolist()):
        row = _component(record, pick, phase)
        if row is None:
            continue
        run = runs[row][int(np.searchsorted(firsts[row], pick, side="right")) - 1]
        out[i] = _moved(record, row, pick, run, window_s, onset, chosen)
    return out


def _component(record: Record, pick: int, phase: str) -> int | None:
    """Return the row a phase is refined on, or None where all that could serve are masked."""
    valid = record.valid[:, pick]
    before, after = (round(seconds * record.rate_hz) for seconds in REFINE_WINDOW_S[phase])
    part = record.data[1:, max(0, pick - before) : pick + after + 1].astype(np.float64)
    strength = np.where(valid[1:], part.std(axis=1), -1.0)
    horizontal = int(np.argmax(strength)) + 1 if valid[1:].any() else None
    vertical = 0 if valid[0] else None
    wanted, instead = (vertical, horizontal) if phase == "P" else (horizontal, vertical)
    return instead if wanted is None else wanted


def _moved(
    record: Record,
    row: int,
    pick: int,
    run: tuple[int, int],
    window_s: tuple[float, float, float, float],
    onset: Callable[[Float64, int], int | None],
    options: Options,
) -> int:
    """Return the onset around one pick, or the pick."""
    rate_hz = record.rate_hz
    context, before, after, ahead = (round(seconds * rate_hz) for seconds in window_s)
    settle_s = 3.0 / options.highpass_hz if options.highpass_hz else 0.0
    first = max(run[0], pick - before - context)
    filtered_first = max(run[0], first - round(settle_s * rate_hz))
    last = min(run[1], pick + after + ahead + 1)
    piece = record.data[row, filtered_first:last].astype(np.float64)
    piece = highpass(piece, rate_hz, options.highpass_hz)[first - filtered_first :]
    found = onset(piece, pick - first)
    if found is None or not max(run[0], pick - before) <= first + found <= min(run[1] - 1, pick + after):
        return pick
    return first + found


def _context_s(method: str, phase: str, options: Options) -> float:
    """Return how much a method wants to see before the window, s."""
    if method == "sta-lta":
        chosen = _sta_lta_options(options)
        return chosen.long_s + chosen.short_s
    return _SPLIT_CONTEXT_S[phase] if method in ("aic", "ar-aic") else _LEARNING_S


def _sta_lta_options(options: Options) -> StaLtaOptions:
    return options if isinstance(options, StaLtaOptions) else StaLtaOptions()


def _onset_of(
    method: str, phase: str, rate_hz: float, options: Options
) -> Callable[[Float64, int], int | None]:
    """Return the function from a piece and the pick in it to the onset in it, or None."""
    window = max(4, round(_LEARNING_S * rate_hz))

    def crossing(piece: Float64, pick: int) -> int | None:
        below = (
            ratio_of(piece, rate_hz, _sta_lta_options(options))[: pick + 1]
            < DEFAULT_THRESHOLDS["sta-lta"][phase]
        )
        return None if below[-1] or not below.any() else int(np.flatnonzero(below)[-1]) + 1

    def split(piece: Float64, _: int) -> int | None:
        return aic_onset(piece) if len(piece) > 20 and np.ptp(piece) > 0 else None

    def ar_split(piece: Float64, _: int) -> int | None:
        return ar_aic_onset(piece) if len(piece) > 40 and np.ptp(piece) > 0 else None

    def climb(piece: Float64, _: int) -> int | None:
        return kurtosis_onset(piece, window) if len(piece) > window + 2 and np.ptp(piece) > 0 else None

    def lasting(piece: Float64, _: int) -> int | None:
        return baer_onset(piece, rate_hz, preset_s=_LEARNING_S)

    return {"sta-lta": crossing, "aic": split, "ar-aic": ar_split, "kurtosis": climb, "baer": lasting}[method]
