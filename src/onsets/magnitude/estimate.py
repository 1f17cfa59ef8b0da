"""Magnitudes of components to magnitudes of events."""

from __future__ import annotations

import math

import numpy as np

from onsets.tables import Amplitudes, Events

__all__ = ["event_magnitudes"]


def event_magnitudes(events: Events, amplitudes: Amplitudes, stations: int = 1) -> Events:
    """Give events the median of their stations' magnitudes.

    A station's magnitude is the mean of its components' (for local magnitudes: the geometric mean of the
    amplitudes), so that a station of one component counts as much as one of two.

    Parameters
    ----------
    events : Events
    amplitudes : Amplitudes
        Of one type of magnitude.
    stations : int
        Fewest stations; events with fewer are left without a magnitude.

    Returns
    -------
    Events
        With magnitude, type and error; where nothing was measured all three are unknown.

    Notes
    -----
    The error is that of a median of normal deviates, sqrt(pi / 2) s / sqrt(n), s = 1.4826 times the
    median absolute deviation; unknown for one station.
    """
    value = np.full(len(events), np.nan)
    error = np.full(len(events), np.nan)
    kinds = np.full(len(events), "", "U8")
    rows_of: dict[str, list[int]] = {}
    for row in np.flatnonzero(np.isfinite(amplitudes.magnitude)).tolist():
        rows_of.setdefault(str(amplitudes.event_id[row]), []).append(row)
    for i, name in enumerate(events.event_id.tolist()):
        mine = amplitudes.take(rows_of.get(name, []))
        codes = sorted(set(mine.station_id.tolist()))
        if len(codes) < max(stations, 1):
            continue
        each = np.array([mine.magnitude[mine.station_id == code].mean() for code in codes])
        value[i], kinds[i] = np.median(each), mine.magnitude_type[0]
        if len(each) > 1:
            spread = 1.4826 * float(np.median(np.abs(each - value[i])))
            error[i] = math.sqrt(math.pi / 2) * spread / math.sqrt(len(each))
    return events.replace(magnitude=value, magnitude_type=kinds, magnitude_error=error)
