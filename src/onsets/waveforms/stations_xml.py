"""Stations of a StationXML file, by ObsPy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from onsets.errors import CatalogueError, MissingExtraError

__all__ = ["epoch_ns", "open_station_xml", "read_station_xml"]


def open_station_xml(path: str | Path) -> Any:
    """Return the networks of a StationXML file, as ObsPy's Inventory.

    Raises
    ------
    CatalogueError
        If the file cannot be read.
    MissingExtraError
        If ObsPy is not installed.
    """
    try:
        from obspy import read_inventory
    except ImportError:
        raise MissingExtraError("ObsPy", "obspy", "StationXML") from None
    try:
        return read_inventory(str(path), format="STATIONXML")
    except Exception as error:  # the reader raises whatever its XML parser meets
        raise CatalogueError(f"{path} is no StationXML: {type(error).__name__}: {error}") from error


def epoch_ns(place: Any) -> tuple[int | None, int | None]:
    """Return begin and end of a station or channel, ns UTC; None where open, or beyond what ns can say."""
    begin, end = (
        None if time is None or not 1678 <= time.year < 2262 else int(time.ns)
        for time in (place.start_date, place.end_date)
    )
    return begin, end


def read_station_xml(path: str | Path) -> list[dict[str, Any]]:
    """Return the places in a StationXML file, one row a channel and epoch.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    list of dict
        ``station_id, latitude, longitude, elevation_m`` (of the sensor: the channel's elevation less its
        depth), ``start_ns`` and ``end_ns`` where the file gives them, and ``line``, the number of the
        channel. A station without channels gives one row with an empty location.

    Raises
    ------
    CatalogueError, MissingExtraError
        As :func:`open_station_xml`.
    """
    rows: list[dict[str, Any]] = []
    for network in open_station_xml(path):
        for station in network:
            for place in station.channels or [station]:
                location = getattr(place, "location_code", "")
                row: dict[str, Any] = {
                    "line": len(rows) + 1,
                    "station_id": f"{network.code}.{station.code}.{location}",
                    "latitude": float(place.latitude),
                    "longitude": float(place.longitude),
                    "elevation_m": float(place.elevation) - float(getattr(place, "depth", 0.0) or 0.0),
                }
                span = zip(("start_ns", "end_ns"), epoch_ns(place), strict=True)
                row |= {name: time for name, time in span if time is not None}
                rows.append(row)
    return rows
