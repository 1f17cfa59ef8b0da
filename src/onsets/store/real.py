"""REAL's files: a folder of picks, ``phase_sel.txt`` and ``catalog_sel.txt``.

Picks lie in ``NET.STA.P.txt`` and ``NET.STA.S.txt``, a line a pick: seconds of the day, weight, amplitude.
``phase_sel.txt`` holds, for each event, its line of ``catalog_sel.txt`` and one line a pick.

References: Zhang, M., Ellsworth, W. L. and Beroza, G. C. (2019), doi 10.1785/0220190052.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from onsets.errors import CatalogueError
from onsets.store.atomic import replacing
from onsets.store.phase_text import text_lines, write_lines
from onsets.tables import Assignments, Events, Picks
from onsets.types import Pick

__all__ = ["read_real_events", "read_real_picks", "write_real_events", "write_real_picks"]

_DAY_NS = 86_400 * 10**9


def read_real_picks(folder: str | Path, day: str) -> Picks:
    """Read a folder of REAL's pick files; an empty file holds no picks.

    Parameters
    ----------
    folder : str or Path
    day : str
        ``YYYY-MM-DD``, from whose midnight the seconds count.

    Raises
    ------
    CatalogueError
        If there is no pick file, or a line does not hold three numbers.
    """
    zero = _midnight(day)
    files = sorted(
        path for path in Path(folder).glob("*.txt") if path.name.split(".")[-2:-1] in (["P"], ["S"])
    )
    if not files:
        raise CatalogueError(f"{folder}: no files such as IV.T1247.P.txt; expected REAL's folder of picks")
    picks = []
    for path in files:
        network, station, phase = path.name.split(".")[:3]
        for number, line in enumerate(text_lines(path), 1):
            if not line.strip():
                continue
            try:
                seconds, weight, amplitude = map(float, line.split()[:3])
            except ValueError as error:
                raise CatalogueError(
                    f"{path}, line {number}: got {line!r}, expected three numbers"
                ) from error
            at = zero + round(seconds * 1e9)
            picks.append(
                Pick(f"{network}.{station}.", "", phase, at, weight, amplitude=amplitude or float("nan"))
            )
    return Picks.of(picks)


def _midnight(day: str) -> int:
    try:
        return int(np.datetime64(day, "D").astype("datetime64[ns]").astype(np.int64))
    except ValueError as error:
        raise CatalogueError(f"day is {day!r}, expected YYYY-MM-DD") from error


def write_real_picks(picks: Picks, folder: str | Path) -> list[Path]:
    """Write picks as REAL reads them: a folder a day, in it a file a station and phase.

    Parameters
    ----------
    picks : Picks
        Locations of a station go into one file; unknown weights become 1, amplitudes 0.
    folder : str or Path
        Must exist; ``YYYYMMDD`` folders are made in it.

    Returns
    -------
    list of Path
        The files.
    """
    letter = picks.phase.astype("U1")
    series: dict[tuple[int, str], list[int]] = {}
    for row in np.argsort(picks.time_ns, kind="stable").tolist():
        if letter[row] in ("P", "S"):
            code = ".".join(str(picks.station_id[row]).split(".")[:2])
            series.setdefault((int(picks.time_ns[row]) // _DAY_NS, f"{code}.{letter[row]}"), []).append(row)
    made = []
    for (day, name), rows in sorted(series.items()):
        inside = Path(folder, str(np.datetime64(day, "D")).replace("-", ""))
        inside.mkdir(exist_ok=True)
        with replacing(inside / f"{name}.txt") as handle:
            for row in rows:
                seconds = (int(picks.time_ns[row]) - day * _DAY_NS) / 1e9
                weight = np.nan_to_num(picks.probability[row], nan=1.0)
                amplitude = np.nan_to_num(picks.amplitude[row], nan=0.0)
                handle.write(f"{seconds:.4f} {weight:.4f} {amplitude:.6e}\n".encode())
        made.append(inside / f"{name}.txt")
    return made


def read_real_events(path: str | Path) -> tuple[Events, Assignments]:
    """Read ``phase_sel.txt`` (events and picks) or ``catalog_sel.txt`` (events only).

    Raises
    ------
    CatalogueError
        With file and line, if one has another form.
    """
    events: list[dict[str, Any]] = []
    picks: list[dict[str, Any]] = []
    zero = 0
    for number, line in enumerate(text_lines(path), 1):
        words = line.split()
        if not words:
            continue
        try:
            if words[0].isdigit() and len(words) >= 15:
                zero = _midnight("-".join(words[1:4]))
                events.append(_event(words, zero))
            else:
                picks.append(_arrival(words, zero, events[-1]["event_id"]))
        except (ValueError, IndexError) as error:
            raise CatalogueError(
                f"{path}, line {number}: got {line!r}, expected an event or a pick of REAL"
            ) from error
    return Events.of(events), Assignments.of(picks)


def _event(words: list[str], zero: int) -> dict[str, Any]:
    """Number, date, clock, seconds of the day, deviation, place, magnitude and its deviation, counts, gap."""
    number = dict(
        zip(("rms_s", "latitude", "longitude", "depth_km", "magnitude"), map(float, words[6:11]), strict=True)
    )
    if not np.isfinite(number["magnitude"]) or number["magnitude"] <= -10:
        number["magnitude"] = float("nan")
    return {
        "event_id": words[0],
        "time_ns": zero + round(float(words[5]) * 1e9),
        "picks": int(words[14]),
        "azimuthal_gap_deg": float(words[-1]),
        "magnitude_type": "ML" if np.isfinite(number["magnitude"]) else "",
        "method": "real",
        **number,
    }


def _arrival(words: list[str], zero: int, event_id: str) -> dict[str, Any]:
    """Network, station, phase, seconds of the day, travel time, amplitude, residual, weight, azimuth."""
    return {
        "event_id": event_id,
        "station_id": f"{words[0]}.{words[1]}.",
        "phase": words[2],
        "time_ns": zero + round(float(words[3]) * 1e9),
        "residual_s": float(words[6]),
        "weight": float(words[7]),
    }


def write_real_events(
    events: Events, assignments: Assignments, path: str | Path, picks_too: bool = True
) -> None:
    """Write ``phase_sel.txt``, or ``catalog_sel.txt`` without the picks.

    Parameters
    ----------
    events : Events
    assignments : Assignments
    path : str or Path
    picks_too : bool

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    write_lines(path, _lines(events, assignments, picks_too))


