"""From a Record to the Curve of a classical picker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from onsets.classical._running import Float64, highpass, moving_extreme
from onsets.classical.baer import baer_curve, sustained
from onsets.classical.kurtosis import kurtosis
from onsets.classical.options import BaerOptions, KurtosisOptions, Options, StaLtaOptions, options_of
from onsets.classical.sta_lta import classic_sta_lta, delayed_sta_lta, recursive_sta_lta
from onsets.types import Curve, Float32, Mask, Record

__all__ = ["characteristic", "ratio_of", "valid_runs"]

_REACH_S = 0.1


def characteristic(record: Record, kind: str, **options: Any) -> Curve:
    """Return the characteristic function of a classical picker for P and S.

    Every component is cut at its gaps; each piece is high-passed (two causal one-pole sections,
    which run nothing ahead of an onset) and turned into a ratio on its own, which stays 0 until
    its long window is filled; the recursive long average, which then still fills, is lifted to what
    it would be when full. Neither a gap nor the start of a record therefore triggers.

    Parameters
    ----------
    record : Record
        Of any rate; in any unit.
    kind : str
        ``sta-lta``, ``aic`` (the same curve; its picks are then refined by
        :func:`onsets.classical.refine`), ``kurtosis`` or ``baer``.
    **options
        Of the kind, see :data:`onsets.classical.OPTIONS`.

    Returns
    -------
    Curve
        Kind ``ratio``, rows P and S, float32, on the grid of the record; finite, never negative,
        0 on masked samples and for ``long_s``, ``window_s`` or ``preset_s`` after each start.

    Raises
    ------
    ConfigError
        If the kind or an option is unknown or a value cannot be used.

    Notes
    -----
    P is the function Z of the vertical. S is ``sqrt(max(0, (N^2 + E^2) / 2 - Z'^2))`` with ``N`` and
    ``E`` the functions of the horizontals (one alone where the other is masked) and ``Z'`` the
    highest value of Z within 0.1 s: what the horizontals show beyond the vertical, since a P wave
    shakes all three. Without a vertical, P is the root mean square of the horizontals and S is 0,
    for then nothing tells the two apart; S is 0 also without horizontals.

    Examples
    --------
    >>> data = np.cos(np.arange(2000.0) ** 1.5).astype(np.float32) * np.ones((3, 1), np.float32)
    >>> data[0, 1000:1200] *= 20
    >>> record = Record("XX.ABC.", "HH", data, np.ones((3, 2000), bool), 0, 100.0)
    >>> curve = characteristic(record, "sta-lta", short_s=0.3)
    >>> curve.labels, bool(curve.row("P")[1000:1100].max() > 5 > curve.row("P")[:1000].max())
    (('P', 'S'), True)
    """
    chosen = options_of(kind, options)
    functions = np.zeros(record.data.shape, dtype=np.float32)
    for row in np.flatnonzero(record.live):
        for first, last in valid_runs(record.valid[row]):
            piece = highpass(
                record.data[row, first:last].astype(np.float64), record.rate_hz, chosen.highpass_hz
            )
            functions[row, first:last] = np.maximum(ratio_of(piece, record.rate_hz, chosen), 0.0)
    return Curve(
        station_id=record.station_id,
        channel_prefix=record.channel_prefix,
        labels=("P", "S"),
        values=_rows(functions, record),
        start_ns=record.start_ns,
        rate_hz=record.rate_hz,
        kind="ratio",
        model=kind,
    )


def _rows(functions: Float32, record: Record) -> Float32:
    """Return the rows P and S from the functions of Z, N and E."""
    vertical, north, east = functions
    values = np.zeros((2, record.samples), dtype=np.float32)
    counts = np.maximum(record.valid[1].astype(np.float32) + record.valid[2], 1.0)
    horizontal = (np.square(north) + np.square(east)) / counts
    if not record.live[0]:
        np.sqrt(horizontal, out=values[0])
        return values
    values[0] = vertical
    if record.live[1:].any() and record.samples:
        reach = round(_REACH_S * record.rate_hz)
        highest = moving_extreme(np.pad(vertical, reach), 2 * reach + 1, np.maximum)
        np.sqrt(np.maximum(horizontal - np.square(highest), 0.0), out=values[1])
    return values


def ratio_of(piece: Float64, rate_hz: float, options: Options) -> Float64:
    """Return the function of one gapless, high-passed piece, shape (samples,)."""

    def samples(seconds: float) -> int:
        return max(1, round(seconds * rate_hz))

    if isinstance(options, KurtosisOptions):
        return kurtosis(piece, max(4, samples(options.window_s)), samples(options.rise_s))[1]
    if isinstance(options, BaerOptions):
        step_s = max(1.0, 1.0 / rate_hz)
        curve = baer_curve(
            piece, rate_hz, options.preset_s, options.memory_s, options.second_threshold, update_s=step_s
        )
        return sustained(curve, samples(options.up_s), samples(options.down_s))
    return _sta_lta(piece, samples(options.short_s), samples(options.long_s), options)


def _sta_lta(piece: Float64, short: int, long: int, options: StaLtaOptions) -> Float64:
    long = max(long, short + 1)
    if options.variant == "classic":
        return classic_sta_lta(piece, short, long)
    if options.variant == "recursive":
        ratio = recursive_sta_lta(piece, short, long)
        filling = ratio[: 40 * long]
        filling *= 1.0 - (1.0 - 1.0 / long) ** np.arange(len(filling))
        return ratio
    return delayed_sta_lta(piece, short, long, windowed=True)


def valid_runs(valid: Mask) -> Iterator[tuple[int, int]]:
    """Yield the first sample and the one after the last of every stretch without a gap."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], valid, [False])).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
