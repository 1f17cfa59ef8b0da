"""What was measured for magnitudes, one row a component."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.tables.events import _Rows

__all__ = ["AMPLITUDE_COLUMNS", "Amplitudes"]

AMPLITUDE_COLUMNS = (
    *("event_id", "station_id", "channel", "time", "amplitude_mm", "duration_s", "snr"),
    *("distance_km", "magnitude", "magnitude_type"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Amplitudes(_Rows):
    """Amplitudes and durations as columns.

    Attributes
    ----------
    event_id, station_id, channel : ndarray of str, shape (n,)
    time_ns : ndarray of int64, shape (n,)
        Of the largest deflection, or of the onset of a duration, ns since 1970 UTC.
    amplitude_mm : ndarray of float64, shape (n,)
        Zero to peak on the trace of a Wood-Anderson seismograph; NaN for a duration.
    duration_s : ndarray of float64, shape (n,)
        Of the coda; NaN for an amplitude.
    snr : ndarray of float64, shape (n,)
        Largest amplitude of the event over that of the noise.
    distance_km : ndarray of float64, shape (n,)
        As the relation wants it: from the hypocentre or from the epicentre.
    magnitude : ndarray of float64, shape (n,)
        Of this component, station correction included.
    magnitude_type : ndarray of str, shape (n,)
    """

    COLUMNS = AMPLITUDE_COLUMNS

    event_id: npt.NDArray[np.str_]
    station_id: npt.NDArray[np.str_]
    channel: npt.NDArray[np.str_]
    time_ns: npt.NDArray[np.int64]
    amplitude_mm: npt.NDArray[np.float64]
    duration_s: npt.NDArray[np.float64]
    snr: npt.NDArray[np.float64]
    distance_km: npt.NDArray[np.float64]
    magnitude: npt.NDArray[np.float64]
    magnitude_type: npt.NDArray[np.str_]
