"""What instruments make of ground velocity: responses of StationXML, or plain gains of a table."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.errors import CatalogueError
from onsets.waveforms.stations import label_to_id
from onsets.waveforms.stations_xml import epoch_ns, open_station_xml

__all__ = ["GAIN", "Response", "Responses", "find_responses", "read_responses"]

Floats = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]
GAIN = "gain_counts_m_s"
"""Column of a table that makes it one of responses."""
_FOREVER = (np.iinfo(np.int64).min, np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """The response of a channel while it held.

    Attributes
    ----------
    station_id : str
    channel : str
        Code, or empty for every channel of the station.
    span_ns : tuple of int
        When it held, end excluded.
    counts_per_m_s : callable
        Frequencies (Hz, above 0) -> counts per m/s, complex.
    """

    station_id: str
    channel: str
    span_ns: tuple[int, int]
    counts_per_m_s: Callable[[Floats], Complexes]


@dataclass(frozen=True, slots=True, eq=False)
class Responses:
    """All responses of a network.

    Attributes
    ----------
    known : dict
        ``NET.STA.LOC`` -> its responses.
    """

    known: Mapping[str, list[Response]]

    def __len__(self) -> int:
        return sum(map(len, self.known.values()))

    def find(self, station_id: str, channel: str, time_ns: int) -> Response | None:
        """Return the response of a channel at a time; None where there is none."""
        for one in self.known.get(station_id, ()):
            if one.channel in ("", channel) and one.span_ns[0] <= time_ns < one.span_ns[1]:
                return one
        return None


def read_responses(path: str | Path) -> Responses:
    """Read responses.

    Parameters
    ----------
    path : str or Path
        StationXML (``.xml``), or a CSV whose columns are ``station_id`` (or ``network, station,
        location``), ``gain_counts_m_s`` (counts per m/s above the corner), perhaps ``channel`` (every
        channel where empty), and ``corner_hz`` and ``damping`` of a pendulum (flat where empty). A table
        of stations with these columns will do.

    Raises
    ------
    CatalogueError
        If it cannot be read, or a gain is no number or not above 0: file and line are named.
    MissingExtraError
        If StationXML is asked for without ObsPy.
    """
    found = _of_xml(path) if Path(path).suffix.lower() == ".xml" else _of_table(path)
    known: dict[str, list[Response]] = {}
    for one in found:
        known.setdefault(one.station_id, []).append(one)
    return Responses(known)


def find_responses(stations: str | Path, responses: str | Path | None = None) -> Responses | None:
    """Return the responses of a file, else those that the file of stations holds as well, if any.

    Raises
    ------
    CatalogueError, MissingExtraError
        As :func:`read_responses`.
    """
    if responses is not None:
        return read_responses(responses)
    if Path(stations).suffix.lower() == ".xml":
        return read_responses(stations) or None
    with open(stations, encoding="utf-8-sig", errors="replace") as handle:
        return read_responses(stations) if GAIN in handle.readline() else None


def _of_table(path: str | Path) -> list[Response]:
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        what = getattr(error, "strerror", None) or error
        raise CatalogueError(f"{path} cannot be read: {what}; expected StationXML or a table") from error
    rows = csv.DictReader(text.splitlines())
    if GAIN not in (rows.fieldnames or ()):
        raise CatalogueError(
            f"{path}: no column {GAIN}; expected StationXML, or a CSV with station_id,{GAIN}"
        )
    out = []
    for number, row in enumerate(rows, 2):
        cell = {key: (value or "").strip() for key, value in row.items() if key}
        name = cell.get("station_id") or ".".join(
            cell.get(key, "") for key in ("network", "station", "location")
        )
        if not cell[GAIN]:
            continue
        values = {
            key: _number(path, number, key, cell.get(key, "")) for key in (GAIN, "corner_hz", "damping")
        }
        response = _pendulum(values[GAIN], values["corner_hz"], values["damping"])
        out.append(Response(label_to_id(name), cell.get("channel", ""), _FOREVER, response))
    return out


def _number(path: str | Path, line: int, name: str, text: str) -> float:
    try:
        value = float(text) if text else float("nan")
    except ValueError:
        value = -1.0
    if not (value != value or 0 < value < float("inf")):
        raise CatalogueError(f"{path}, line {line}: {name} is {text!r}, expected a number above 0")
    return value


def _pendulum(gain: float, corner_hz: float, damping: float) -> Callable[[Floats], Complexes]:
    """Return a velocity sensor that is flat above its corner, or flat altogether."""

    def counts(frequency_hz: Floats) -> Complexes:
        if corner_hz != corner_hz:
            return np.full(len(frequency_hz), gain, np.complex128)
        s, turn = 2j * np.pi * frequency_hz, 2 * np.pi * corner_hz
        share = 0.707 if damping != damping else damping
        return np.asarray(gain * s**2 / (s**2 + 2 * share * turn * s + turn**2))

    return counts


def _of_xml(path: str | Path) -> list[Response]:
    out = []
    for network in open_station_xml(path):
        for station in network:
            for channel in station:
                if channel.response is None or not channel.response.response_stages:
                    continue
                begin, end = epoch_ns(channel)
                span = (_FOREVER[0] if begin is None else begin, _FOREVER[1] if end is None else end)
                name = f"{network.code}.{station.code}.{channel.location_code}"
                out.append(Response(name, channel.code, span, _evaluated(channel.response)))
    return out


def _evaluated(response: Any) -> Callable[[Floats], Complexes]:
    def counts(frequency_hz: Floats) -> Complexes:
        try:
            found = response.get_evalresp_response_for_frequencies(frequency_hz, output="VEL")
        except Exception as error:  # whatever the evaluation of a broken response meets
            raise CatalogueError(f"a response cannot be evaluated: {error}") from error
        return np.asarray(found, np.complex128)

    return counts
