"""Events, and which picks are theirs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from onsets.tables.picks import Picks, iso_time

__all__ = ["ASSIGNMENT_COLUMNS", "EVENT_COLUMNS", "Assignments", "Events"]

EVENT_COLUMNS = (
    "event_id",
    "time",
    "latitude",
    "longitude",
    "depth_km",
    "x_km",
    "y_km",
    "picks",
    "rms_s",
    "azimuthal_gap_deg",
    "horizontal_error_km",
    "depth_error_km",
    "time_error_s",
    "magnitude",
    "magnitude_type",
    "method",
    "magnitude_error",
)
ASSIGNMENT_COLUMNS = ("event_id", "station_id", "phase", "time", "residual_s", "distance_km", "weight")
_TEXTS = ("event_id", "station_id", "channel", "phase", "magnitude_type", "method")
_WHOLE = ("time_ns", "picks")


class _Rows:
    """What both tables can do; their attributes are their columns."""

    __slots__ = ()
    COLUMNS: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Self:
        """Gather rows keyed by the attributes; what a row leaves out is NaN, empty or, of picks, 0."""
        given = list(rows)
        columns: dict[str, Any] = {}
        for field in dataclasses.fields(cls):  # type: ignore[arg-type]
            kind: Any = np.str_ if field.name in _TEXTS else np.int64 if field.name in _WHOLE else np.float64
            absent: Any = "" if kind is np.str_ else 0 if kind is np.int64 else np.nan
            columns[field.name] = np.array([row.get(field.name, absent) for row in given], kind)
        return cls(**columns)

    @classmethod
    def concat(cls, tables: Iterable[Self]) -> Self:
        """Join tables one after another."""
        parts = list(tables) or [cls.of([])]
        names = [field.name for field in dataclasses.fields(cls)]  # type: ignore[arg-type]
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})

    def __len__(self) -> int:
        return len(self.event_id)  # type: ignore[attr-defined]

    def take(self, index: Any) -> Self:
        """Return the rows of a mask, slice or index array."""
        names = [field.name for field in dataclasses.fields(self)]  # type: ignore[arg-type]
        return type(self)(**{name: getattr(self, name)[index] for name in names})

    def replace(self, **columns: Any) -> Self:
        """Return a copy with some columns replaced."""
        return dataclasses.replace(self, **columns)  # type: ignore[type-var]

    def rows(self) -> list[dict[str, Any]]:
        """Return plain rows keyed by the columns of the interface; unknown numbers are None."""
        names = [field.name for field in dataclasses.fields(self)]  # type: ignore[arg-type]
        out = []
        for values in zip(*(getattr(self, name).tolist() for name in names), strict=True):
            row = dict(zip(names, values, strict=True))
            row["time"] = iso_time(row.pop("time_ns"))
            out.append({key: None if value != value else value for key, value in row.items()})
        return [{key: row[key] for key in self.COLUMNS} for row in out]


@dataclass(frozen=True, slots=True, eq=False)
class Events(_Rows):
    """Events as columns, one element an event.

    Attributes
    ----------
    event_id : ndarray of str, shape (n,)
        Unique in the table.
    time_ns : ndarray of int64, shape (n,)
        Origin time, ns since 1970 UTC.
    latitude, longitude : ndarray of float64, shape (n,)
        WGS84 degrees; NaN in a local grid.
    depth_km : ndarray of float64, shape (n,)
        Below sea level or the zero of a local grid.
    x_km, y_km : ndarray of float64, shape (n,)
        East and north in the local frame; NaN where there is none.
    picks : ndarray of int64, shape (n,)
        Number of picks assigned.
    rms_s : ndarray of float64, shape (n,)
        Root mean square of the residuals.
    azimuthal_gap_deg : ndarray of float64, shape (n,)
        Largest angle between neighbouring stations seen from the epicentre.
    horizontal_error_km, depth_error_km, time_error_s : ndarray of float64, shape (n,)
        One standard deviation; the horizontal error is the larger semi-axis.
    magnitude : ndarray of float64, shape (n,)
    magnitude_type : ndarray of str, shape (n,)
    method : ndarray of str, shape (n,)
        What found or located the event.
    magnitude_error : ndarray of float64, shape (n,)
        One standard deviation.

    Examples
    --------
    >>> events = Events.of([{"event_id": "e1", "time_ns": 0, "latitude": 46.0, "longitude": 7.0}])
    >>> len(events), events.rows()[0]["depth_km"]
    (1, None)
    """

    COLUMNS = EVENT_COLUMNS

    event_id: npt.NDArray[np.str_]
    time_ns: npt.NDArray[np.int64]
    latitude: npt.NDArray[np.float64]
    longitude: npt.NDArray[np.float64]
    depth_km: npt.NDArray[np.float64]
    x_km: npt.NDArray[np.float64]
    y_km: npt.NDArray[np.float64]
    picks: npt.NDArray[np.int64]
    rms_s: npt.NDArray[np.float64]
    azimuthal_gap_deg: npt.NDArray[np.float64]
    horizontal_error_km: npt.NDArray[np.float64]
    depth_error_km: npt.NDArray[np.float64]
    time_error_s: npt.NDArray[np.float64]
    magnitude: npt.NDArray[np.float64]
    magnitude_type: npt.NDArray[np.str_]
    method: npt.NDArray[np.str_]
    magnitude_error: npt.NDArray[np.float64]

    def sorted(self) -> Events:
        """Return the rows ordered by time, then id."""
        return self.take(np.lexsort((self.event_id, self.time_ns)))


@dataclass(frozen=True, slots=True, eq=False)
class Assignments(_Rows):
    """Picks that events use, one element a pick used.

    Attributes
    ----------
    event_id, station_id, phase : ndarray of str, shape (n,)
    time_ns : ndarray of int64, shape (n,)
        Of the pick, ns since 1970 UTC.
    residual_s : ndarray of float64, shape (n,)
        Observed minus predicted.
    distance_km : ndarray of float64, shape (n,)
        Epicentral.
    weight : ndarray of float64, shape (n,)
        Of the pick in the location; its probability before there is one.
    """

    COLUMNS = ASSIGNMENT_COLUMNS

    event_id: npt.NDArray[np.str_]
    station_id: npt.NDArray[np.str_]
    phase: npt.NDArray[np.str_]
    time_ns: npt.NDArray[np.int64]
    residual_s: npt.NDArray[np.float64]
    distance_km: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64]

    def index(self, picks: Picks) -> npt.NDArray[np.int64]:
        """Return the row of ``picks`` that each assignment means, -1 where there is none, shape (n,).

        Station, phase and time to the microsecond, which is what files keep, have to agree.
        """

        def keys(table: Assignments | Picks) -> Iterable[tuple[str, str, int]]:
            whole_us = ((table.time_ns + 500) // 1000).tolist()
            return zip(table.station_id.tolist(), table.phase.tolist(), whole_us, strict=True)

        known = {key: row for row, key in enumerate(keys(picks))}
        return np.array([known.get(key, -1) for key in keys(self)], np.int64)

    def of_event(self, event_id: str) -> Assignments:
        """Return the rows of one event."""
        return self.take(self.event_id == event_id)
