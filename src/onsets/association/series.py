"""Picks by station and phase, each series in the order of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from onsets.association.scene import Floats, Ints, Scene

__all__ = ["Series"]

_SPAN_S = 1e6


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
        Rises through all series: series x 1e6 s + time.
    """

    time_s: Floats
    pick: Ints
    series: Ints
    key: Floats

    @classmethod
    def of(cls, scene: Scene, rows: Ints) -> Series:
        """Sort rows of the scene."""
        series = 2 * scene.station[rows] + scene.phase[rows]
        order = np.lexsort((scene.time_s[rows], series))
        time = scene.time_s[rows][order]
        return cls(time, rows[order], series[order], series[order] * _SPAN_S + time)

    def after(self, series: Any, time_s: Floats) -> Ints:
        """Return the index of the first pick of a series later than a time; it may belong to the next."""
        return np.searchsorted(self.key, np.asarray(series) * _SPAN_S + time_s, side="right")
