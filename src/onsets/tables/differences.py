"""Differences of the travel times of two events to one station: what double difference works on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Differences"]

_TEXTS = ("event_1", "event_2", "station_id", "phase", "kind")


@dataclass(frozen=True, slots=True, eq=False)
class Differences:
    """Differential times as columns, one element a pair of events at a station and phase.

    Attributes
    ----------
    event_1, event_2 : ndarray of str, shape (n,)
    station_id, phase : ndarray of str, shape (n,)
    dt_s : ndarray of float64, shape (n,)
        Travel time of event 1 less that of event 2, each counted from its event's own origin time as
        the catalogue gives it.
    weight : ndarray of float64, shape (n,)
        0 to 1 as in the files: pick quality of catalogue times, correlation coefficient (or its square)
        of correlated ones.
    first_s : ndarray of float64, shape (n,)
        Travel time of event 1; NaN where only the difference is known.
    kind : ndarray of str, shape (n,)
        ``ct``: from a catalogue's picks; ``cc``: from waveform correlation.
    """

    event_1: npt.NDArray[np.str_]
    event_2: npt.NDArray[np.str_]
    station_id: npt.NDArray[np.str_]
    phase: npt.NDArray[np.str_]
    dt_s: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64]
    first_s: npt.NDArray[np.float64]
    kind: npt.NDArray[np.str_]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Differences:
        """Gather rows keyed by the attributes; what a row leaves out is NaN or empty."""
        given = list(rows)
        columns: dict[str, Any] = {}
        for field in dataclasses.fields(cls):
            kind: Any = np.str_ if field.name in _TEXTS else np.float64
            absent = "" if field.name in _TEXTS else np.nan
            columns[field.name] = np.array([row.get(field.name, absent) for row in given], kind)
        return cls(**columns)

    @classmethod
    def concat(cls, tables: Iterable[Differences]) -> Differences:
        """Join tables one after another."""
        parts = list(tables) or [cls.of([])]
        names = [field.name for field in dataclasses.fields(cls)]
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})

    def __len__(self) -> int:
        return len(self.dt_s)

    def take(self, index: Any) -> Differences:
        """Return the rows of a mask, slice or index array."""
        names = [field.name for field in dataclasses.fields(self)]
        return Differences(**{name: getattr(self, name)[index] for name in names})
