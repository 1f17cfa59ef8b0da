"""Where stations stand, and which row of the table a pick means."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.errors import CatalogueError
from onsets.tables.picks import iso_time

__all__ = ["STATION_COLUMNS", "Stations"]

STATION_COLUMNS = ("station_id", "latitude", "longitude", "elevation_m", "x_km", "y_km", "start", "end")
BEGIN_NS, END_NS = np.iinfo(np.int64).min, np.iinfo(np.int64).max
_NUMBERS = ("latitude", "longitude", "elevation_m", "x_km", "y_km")


@dataclass(frozen=True, slots=True, eq=False)
class Stations:
    """Stations as columns, one element a station (or an epoch of one that was moved).

    Attributes
    ----------
    station_id : ndarray of str, shape (n,)
        ``NET.STA.LOC``; network and location may be empty (``.STA.``).
    latitude, longitude : ndarray of float64, shape (n,)
        WGS84 degrees; NaN for a local grid.
    elevation_m : ndarray of float64, shape (n,)
        Above sea level, or above the zero of a local grid.
    x_km, y_km : ndarray of float64, shape (n,)
        East and north in a local grid; NaN for geographic stations.
    start_ns, end_ns : ndarray of int64, shape (n,)
        When this place held, ns since 1970 UTC, end excluded; the ends of int64 when for ever.

    Examples
    --------
    >>> stations = Stations.of([{"station_id": "XX.A.", "latitude": 46.0, "longitude": 7.0}])
    >>> stations.index(["XX.A.", "XX.A.00", "XX.B."]).tolist()
    [0, 0, -1]
    """

    station_id: npt.NDArray[np.str_]
    latitude: npt.NDArray[np.float64]
    longitude: npt.NDArray[np.float64]
    elevation_m: npt.NDArray[np.float64]
    x_km: npt.NDArray[np.float64]
    y_km: npt.NDArray[np.float64]
    start_ns: npt.NDArray[np.int64]
    end_ns: npt.NDArray[np.int64]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Stations:
        """Gather rows keyed by the attributes; elevation 0, places NaN and for ever when left out."""
        given = list(rows)
        columns: dict[str, Any] = {"station_id": np.array([row["station_id"] for row in given], np.str_)}
        for name in _NUMBERS:
            missing = 0.0 if name == "elevation_m" else np.nan
            columns[name] = np.array([row.get(name, missing) for row in given], np.float64)
        columns["start_ns"] = np.array([row.get("start_ns", BEGIN_NS) for row in given], np.int64)
        columns["end_ns"] = np.array([row.get("end_ns", END_NS) for row in given], np.int64)
        return cls(**columns)

    @classmethod
    def concat(cls, tables: Iterable[Stations]) -> Stations:
        """Join tables one after another."""
        parts = list(tables) or [cls.of([])]
        names = [column.name for column in dataclasses.fields(cls)]
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})

    def __len__(self) -> int:
        return len(self.station_id)

    def take(self, index: Any) -> Stations:
        """Return the rows of a mask, slice or index array."""
        names = [column.name for column in dataclasses.fields(self)]
        return Stations(**{name: getattr(self, name)[index] for name in names})

    @property
    def geographic(self) -> bool:
        """Whether places are latitude and longitude rather than x and y of a local grid.

        Raises
        ------
        CatalogueError
            If some stations have the one and some only the other, or one has neither.
        """
        lacks_globe = np.isnan(self.latitude) | np.isnan(self.longitude)
        lacks_grid = np.isnan(self.x_km) | np.isnan(self.y_km)
        if not lacks_globe.any():
            return True
        if not lacks_grid.any():
            return False
        row = int(np.argmax(lacks_globe & lacks_grid)) if (lacks_globe & lacks_grid).any() else -1
        what = f"station {self.station_id[row]} has no place" if row >= 0 else "stations of two kinds"
        raise CatalogueError(
            f"{what}; expected latitude and longitude for all stations, or x_km and y_km for all"
        )

    def index(
        self, station_ids: Iterable[str], time_ns: npt.NDArray[np.int64] | None = None
    ) -> npt.NDArray[np.int64]:
        """Return the row that each station_id means, -1 where none does, shape (m,).

        The same id comes first, then the same network and station at any location, then the same
        station code where either side has no network. Among the epochs of a station the one that
        holds the time is taken, else the first.

        Parameters
        ----------
        station_ids : iterable of str, m elements
        time_ns : ndarray of int64, shape (m,), optional
            Times of the picks.
        """
        wanted = np.asarray(list(station_ids), np.str_)
        names, inverse = np.unique(wanted, return_inverse=True)
        rows = [self._rows(str(name)) for name in names]
        out = np.array([found[0] if len(found) else -1 for found in rows], np.int64)[inverse]
        if time_ns is None:
            return out
        for number, found in enumerate(rows):
            if len(found) < 2:
                continue
            mine = np.flatnonzero(inverse == number)
            holds = (self.start_ns[found] <= time_ns[mine, None]) & (time_ns[mine, None] < self.end_ns[found])
            out[mine] = found[np.argmax(holds, axis=1)]
        return out

    def _rows(self, name: str) -> npt.NDArray[np.int64]:
        """Rows that an id may mean, the best kind of agreement only."""
        exact = np.flatnonzero(self.station_id == name)
        if len(exact):
            return exact
        network, station, _ = (*name.split("."), "", "")[:3] if "." in name else ("", name, "")
        codes = [[*one.split("."), "", ""][:2] for one in self.station_id.tolist()]
        same = [[net, sta] == [network, station] for net, sta in codes]
        if not any(same):
            same = [sta == station and (not net or not network) for net, sta in codes]
        return np.flatnonzero(np.array(same, np.bool_))

    def rows(self) -> list[dict[str, Any]]:
        """Return plain rows keyed by :data:`STATION_COLUMNS`; unknown numbers and open ends are None."""
        out = []
        for i in range(len(self)):
            row: dict[str, Any] = {"station_id": str(self.station_id[i])}
            for name in _NUMBERS:
                value = float(getattr(self, name)[i])
                row[name] = None if np.isnan(value) else value
            start, end = int(self.start_ns[i]), int(self.end_ns[i])
            row["start"] = None if start == BEGIN_NS else iso_time(start)
            row["end"] = None if end == END_NS else iso_time(end)
            out.append(row)
        return out
