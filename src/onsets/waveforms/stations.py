"""Where stations stand: CSV, REAL's, HypoDD's and NonLinLoc's files, StationXML."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from onsets.errors import CatalogueError, ConfigError, nearest
from onsets.tables import STATION_COLUMNS, Stations
from onsets.waveforms.stations_xml import read_station_xml

__all__ = ["label_to_id", "read_stations"]

_KNOWN = (*STATION_COLUMNS, "network", "station", "location", "elevation_km")
_PLACE = ("latitude", "longitude", "elevation_m", "elevation_km", "x_km", "y_km")


def read_stations(path: str | Path) -> Stations:
    """Read a table of stations.

    Parameters
    ----------
    path : str or Path
        CSV with a header: ``station_id`` (``NET.STA.LOC``), or ``network, station, location`` of which
        network and location may be missing; ``latitude, longitude`` or, for the local grid of a mine,
        ``x_km, y_km``; ``elevation_m`` (or ``elevation_km``), 0 where missing; perhaps ``start`` and
        ``end``, ISO 8601 UTC, of a station that was moved. Further columns are passed over. Without a
        header: REAL's (longitude, latitude, network, station, channel, elevation in km), HypoDD's
        (station, latitude, longitude and perhaps elevation in m), or NonLinLoc's ``GTSRCE`` lines.
        Ending in ``.xml``: StationXML.

    Returns
    -------
    Stations
        In the order of the file. Rows that say the same twice (channels of one station) are one.

    Raises
    ------
    CatalogueError
        With file and line: unreadable, no station, a number or time that is none, a place that cannot
        be, one station in two places at one time, latitude and longitude swapped, or elevations in
        kilometres called metres.
    ConfigError
        If the header lacks a column.
    MissingExtraError
        If StationXML is asked for without ObsPy.
    """
    if Path(path).suffix.lower() == ".xml":
        rows = read_station_xml(path)
    else:
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            what = getattr(error, "strerror", None) or error
            raise CatalogueError(f"{path} cannot be read: {what}; expected a table of stations") from error
        lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
        lines = [(n, line) for n, line in lines if not line.lstrip().startswith(("#", "*"))]
        rows = _csv(path, lines) if lines and _has_header(lines[0][1]) else _plain(path, lines)
    if not rows:
        raise CatalogueError(f"{path} names no station")
    rows = _distinct(path, rows)
    stations = Stations.of(rows)
    _check_swapped(path, stations)
    _check_elevations(path, stations, rows)
    return stations


def label_to_id(label: str) -> str:
    """Return the station_id of a bare code or of ``NET_STA_LOC`` as NonLinLoc users write it.

    Examples
    --------
    >>> label_to_id("ABC"), label_to_id("AK_RC01_--"), label_to_id("XX.A.00")
    ('.ABC.', 'AK.RC01.', 'XX.A.00')
    """
    parts = label.split("_")
    if "." in label:
        return label if label.count(".") == 2 else label + "."
    if len(parts) == 3:
        return f"{parts[0]}.{parts[1]}.{parts[2].replace('-', '')}"
    return f".{label}."


def _has_header(line: str) -> bool:
    words = {word.strip().lower() for word in line.split(",")}
    return "," in line and bool(words & {"station", "station_id", *_PLACE})


def _csv(path: str | Path, lines: Sequence[tuple[int, str]]) -> list[dict[str, Any]]:
    header = [name.strip() for name in next(csv.reader([lines[0][1]]))]
    if "station_id" not in header and "station" not in header:
        raise ConfigError(f"{path}: no column station_id or station; got {', '.join(header)}")
    if not ({"latitude", "longitude"} <= set(header) or {"x_km", "y_km"} <= set(header)):
        for name in header:
            hint = nearest(name, [word for word in _KNOWN if word not in header])
            if name not in _KNOWN and hint.startswith("did"):
                raise ConfigError(f"{path}: unknown column {name!r}; {hint}")
        raise ConfigError(f"{path}: no columns latitude, longitude (or x_km, y_km); got {', '.join(header)}")
    rows = []
    for number, line in lines[1:]:
        cells = [cell.strip() for cell in next(csv.reader([line]))]
        if len(cells) != len(header):
            raise CatalogueError(
                f"{path}, line {number}: got {len(cells)} cells, expected {len(header)} as in the header"
            )
        cell = dict(zip(header, cells, strict=True))
        row: dict[str, Any] = {"line": number, "station_id": _station_id(cell)}
        if not row["station_id"].strip("."):
            raise CatalogueError(f"{path}, line {number}: names no station")
        for name in _PLACE:
            if cell.get(name):
                row[name] = _number(path, number, name, cell[name])
        for name in ("start", "end"):
            if cell.get(name):
                row[f"{name}_ns"] = _time(path, number, cell[name])
        rows.append(row)
    return rows


def _station_id(cell: Mapping[str, str]) -> str:
    if cell.get("station_id"):
        return label_to_id(cell["station_id"])
    return ".".join(cell.get(name, "").replace("--", "") for name in ("network", "station", "location"))


def _plain(path: str | Path, lines: Sequence[tuple[int, str]]) -> list[dict[str, Any]]:
    """Read a table without a header, by what its first columns are."""
    rows = []
    for number, line in lines:
        words = line.split()
        if words[0] == "GTSRCE" and len(words) >= 7 and words[2] == "LATLON":
            names = dict(zip(("latitude", "longitude", "depth", "elevation_km"), words[3:7], strict=True))
            row = {name: _number(path, number, name, word) for name, word in names.items()}
            row["elevation_km"] -= row.pop("depth")
            station_id = label_to_id(words[1])
        elif len(words) == 6 and re.match(r"[-+\d.]", words[0]) and not re.match(r"[-+\d.]+$", words[2]):
            names = dict(zip(("longitude", "latitude", "elevation_km"), [*words[:2], words[5]], strict=True))
            row = {name: _number(path, number, name, word) for name, word in names.items()}
            station_id = f"{words[2]}.{words[3]}."
        elif 3 <= len(words) <= 5:
            names = dict(zip(("latitude", "longitude", "elevation_m"), words[1:4], strict=False))
            row = {name: _number(path, number, name, word) for name, word in names.items()}
            station_id = label_to_id(words[0])
        else:
            raise CatalogueError(
                f"{path}, line {number}: got {line.strip()[:60]!r}; expected a CSV with a header, or "
                "longitude latitude network station channel elevation_km (REAL), station latitude "
                "longitude [elevation_m] (HypoDD), GTSRCE label LATLON latitude longitude depth elevation"
            )
        rows.append({"line": number, "station_id": station_id, **row})
    return rows


def _number(path: str | Path, line: int, name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    limit = {"latitude": 90.0, "longitude": 360.0}.get(name, 1e5)
    if not abs(value) <= limit:
        hint = "; are latitude and longitude swapped?" if name == "latitude" and value == value else ""
        raise CatalogueError(
            f"{path}, line {line}: {name} is {text!r}, expected a number within {limit:g}{hint}"
        )
    return value


def _time(path: str | Path, line: int, text: str) -> int:
    try:
        return int(np.datetime64(text.rstrip("Z"), "ns").astype(np.int64))
    except ValueError as error:
        raise CatalogueError(f"{path}, line {line}: {text!r} is no ISO 8601 time") from error


def _distinct(path: str | Path, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out rows that repeat a station; refuse one station in two places at one time."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if "elevation_km" in row:
            row["elevation_m"] = 1000.0 * row.pop("elevation_km")
        for other in kept.setdefault(row["station_id"], []):
            if all(abs(row.get(name, 0.0) - other.get(name, 0.0)) < 1e-5 for name in _PLACE[:2]) and all(
                abs(row.get(name, 0.0) - other.get(name, 0.0)) < limit
                for name, limit in (("elevation_m", 1.0), ("x_km", 1e-3), ("y_km", 1e-3))
            ):
                for name, better in (("start_ns", min), ("end_ns", max)):
                    if name in row and name in other:
                        other[name] = better(row[name], other[name])
                    else:
                        other.pop(name, None)
                break
            ends = [(one.get("start_ns", -np.inf), one.get("end_ns", np.inf)) for one in (row, other)]
            if max(ends[0][0], ends[1][0]) < min(ends[0][1], ends[1][1]):
                raise CatalogueError(
                    f"{path}, lines {other['line']} and {row['line']}: station {row['station_id']} is in two "
                    "places at one time; give each its start and end, or remove one"
                )
        else:
            kept[row["station_id"]].append(row)
    return sorted((row for group in kept.values() for row in group), key=lambda row: int(row["line"]))


def _check_swapped(path: str | Path, stations: Stations) -> None:
    """Refuse a table in which a station would join the others if its two angles changed places."""
    latitude, longitude = stations.latitude, stations.longitude
    if len(stations) < 4 or np.isnan(latitude).any() or np.isnan(longitude).any():
        return
    middle = np.median(latitude), np.median(longitude)
    away = np.maximum(np.abs(latitude - middle[0]), np.abs(longitude - middle[1]))
    swapped = np.maximum(np.abs(longitude - middle[0]), np.abs(latitude - middle[1]))
    spread = 3 * np.median(away) + 1.0
    wrong = np.flatnonzero((away > 5 * spread) & (swapped < spread))
    if len(wrong):
        raise CatalogueError(
            f"{path}: station {stations.station_id[wrong[0]]} at latitude {latitude[wrong[0]]:g}, longitude "
            f"{longitude[wrong[0]]:g} is far from the others, but among them with the two swapped; swap them"
        )


def _check_elevations(path: str | Path, stations: Stations, rows: Sequence[Mapping[str, Any]]) -> None:
    """Refuse elevations that look like kilometres."""
    up = stations.elevation_m
    named = all("elevation_m" in row for row in rows)
    if len(up) < 3 or not named or not stations.geographic:
        return
    broken = np.abs(up * 10 - np.round(up * 10)) > 1e-6  # finer than a decimetre: nobody levels that
    if np.abs(up).max() < 9 and np.abs(up).max() > 0.05 and broken.mean() >= 0.5:
        raise CatalogueError(
            f"{path}: elevation_m is {up.min():g} to {up.max():g}, which looks like kilometres; call it "
            "elevation_km (or, if these are metres, divide them by 1000 and do so)"
        )
