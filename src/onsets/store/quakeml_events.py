"""QuakeML 1.2 (BED) of located events: origins, magnitudes, picks and arrivals.

==================  ====================================================================================
QuakeML             from
==================  ====================================================================================
event               event_id; ``preferredOriginID``, ``preferredMagnitudeID``; type earthquake is not said
origin              time, latitude, longitude, depth (m), each with its uncertainty where known
originUncertainty   ``horizontalUncertainty`` (m): the larger semi-axis
quality             picks, stations, RMS, azimuthal gap, nearest and farthest station (degrees)
arrival             phase, distance (degrees), residual, weight
pick                as in :mod:`onsets.store.quakeml` where the table of picks is given, else its time and
                    phase only
magnitude           magnitude, type, uncertainty, number of stations
amplitude           Wood-Anderson amplitude (m on paper, type AML) or duration (s, type END), time, channel
stationMagnitude    magnitude of each component, with the amplitude it is from
==================  ====================================================================================

Written and read by the standard library alone.

References: Euchner, F. and Schorlemmer, D. (editors), QuakeML 1.2 Basic Event Description, 2013.
"""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np

from onsets.errors import CatalogueError
from onsets.store.atomic import replacing
from onsets.store.quakeml import pick_element
from onsets.store.read import time_ns
from onsets.store.text import short
from onsets.tables import Amplitudes, Assignments, Events, Picks, iso_time
from onsets.types import Pick

__all__ = ["read_quakeml_events", "write_quakeml_events"]

_ROOT = "smi:local/onsets"
_KM_PER_DEGREE = 111.19
_SPACE = "http://quakeml.org/xmlns/bed/1.2"
_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" xmlns="{_SPACE}">
  <eventParameters publicID="{_ROOT}/catalogue">