def _lines(events: Events, assignments: Assignments, picks_too: bool) -> Iterator[str]:
    for i in range(len(events)):
        mine = assignments.of_event(str(events.event_id[i]))
        time = int(events.time_ns[i])
        day = time // _DAY_NS
        seconds = (time - day * _DAY_NS) / 1e9
        letter = mine.phase.astype("U1")
        p, s = set(mine.station_id[letter == "P"].tolist()), set(mine.station_id[letter == "S"].tolist())
        clock = f"{int(seconds // 3600):02d}:{int(seconds % 3600 // 60):02d}:{seconds % 60:06.3f}"
        size, rms, gap = (np.nan_to_num(v, nan=w) for v, w in (
            (events.magnitude[i], -100.0), (events.rms_s[i], 0.0), (events.azimuthal_gap_deg[i], 360.0)
        ))  # fmt: skip
        date = str(np.datetime64(day, "D")).replace("-", " ")
        counts = (
            int((letter == "P").sum()),
            int((letter == "S").sum()),
            len(mine) or int(events.picks[i]),
            len(p & s),
        )
        yield (
            f"{i + 1:5d} {date} {clock} {seconds:12.3f} {rms:7.4f} {events.latitude[i]:8.4f} "
            f"{events.longitude[i]:9.4f} {events.depth_km[i]:6.2f} {size:6.3f} 0.000 "
            + " ".join(f"{count:3d}" for count in counts)
            + f" {gap:6.2f}"
        )
        for k in range(len(mine)) if picks_too else ():
            network, station = str(mine.station_id[k]).split(".")[:2]
            at = (int(mine.time_ns[k]) - day * _DAY_NS) / 1e9
            weight, late = np.nan_to_num(mine.weight[k], nan=1.0), np.nan_to_num(mine.residual_s[k])
            yield (
                f"{network:>5s} {station:>8s} {letter[k]:>5s} {at:12.4f} {at - seconds:9.4f} 0.00e+00 "
                f"{late:7.4f} {weight:8.4f} 0.0000"
            )
