"""The rays of a set of differences: each event, station and phase once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.earth import Frame, LayeredModel, travel_times
from onsets.errors import CatalogueError
from onsets.tables import Differences, Events, Stations

__all__ = ["Rays", "find_rays", "frame_of", "places"]

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


def frame_of(events: Events, stations: Stations) -> Frame:
    """Return a frame around the middle of some events, or that of a local grid."""
    if not stations.geographic:
        return Frame()
    if not len(events) or np.isnan(events.latitude).any() or np.isnan(events.longitude).any():
        raise CatalogueError("events without latitude and longitude, but stations that have them")
    turns = np.radians(events.longitude)
    middle = np.degrees(np.arctan2(np.sin(turns).mean(), np.cos(turns).mean()))
    return Frame(float(events.latitude.mean()), float(middle))


def places(table: Events | Stations, frame: Frame) -> tuple[Floats, Floats]:
    """Return x and y (km) of events or stations in a frame."""
    if frame.geographic:
        return frame.to_xy(table.latitude, table.longitude)
    return table.x_km.astype(np.float64), table.y_km.astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Rays:
    """Every event, station and phase that occurs in a set of differences.

    Attributes
    ----------
    event : ndarray of int64, shape (rays,)
        Row of the event.
    x_km, y_km, depth_km : ndarray of float64, shape (rays,)
        Of the station.
    shear : ndarray of bool, shape (rays,)
    first, second : ndarray of int64, shape (differences,)
        Ray of event 1 and of event 2.
    used : ndarray of int64, shape (differences,)
        Row in the table that was given.
    """

    event: Whole
    x_km: Floats
    y_km: Floats
    depth_km: Floats
    shear: npt.NDArray[np.bool_]
    first: Whole
    second: Whole
    used: Whole

    def trace(self, model: LayeredModel, source: Floats) -> tuple[Floats, Floats]:
        """Return travel times and their derivatives by x, y, depth and origin time.

        Parameters
        ----------
        model : LayeredModel
        source : ndarray, shape (events, 3)
            x, y, depth, km.

        Returns
        -------
        time_s : ndarray, shape (rays,)
        slopes : ndarray, shape (rays, 4)
            s/km, the last column 1.
        """
        east, north = self.x_km - source[self.event, 0], self.y_km - source[self.event, 1]
        distance = np.hypot(east, north)
        time, slopes = np.empty(len(distance)), np.ones((len(distance), 4))
        for phase, mask in (("P", ~self.shear), ("S", self.shear)):
            if not mask.any():
                continue
            at = self.event[mask]
            arrivals = travel_times(model, phase, distance[mask], source[at, 2], self.depth_km[mask])
            time[mask] = arrivals.time_s
            near = np.maximum(distance[mask], 1e-6)
            slopes[mask, 0] = -arrivals.distance_slope_s_km * east[mask] / near
            slopes[mask, 1] = -arrivals.distance_slope_s_km * north[mask] / near
            slopes[mask, 2] = arrivals.depth_slope_s_km
        return time, slopes


def find_rays(differences: Differences, events: Events, stations: Stations, frame: Frame) -> Rays:
    """List the rays; differences of unknown events or stations are left out of ``used``."""
    row_of = {name: row for row, name in enumerate(events.event_id.tolist())}
    one, two = (_rows(column, row_of) for column in (differences.event_1, differences.event_2))
    station = stations.index(differences.station_id)
    used = np.flatnonzero((one >= 0) & (two >= 0) & (station >= 0) & (one != two))
    shear = np.char.startswith(differences.phase[used].astype(np.str_), "S")
    far = (station[used] * 2 + shear) * max(1, len(events))
    codes, inverse = np.unique(np.concatenate([far + one[used], far + two[used]]), return_inverse=True)
    at = codes // max(1, len(events))
    x, y = places(stations, frame)
    return Rays(
        event=codes % max(1, len(events)),
        x_km=x[at // 2],
        y_km=y[at // 2],
        depth_km=-stations.elevation_m[at // 2] / 1000,
        shear=at % 2 == 1,
        first=inverse[: len(used)],
        second=inverse[len(used) :],
        used=used,
    )


def _rows(names: npt.NDArray[np.str_], row_of: dict[str, int]) -> Whole:
    known, inverse = np.unique(names, return_inverse=True)
    return np.array([row_of.get(str(name), -1) for name in known], np.int64)[inverse]
