"""Picks by station and phase, each series in the order of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from onsets.association.scene import Floats, Ints, Scene

__all__ = ["Series"]

_EDGE_S = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """All picks by station and phase, each series in the order of time.

    Attributes
    ----------
    time_s : ndarray of float64, shape (n,)
    pick : ndarray of int64, shape (n,)
        Row in the scene.
    series : ndarray of int64, shape (n,)
        2 x station + phase.
    key : ndarray of float64, shape (n,)
        Rises through all series: series x ``span_s`` + time after ``begin_s``.
    begin_s, span_s : float
        The span is longer than the picks last, however long that is.
    """

    time_s: Floats
    pick: Ints
    series: Ints
    key: Floats
    begin_s: float
    span_s: float

    @classmethod
    def of(cls, scene: Scene, rows: Ints) -> Series:
        """Sort rows of the scene."""
        series = 2 * scene.station[rows] + scene.phase[rows]
        order = np.lexsort((scene.time_s[rows], series))
        time = scene.time_s[rows][order]
        begin = float(time.min()) if len(time) else 0.0
        span = (float(time.max()) - begin if len(time) else 0.0) + 4 * _EDGE_S
        return cls(time, rows[order], series[order], series[order] * span + time - begin, begin, span)

    def after(self, series: Any, time_s: Floats) -> Ints:
        """Return the index of the first pick of a series later than a time; it may belong to the next."""
        late = np.clip(time_s - self.begin_s, -_EDGE_S, self.span_s - 2 * _EDGE_S)
        return np.searchsorted(self.key, np.asarray(series) * self.span_s + late, side="right")
