"""Events and assignments as tables: residuals, distances, azimuthal gaps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onsets.association.scene import Floats, Found, Ints, Scene
from onsets.earth import Frame
from onsets.tables import Assignments, Events, Picks, Stations

__all__ = ["azimuthal_gaps", "tables"]


def azimuthal_gaps(event: Ints, azimuth_deg: Floats, events: int) -> Floats:
    """Return the largest angle between neighbouring stations of each event, degrees.

    Parameters
    ----------
    event : ndarray of int64, shape (n,)
        Which event a station belongs to.
    azimuth_deg : ndarray of float64, shape (n,)
    events : int
        Number of events; one without stations gets NaN, one with a single direction 360.

    Examples
    --------
    >>> azimuthal_gaps(np.array([0, 0, 0]), np.array([350.0, 10.0, 200.0]), 1).tolist()
    [190.0]
    """
    gap = np.full(events, np.nan)
    if not len(event):
        return gap
    order = np.lexsort((azimuth_deg, event))
    owner, angle = event[order], azimuth_deg[order]
    first = np.flatnonzero(np.r_[True, np.diff(owner) > 0])
    last = np.r_[first[1:], len(owner)] - 1
    onwards = np.r_[np.diff(angle), 0.0]
    onwards[last] = angle[first] + 360 - angle[last]
    gap[owner[first]] = np.maximum.reduceat(onwards, first)
    return gap


def tables(
    scene: Scene, found: Found, picks: Picks, stations: Stations, frame: Frame, zero_ns: int, method: str
) -> tuple[Events, Assignments]:
    """Return what was found as tables, events by time, each event's picks by time.

    Parameters
    ----------
    scene : Scene
    found : Found
    picks : Picks
        Row by row those of the scene.
    stations : Stations
        Row by row those of the scene.
    frame : Frame
        Of the scene's kilometres.
    zero_ns : int
        Of the scene's seconds, ns UTC.
    method : str
        Name of the engine.
    """
    order = np.argsort(found.time_s, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    event = place[found.event]
    time, x, y, depth = (values[order] for values in (found.time_s, found.x_km, found.y_km, found.depth_km))
    rows = np.lexsort((scene.time_s[found.pick], event))
    event, pick = event[rows], found.pick[rows]
    station, phase = scene.station[pick], scene.phase[pick]
    east, north = scene.x_km[station] - x[event], scene.y_km[station] - y[event]
    distance = np.hypot(east, north)
    residual = scene.time_s[pick] - time[event]
    for kind in (0, 1):
        mine = phase == kind
        residual[mine] -= scene.travel(
            kind, distance[mine], depth[event[mine]], scene.elevation_km[station[mine]]
        )
    count = np.bincount(event, minlength=len(time))
    with np.errstate(divide="ignore", invalid="ignore"):
        rms = np.sqrt(np.bincount(event, residual**2, minlength=len(time)) / count)
    latitude, longitude = frame.to_geographic(x, y)
    time_ns = zero_ns + np.round(time * 1e9).astype(np.int64)
    names = _ids(time_ns)
    nan = np.full(len(time), np.nan)
    events = Events(
        event_id=names,
        time_ns=time_ns,
        latitude=latitude,
        longitude=longitude,
        depth_km=depth,
        x_km=x,
        y_km=y,
        picks=count.astype(np.int64),
        rms_s=rms,
        azimuthal_gap_deg=azimuthal_gaps(event, np.degrees(np.arctan2(east, north)) % 360, len(time)),
        horizontal_error_km=nan,
        depth_error_km=nan,
        time_error_s=nan,
        magnitude=nan,
        magnitude_type=np.full(len(time), ""),
        method=np.full(len(time), method),
        magnitude_error=nan,
    )
    assignments = Assignments(
        event_id=names[event] if len(event) else np.array([], np.str_),
        station_id=picks.station_id[pick],
        phase=picks.phase[pick],
        time_ns=picks.time_ns[pick],
        residual_s=residual,
        distance_km=distance,
        weight=scene.weight[pick],
    )
    return events, assignments


def _ids(time_ns: Ints) -> npt.NDArray[np.str_]:
    """Return an id from each origin time to the millisecond, with a letter where that comes twice."""
    stamps = np.datetime_as_string((time_ns // 1_000_000).astype("datetime64[ms]")).tolist()
    seen: dict[str, int] = {}
    out = []
    for stamp in stamps:
        name = "".join(character for character in stamp if character.isdigit())
        number = seen[name] = seen.get(name, 0) + 1
        out.append(name if number == 1 else f"{name}-{number}")
    return np.array(out, np.str_)
