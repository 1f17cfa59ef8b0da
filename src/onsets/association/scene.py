"""What an associator sees: picks and stations in one local frame of seconds and kilometres."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Floats", "Found", "Ints", "Scene", "TravelTime"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
TravelTime = Callable[[int, Floats, Floats, Floats], Floats]
"""``travel(phase, distance_km, depth_km, elevation_km)``: seconds of the first P (0) or S (1) from a
source to a station; broadcasts."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Picks and stations, ready for an engine.

    Attributes
    ----------
    station : ndarray of int64, shape (picks,)
        Row of the stations.
    phase : ndarray of int64, shape (picks,)
        0 for P, 1 for S.
    time_s : ndarray of float64, shape (picks,)
        Seconds from a time near the picks.
    weight : ndarray of float64, shape (picks,)
        How much a pick is trusted: its probability, 1 where unknown.
    x_km, y_km, elevation_km : ndarray of float64, shape (stations,)
        East, north and up.
    travel : callable
        :data:`TravelTime`.
    """

    station: Ints
    phase: Ints
    time_s: Floats
    weight: Floats
    x_km: Floats
    y_km: Floats
    elevation_km: Floats
    travel: TravelTime

    @property
    def stations(self) -> int:
        """Number of stations."""
        return len(self.x_km)

    def take(self, index: npt.NDArray[np.bool_]) -> Scene:
        """Return the scene with the picks of a mask only."""
        return Scene(
            self.station[index],
            self.phase[index],
            self.time_s[index],
            self.weight[index],
            self.x_km,
            self.y_km,
            self.elevation_km,
            self.travel,
        )

    def distances(self, x_km: Floats, y_km: Floats) -> Floats:
        """Return epicentral distances, km, shape (stations, places)."""
        east = self.x_km[:, None] - np.asarray(x_km)
        north = self.y_km[:, None] - np.asarray(y_km)
        return np.asarray(np.hypot(east, north))


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Events and the picks that are theirs.

    Attributes
    ----------
    time_s, x_km, y_km, depth_km : ndarray of float64, shape (events,)
    event, pick : ndarray of int64, shape (assignments,)
        Rows of the events and of the picks of the scene.
    """

    time_s: Floats
    x_km: Floats
    y_km: Floats
    depth_km: Floats
    event: Ints
    pick: Ints

    def __len__(self) -> int:
        return len(self.time_s)

    @classmethod
    def none(cls) -> Found:
        """Return no event."""
        nothing, rows = np.empty(0), np.empty(0, np.int64)
        return cls(nothing, nothing, nothing, nothing, rows, rows)

    def join(self, other: Found) -> Found:
        """Return these events and others after them."""
        return Found(
            np.concatenate([self.time_s, other.time_s]),
            np.concatenate([self.x_km, other.x_km]),
            np.concatenate([self.y_km, other.y_km]),
            np.concatenate([self.depth_km, other.depth_km]),
            np.concatenate([self.event, other.event + len(self)]),
            np.concatenate([self.pick, other.pick]),
        )

    def of_picks(self, rows: Ints) -> Found:
        """Return the events with picks numbered anew: pick i was row ``rows[i]``."""
        return dataclasses.replace(self, pick=rows[self.pick])

    def keep(self, wanted: npt.NDArray[np.bool_]) -> Found:
        """Return the events of a mask, numbered anew, with their picks."""
        number = np.cumsum(wanted) - 1
        mine = wanted[self.event]
        return Found(
            self.time_s[wanted],
            self.x_km[wanted],
            self.y_km[wanted],
            self.depth_km[wanted],
            number[self.event[mine]].astype(np.int64),
            self.pick[mine],
        )
