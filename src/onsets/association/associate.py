"""Picks to events: one interface, whatever the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from onsets.association import pyocto, real
from onsets.association.chunks import in_chunks
from onsets.association.describe import tables
from onsets.association.gather import Window, absorb, adopt, wide_window
from onsets.association.pauses import without_pauses
from onsets.association.place import refine
from onsets.association.pyocto_options import PyoctoOptions
from onsets.association.real_options import RealOptions
from onsets.association.scene import Floats, Found, Scene
from onsets.association.settle import settle
from onsets.earth import Frame, LayeredModel, time_grid
from onsets.tables import Assignments, Events, Picks, Stations
from onsets.types import Problem

__all__ = ["ENGINES", "associate", "placed", "settled"]

ENGINES: dict[str, tuple[type, Callable[[Scene, Any], Found]]] = {
    "pyocto": (PyoctoOptions, pyocto.search),
    "real": (RealOptions, real.search),
}
"""Name -> options and the function that finds events."""

_MOST_PICKS = 400_000
_EXTRA_KM = 200.0
_ROUNDS = 3


def placed(picks: Picks, stations: Stations) -> tuple[Picks, list[Problem]]:
    """Return the picks of known stations, and what became of the others.

    Parameters
    ----------
    picks : Picks
    stations : Stations

    Returns
    -------
    picks : Picks
        P and S (also Pg, Pn, Sg, Sn...) of stations in the table.
    problems : list of Problem
        One a station that is not in the table and one a phase that is neither; they are not fatal.
    """
    row = stations.index(picks.station_id.tolist(), picks.time_ns)
    problems = []
    names, counts = np.unique(picks.station_id[row < 0], return_counts=True)
    for name, count in zip(names.tolist(), counts.tolist(), strict=True):
        reason = f"station is not in the station table; its {count} picks are left out; add it there"
        problems.append(Problem(name, reason, name, count))
    letter = picks.phase.astype("U1")
    other = ~np.isin(letter, ["P", "S"])
    names, counts = np.unique(picks.phase[other & (row >= 0)], return_counts=True)
    for name, count in zip(names.tolist(), counts.tolist(), strict=True):
        problems.append(Problem(f"phase {name!r}", f"neither P nor S; {count} picks are left out"))
    return picks.take((row >= 0) & ~other), problems


def associate(
    picks: Picks,
    stations: Stations,
    model: LayeredModel,
    options: PyoctoOptions | RealOptions | None = None,
) -> tuple[Events, Assignments]:
    """Find the events that picks come from.

    Parameters
    ----------
    picks : Picks
        In any order, of any length of time: days need not be cut. Picks of unknown stations are left
        out; :func:`placed` names and counts them.
    stations : Stations
        All geographic or all in one local grid.
    model : LayeredModel
    options : PyoctoOptions or RealOptions, optional
        Also choose the engine; PyOcto with settings that follow from the network when not given.

    Returns
    -------
    events : Events
        By time. Places are preliminary: locate them.
    assignments : Assignments
        The picks of each event. Each pick belongs to one event at most, except that PyOcto allows events
        in neighbouring blocks of time to share a few.

    Raises
    ------
    MissingExtraError
        If the engine is not installed.
    CatalogueError
        If the stations have no places.
    """
    options = PyoctoOptions() if options is None else options
    method = next(name for name, (kind, _) in ENGINES.items() if isinstance(options, kind))
    picks, _ = placed(picks, stations)
    if not len(picks):
        return Events.of([]), Assignments.of([])
    scene, frame, zero_ns = _scene(picks, stations, model, options.depth_km)
    options = settle(options, scene)
    far = np.array(options.largest_distance_km)
    longest = float(scene.travel(1, far, np.array(options.depth_km), np.array(0.0)))
    engine = ENGINES[method][1]

    def stretch(part: Scene) -> Found:
        return without_pauses(part, lambda rest: engine(rest, options), 1.5 * longest)

    window = wide_window(scene, options.windows_s)
    found = Found.none()
    for _ in range(options.passes):
        free = np.ones(len(scene.time_s), np.bool_)
        free[found.pick] = False
        more = in_chunks(scene.take(free), stretch, 1.5 * longest, _MOST_PICKS)
        if not len(more):
            break
        rows = np.flatnonzero(free)
        found = _gathered(scene, found.join(more.of_picks(rows)), window, longest, options)
    return tables(scene, found, picks, stations, frame, zero_ns, method)


def _gathered(
    scene: Scene, found: Found, window: Window, longest_s: float, options: PyoctoOptions | RealOptions
) -> Found:
    """Return events moved to their best places, parts of others joined, picks left over adopted."""

    def refined(events: Found) -> Found:
        return refine(scene, events, options.refine_km, options.depth_km) if options.refine else events

    for _ in range(_ROUNDS):  # picks absorbed draw an event that stood off its place, which then sees more
        before = len(found)
        found = absorb(scene, refined(found), window, longest_s)
        if len(found) == before:
            break
    reach_km = 2 * (options.largest_distance_km or 0.0)
    found = adopt(scene, found, window, reach_km)
    return adopt(scene, refined(found), window, reach_km) if options.refine else found


def settled(
    picks: Picks, stations: Stations, model: LayeredModel, options: PyoctoOptions | RealOptions
) -> PyoctoOptions | RealOptions:
    """Return the options that :func:`associate` will use, nothing None."""
    picks, _ = placed(picks, stations)
    return settle(options, _scene(picks, stations, model, options.depth_km)[0])


def _scene(
    picks: Picks, stations: Stations, model: LayeredModel, depth_km: float
) -> tuple[Scene, Frame, int]:
    """Return picks and stations in a local frame; stations without picks take part as silent ones."""
    if stations.geographic:
        longitude = stations.longitude
        turned = np.ptp(longitude) > 180
        east = np.mod(longitude, 360) if turned else longitude
        frame = Frame(
            float(stations.latitude.min() + stations.latitude.max()) / 2, float(east.min() + east.max()) / 2
        )
        x_km, y_km = frame.to_xy(stations.latitude, stations.longitude)
    else:
        frame, x_km, y_km = Frame(), stations.x_km, stations.y_km
    zero_ns = int(picks.time_ns.min()) // 10**9 * 10**9
    reach = float(np.hypot(np.ptp(x_km), np.ptp(y_km))) + _EXTRA_KM
    grids = [time_grid(model, phase, depth_km + 1.0, reach) for phase in ("P", "S")]

    def travel(phase: int, distance_km: Floats, depth: Floats, elevation_km: Floats) -> Floats:
        return grids[phase].times(distance_km, depth, elevation_km)

    scene = Scene(
        station=stations.index(picks.station_id.tolist(), picks.time_ns),
        phase=(picks.phase.astype("U1") == "S").astype(np.int64),
        time_s=(picks.time_ns - zero_ns) / 1e9,
        weight=np.where(np.isnan(picks.probability), 1.0, picks.probability),
        x_km=x_km,
        y_km=y_km,
        elevation_km=np.nan_to_num(stations.elevation_m) / 1000,
        travel=travel,
    )
    return scene, frame, zero_ns
