"""The grid around a station, and how long waves need from its nodes to every station."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from onsets.association.real_options import RealOptions
from onsets.association.scene import Floats, Scene

__all__ = ["Around", "Grids"]

_OFF_CENTRE = 0.01234  # cells, as in REAL: no node stands on the station itself
_CACHE_BYTES = 512 * 2**20


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """Nodes around one station.

    Attributes
    ----------
    x_km, y_km, depth_km : ndarray of float64, shape (nodes,)
    times_s : ndarray of float64, shape (2 x stations, nodes)
        Travel times, row 2 x station + phase; NaN where the station is too far to count.
    own_s : ndarray of float64, shape (nodes,)
        Travel time of P to the station in the middle.
    share : ndarray of float64, shape (stations, nodes)
        Weight by distance, 1 at the epicentre and 0.5 at the largest distance.
    """

    x_km: Floats
    y_km: Floats
    depth_km: Floats
    times_s: Floats
    own_s: Floats
    share: Floats


class Grids:
    """Grids around stations, made when first needed; the oldest go when there are too many."""

    def __init__(self, scene: Scene, options: RealOptions) -> None:
        grid, range_km, down = options.grid_km, options.range_km, options.grid_depth_km
        if grid is None or range_km is None or down is None or options.largest_distance_km is None:
            raise ValueError("range_km, grid_km, grid_depth_km and largest_distance_km must be settled first")
        self._scene = scene
        self.reach_km = options.largest_distance_km
        steps = int(2 * range_km / grid + 1 + 1e-9)
        side = -range_km + (np.arange(steps) + _OFF_CENTRE) * grid
        self.depths_km = np.arange(int(options.depth_km / down + 1 + 1e-9)) * down
        north, east, deep = np.meshgrid(side, side, self.depths_km, indexing="ij")
        self._offsets = np.stack([east.ravel(), north.ravel(), deep.ravel()])
        self.nodes = self._offsets.shape[1]
        size = self.nodes * scene.stations * 3 * 8
        self._most = max(1, _CACHE_BYTES // size)
        self._made: dict[int, Around] = {}

    def around(self, station: int) -> Around:
        """Return the grid around a station."""
        if station not in self._made:
            if len(self._made) >= self._most:
                self._made.pop(next(iter(self._made)))
            self._made[station] = self._make(station)
        return self._made[station]

    def at(self, x_km: Floats, y_km: Floats, depth_km: Floats) -> tuple[Floats, Floats]:
        """Return travel times (2 x stations, places) and distances (stations, places) of any places."""
        scene = self._scene
        distance = scene.distances(x_km, y_km)
        times = np.empty((2 * scene.stations, distance.shape[1]))
        for phase in (0, 1):
            times[phase::2] = scene.travel(phase, distance, depth_km, scene.elevation_km[:, None])
        times[np.repeat(distance >= self.reach_km, 2, axis=0)] = np.nan
        return times, distance

    def share(self, distance_km: Floats) -> Floats:
        """Return the weight of stations by distance."""
        return np.asarray(np.cos(np.pi / 3 * distance_km / self.reach_km))

    def _make(self, station: int) -> Around:
        x = self._scene.x_km[station] + self._offsets[0]
        y = self._scene.y_km[station] + self._offsets[1]
        depth = self._offsets[2]
        times, distance = self.at(x, y, depth)
        own = self._scene.travel(0, distance[station], depth, self._scene.elevation_km[station])
        return Around(x, y, depth, times, own, self.share(distance))
