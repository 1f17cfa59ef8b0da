"""Counting at once, for all nodes around a station, how many picks an origin would explain."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onsets.association.real_grid import Around
from onsets.association.scene import Ints, Scene
from onsets.association.series import Series

__all__ = ["Raster", "thin"]

_BIN_S = 0.02
_RASTER_BYTES = 48 * 2**20


def thin(scene: Scene, closest_s: tuple[float, float]) -> Ints:
    """Return the picks that are left when of two of one phase at one station, closer than a P or S
    window, only the better trusted counts (the earlier of equals)."""
    series = 2 * scene.station + scene.phase
    order = np.lexsort((np.arange(len(series)), scene.time_s, series))
    time, weight, same = scene.time_s[order], scene.weight[order], np.diff(series[order]) == 0
    near = same & (np.diff(time) < np.asarray(closest_s)[scene.phase[order][1:]])
    better = weight[1:] > weight[:-1]
    drop = np.zeros(len(time), np.bool_)
    drop[1:] |= near & ~better
    drop[:-1] |= near & better
    return np.sort(order[~drop]).astype(np.int64)


class Raster:
    """Whether a pick lies within the window of each instant, for one stretch of time.

    A bin is set if any instant that rounding may put there has a pick in its window, so the counts are
    never too low and hardly ever too high.
    """

    def __init__(self, rows: int, windows_s: tuple[float, float], shortest_s: float) -> None:
        self._windows_s = windows_s
        self.bins = max(int(shortest_s / _BIN_S) + 1, _RASTER_BYTES // (rows + 1))
        self.seconds = self.bins * _BIN_S
        self._hit = np.zeros((rows + 1, self.bins), np.uint8)
        self._begin_s = 0.0
        self._tables: dict[int, npt.NDArray[np.int32]] = {}

    def draw(self, series: Series, begin_s: float) -> None:
        """Fill the raster with the picks from ``begin_s`` on."""
        self._hit[:] = 0
        self._begin_s = begin_s
        half = np.asarray(self._windows_s)[series.series % 2]
        first = np.ceil((series.time_s - half - begin_s) / _BIN_S).astype(np.int64) - 2
        last = np.floor((series.time_s + half - begin_s) / _BIN_S).astype(np.int64)
        for row, a, b in zip(
            *(values[(last >= 0) & (first < self.bins)].tolist() for values in (series.series, first, last)),
            strict=True,
        ):
            self._hit[row, max(a, 0) : b + 1] = 1

    def count(self, station: int, around: Around, time_s: float) -> npt.NDArray[np.uint16]:
        """Return, for each node, at most how many picks fit an event whose P comes to a station now."""
        table = self._tables.get(station)
        if table is None:
            if len(self._tables) * around.times_s.size * 4 > 2**28:
                self._tables.clear()
            table = self._tables[station] = self._table(around)
        here = table + np.int32((time_s - self._begin_s) / _BIN_S)
        hits = self._hit.ravel().take(here, mode="clip")
        return np.asarray(np.add.reduce(hits, axis=0, dtype=np.uint16))

    def _table(self, around: Around) -> npt.NDArray[np.int32]:
        """Return where in the flat raster each series is read for an event at time 0 (P at the station)."""
        rows = np.arange(len(around.times_s))[:, None]
        later = np.floor((around.times_s - around.own_s) / _BIN_S)
        off = np.isnan(later)
        flat = np.where(off, len(rows), rows) * self.bins + np.where(off, 0, later)
        return np.asarray(flat, np.int32)