"""
_TAIL = """  </eventParameters>
</q:quakeml>
"""


def write_quakeml_events(
    events: Events,
    assignments: Assignments,
    path: str | Path,
    picks: Picks | None = None,
    amplitudes: Amplitudes | None = None,
) -> None:
    """Write a catalogue as QuakeML 1.2, whole or not at all; the same catalogue gives the same bytes.

    Parameters
    ----------
    events : Events
    assignments : Assignments
        Those of other events are passed over.
    path : str or Path
    picks : Picks, optional
        What more is known of the picks.
    amplitudes : Amplitudes, optional
        What the magnitudes are from.

    Raises
    ------
    CatalogueError
        If an event has no latitude and longitude, or a code does not fit QuakeML.
    StoreError
        If the file cannot be written.
    """
    placeless = np.isnan(events.latitude) | np.isnan(events.longitude)
    if placeless.any():
        raise CatalogueError(
            f"event {events.event_id[np.argmax(placeless)]} has no latitude and longitude, which QuakeML "
            "needs; write .csv, .parquet or .sqlite"
        )
    known: dict[tuple[str, str, int], Pick] = {}
    if picks is not None:
        known = {(pick.station_id, pick.phase, pick.time_ns): pick for pick in picks}
    sizes: dict[str, list[int]] = {}
    for row, name in enumerate([] if amplitudes is None else amplitudes.event_id.tolist()):
        sizes.setdefault(name, []).append(row)
    order = np.argsort(assignments.event_id, kind="stable")
    names = assignments.event_id[order]
    with replacing(path) as handle:
        handle.write(_HEAD.encode())
        for i in range(len(events)):
            bounds = np.searchsorted(names, [events.event_id[i], events.event_id[i]], side="left")
            bounds[1] = np.searchsorted(names, events.event_id[i], side="right")
            mine = assignments.take(order[slice(*bounds)])
            element = _event(events.take(slice(i, i + 1)), mine, known)
            if amplitudes is not None:
                _measured(element, amplitudes.take(sizes.get(str(events.event_id[i]), [])))
            ET.indent(element, level=2)
            handle.write(b"    " + ET.tostring(element, encoding="utf-8") + b"\n")
        handle.write(_TAIL.encode())


def _name(text: str) -> str:
    return re.sub(r"[^\w.-]", "_", text, flags=re.A)


def _real(parent: ET.Element, tag: str, value: float, uncertainty: float = math.nan) -> None:
    """Add a quantity with its uncertainty, if it is known."""
    if not math.isfinite(value):
        return
    holder = ET.SubElement(parent, tag)
    ET.SubElement(holder, "value").text = f"{value:.9g}"
    if math.isfinite(uncertainty):
        ET.SubElement(holder, "uncertainty").text = short(uncertainty)


def _plain(parent: ET.Element, tag: str, value: Any) -> None:
    if isinstance(value, float):
        if not math.isfinite(value):
            return
        value = short(value)
    ET.SubElement(parent, tag).text = str(value)


def _event(event: Events, mine: Assignments, known: dict[tuple[str, str, int], Pick]) -> ET.Element:
    name, method = _name(str(event.event_id[0])), _name(str(event.method[0])) or "unknown"
    origin_id, size_id = f"{_ROOT}/origin/{name}/{method}", f"{_ROOT}/magnitude/{name}"
    element = ET.Element("event", publicID=f"{_ROOT}/event/{name}")
    ET.SubElement(element, "preferredOriginID").text = origin_id
    sized = math.isfinite(float(event.magnitude[0]))
    if sized:
        ET.SubElement(element, "preferredMagnitudeID").text = size_id
    pick_ids = []
    for i in range(len(mine)):
        key = (str(mine.station_id[i]), str(mine.phase[i]), int(mine.time_ns[i]))
        digest = f"{name}/{i + 1}"
        element.append(pick_element(known.get(key) or Pick(key[0], "", key[1], key[2]), digest))
        pick_ids.append(f"{_ROOT}/pick/{digest}")
    element.append(_origin(event, mine, origin_id, pick_ids))
    if sized:
        magnitude = ET.SubElement(element, "magnitude", publicID=size_id)
        _real(magnitude, "mag", float(event.magnitude[0]), float(event.magnitude_error[0]))
        if event.magnitude_type[0]:
            _plain(magnitude, "type", str(event.magnitude_type[0]))
        _plain(magnitude, "originID", origin_id)
    return element


def _measured(element: ET.Element, mine: Amplitudes) -> None:
    """Add amplitudes and the magnitude that each gives, and how many stations there are."""
    name = str(element.get("publicID")).rpartition("/")[2]
    origin_id = str(element.findtext("preferredOriginID"))
    for i in range(len(mine)):
        network, station, location = [*str(mine.station_id[i]).split("."), "", ""][:3]
        codes = {"networkCode": network, "stationCode": station, "locationCode": location}
        if mine.channel[i]:
            codes["channelCode"] = str(mine.channel[i])
        amplitude_id = f"{_ROOT}/amplitude/{name}/{i + 1}"
        amplitude = ET.SubElement(element, "amplitude", publicID=amplitude_id)
        drawn = math.isfinite(float(mine.amplitude_mm[i]))
        value = float(mine.amplitude_mm[i]) / 1000 if drawn else float(mine.duration_s[i])
        _real(amplitude, "genericAmplitude", value)
        _plain(amplitude, "type", "AML" if drawn else "END")
        _plain(amplitude, "unit", "m" if drawn else "s")
        _plain(amplitude, "snr", float(mine.snr[i]))
        ET.SubElement(amplitude, "waveformID", codes)
        reading = ET.SubElement(amplitude, "timeWindow")
        _plain(reading, "begin", 0)
        _plain(reading, "end", 0)
        _plain(reading, "reference", iso_time(int(mine.time_ns[i])))
        size = ET.SubElement(element, "stationMagnitude", publicID=f"{_ROOT}/stationmagnitude/{name}/{i + 1}")
        _plain(size, "originID", origin_id)
        _real(size, "mag", float(mine.magnitude[i]))
        _plain(size, "type", str(mine.magnitude_type[i]))
        _plain(size, "amplitudeID", amplitude_id)
        ET.SubElement(size, "waveformID", codes)
    magnitude = element.find("magnitude")
    if magnitude is not None and len(mine):
        _plain(magnitude, "stationCount", len(set(mine.station_id.tolist())))


def _origin(event: Events, mine: Assignments, origin_id: str, pick_ids: list[str]) -> ET.Element:
    origin = ET.Element("origin", publicID=origin_id)
    time = ET.SubElement(origin, "time")
    ET.SubElement(time, "value").text = iso_time(int(event.time_ns[0]))
    if math.isfinite(event.time_error_s[0]):
        ET.SubElement(time, "uncertainty").text = short(float(event.time_error_s[0]))
    across_km = float(event.horizontal_error_km[0])
    north = across_km / _KM_PER_DEGREE
    latitude = float(event.latitude[0])
    _real(origin, "latitude", latitude, north)
    _real(origin, "longitude", float(event.longitude[0]), north / max(math.cos(math.radians(latitude)), 1e-6))
    _real(origin, "depth", 1000 * float(event.depth_km[0]), 1000 * float(event.depth_error_km[0]))
    if math.isfinite(across_km):
        spread = ET.SubElement(origin, "originUncertainty")
        _plain(spread, "horizontalUncertainty", 1000 * across_km)
        _plain(spread, "preferredDescription", "horizontal uncertainty")
    if event.method[0]:
        _plain(origin, "methodID", f"{_ROOT}/method/{_name(str(event.method[0]))}")
    quality = ET.SubElement(origin, "quality")
    _plain(quality, "usedPhaseCount", int(event.picks[0]))
    if len(mine):
        _plain(quality, "usedStationCount", len(set(mine.station_id.tolist())))
    _plain(quality, "standardError", float(event.rms_s[0]))
    _plain(quality, "azimuthalGap", float(event.azimuthal_gap_deg[0]))
    degrees = mine.distance_km / _KM_PER_DEGREE
    if len(mine) and np.isfinite(degrees).any():
        _plain(quality, "minimumDistance", float(np.nanmin(degrees)))
        _plain(quality, "maximumDistance", float(np.nanmax(degrees)))
    ET.SubElement(origin, "evaluationMode").text = "automatic"
    for i, pick_id in enumerate(pick_ids):
        arrival = ET.SubElement(origin, "arrival", publicID=pick_id.replace("/pick/", "/arrival/"))
        _plain(arrival, "pickID", pick_id)
        _plain(arrival, "phase", str(mine.phase[i]))
        _plain(arrival, "distance", float(degrees[i]))
        _plain(arrival, "timeResidual", float(mine.residual_s[i]))
        _plain(arrival, "timeWeight", float(mine.weight[i]))
    return origin


def read_quakeml_events(path: str | Path) -> tuple[Events, Assignments]:
    """Read events with their preferred (else first) origin and magnitude, and that origin's arrivals.

    Parameters
    ----------
    path : str or Path
        QuakeML 1.2 of any writer.

    Raises
    ------
    CatalogueError
        If the file cannot be read, is no QuakeML or an event has no origin.
    """
    try:
        root = ET.parse(path).getroot()
    except (OSError, ET.ParseError) as error:
        raise CatalogueError(f"{path} is no QuakeML: {error}") from error
    found = root.findall(f".//{{{_SPACE}}}event")
    if not found and not root.tag.endswith("quakeml"):
        raise CatalogueError(f"{path} is no QuakeML 1.2: its root is {root.tag!r}")
    rows, arrivals = [], []
    for element in found:
        row, mine = _read_event(element, str(path))
        rows.append(row)
        arrivals += mine
    return Events.of(rows), Assignments.of(arrivals)


def _text(element: ET.Element | None, *tags: str) -> str:
    for tag in tags:
        element = None if element is None else element.find(f"{{{_SPACE}}}{tag}")
    return "" if element is None else (element.text or "").strip()


def _number(element: ET.Element | None, *tags: str, scale: float = 1.0) -> float:
    text = _text(element, *tags)
    return scale * float(text) if text else math.nan


def _preferred(event: ET.Element, tag: str, wanted: str) -> ET.Element | None:
    found = event.findall(f"{{{_SPACE}}}{tag}")
    return next((one for one in found if one.get("publicID") == wanted), found[0] if found else None)


def _read_event(element: ET.Element, path: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    name = str(element.get("publicID", "")).removeprefix(f"{_ROOT}/event/")
    origin = _preferred(element, "origin", _text(element, "preferredOriginID"))
    if origin is None:
        raise CatalogueError(f"{path}: event {name} has no origin; expected located events")
    size = _preferred(element, "magnitude", _text(element, "preferredMagnitudeID"))
    picks = {str(pick.get("publicID")): pick for pick in element.findall(f"{{{_SPACE}}}pick")}
    row = {
        "event_id": name,
        "time_ns": time_ns(_text(origin, "time", "value"), f"{path}: event {name}"),
        "latitude": _number(origin, "latitude", "value"),
        "longitude": _number(origin, "longitude", "value"),
        "depth_km": _number(origin, "depth", "value", scale=0.001),
        "rms_s": _number(origin, "quality", "standardError"),
        "azimuthal_gap_deg": _number(origin, "quality", "azimuthalGap"),
        "horizontal_error_km": _number(origin, "originUncertainty", "horizontalUncertainty", scale=0.001),
        "depth_error_km": _number(origin, "depth", "uncertainty", scale=0.001),
        "time_error_s": _number(origin, "time", "uncertainty"),
        "magnitude": _number(size, "mag", "value"),
        "magnitude_type": _text(size, "type"),
        "magnitude_error": _number(size, "mag", "uncertainty"),
        "method": _text(origin, "methodID").rpartition("/")[2],
    }
    mine = []
    for arrival in origin.findall(f"{{{_SPACE}}}arrival"):
        pick = picks.get(_text(arrival, "pickID"))
        if pick is None:
            continue
        place = pick.find(f"{{{_SPACE}}}waveformID")
        codes = [
            (place.get(key) or "") if place is not None else ""
            for key in ("networkCode", "stationCode", "locationCode")
        ]
        mine.append(
            {
                "event_id": name,
                "station_id": ".".join(codes),
                "phase": _text(arrival, "phase"),
                "time_ns": time_ns(_text(pick, "time", "value"), f"{path}: event {name}"),
                "residual_s": _number(arrival, "timeResidual"),
                "distance_km": _number(arrival, "distance", scale=_KM_PER_DEGREE),
                "weight": _number(arrival, "timeWeight"),
            }
        )
    row["picks"] = len(mine) or int(
        _number(origin, "quality", "usedPhaseCount") if _text(origin, "quality", "usedPhaseCount") else 0
    )
    return row, mine
