"""Which events are neighbours, and the differences of their picks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.earth import Frame
from onsets.tables import Assignments, Differences, Events

__all__ = ["neighbours", "pair_picks"]

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
_BLOCK = 512


def neighbours(events: Events, max_km: float = 10.0, most: int = 20) -> tuple[Whole, Whole]:
    """Return pairs of events that are close to each other.

    Parameters
    ----------
    events : Events
    max_km : float
        Largest distance of two hypocentres.
    most : int
        Each event is paired with so many of its nearest ones; it may be chosen by more.

    Returns
    -------
    one, two : ndarray of int64, shape (pairs,)
        Rows of the events, ``one < two``, each pair once.
    """
    place = hypocentres(events)
    pairs = []
    for begin in range(0, len(place), _BLOCK):
        block = place[begin : begin + _BLOCK]
        apart = np.linalg.norm(block[:, None] - place, axis=2)
        apart[np.arange(len(block)), begin + np.arange(len(block))] = np.inf
        near = np.argsort(apart, axis=1, kind="stable")[:, :most]
        rows, columns = np.nonzero(np.take_along_axis(apart, near, 1) <= max_km)
        pairs.append(np.column_stack([begin + rows, near[rows, columns]]))
    both = np.sort(np.concatenate(pairs), axis=1) if pairs else np.empty((0, 2), np.int64)
    unique = np.unique(both, axis=0)
    return unique[:, 0], unique[:, 1]


def hypocentres(events: Events) -> Floats:
    """Return x, y, depth (km), shape (events, 3), in a frame around the middle of the events."""
    if np.isfinite(events.latitude).all() and len(events):
        frame = Frame(float(events.latitude.mean()), float(events.longitude.mean()))
        x, y = frame.to_xy(events.latitude, events.longitude)
    else:
        x, y = events.x_km, events.y_km
    return np.column_stack([x, y, np.nan_to_num(events.depth_km)])


def pair_picks(
    events: Events,
    assignments: Assignments,
    max_km: float = 10.0,
    most: int = 20,
    min_links: int = 8,
    max_links: int = 50,
) -> Differences:
    """Make catalogue differences: what ph2dt makes of a phase file.

    Parameters
    ----------
    events : Events
    assignments : Assignments
        Picks of weight 0 are left out; other weights (1 where unknown) become those of the differences,
        the mean of the two.
    max_km, most
        As :func:`neighbours`.
    min_links, max_links : int
        Pairs with fewer differences are left out; of more, those at the stations nearest by travel time
        are kept.

    Returns
    -------
    Differences
    """
    row_of = {name: row for row, name in enumerate(events.event_id.tolist())}
    picks: list[dict[tuple[str, str], tuple[float, float]]] = [{} for _ in row_of]
    for i, name in enumerate(assignments.event_id.tolist()):
        row, weight = row_of.get(name, -1), float(assignments.weight[i])
        if row < 0 or weight == 0:
            continue
        key = (str(assignments.station_id[i]), str(assignments.phase[i])[:1])
        travel = (int(assignments.time_ns[i]) - int(events.time_ns[row])) / 1e9
        picks[row].setdefault(key, (travel, 1.0 if weight != weight else weight))
    columns: list[list[object]] = [[] for _ in range(7)]
    names = events.event_id.tolist()
    for one, two in zip(*(ends.tolist() for ends in neighbours(events, max_km, most)), strict=True):
        links = sorted(picks[one].keys() & picks[two].keys(), key=lambda key: (picks[one][key][0], key))
        if len(links) < min_links:
            continue
        for station, phase in links[:max_links]:
            first, second = picks[one][station, phase], picks[two][station, phase]
            row_values = (
                *(names[one], names[two], station, phase),
                *(first[0] - second[0], (first[1] + second[1]) / 2, first[0]),
            )
            for column, value in zip(columns, row_values, strict=True):
                column.append(value)
    names_of = ("event_1", "event_2", "station_id", "phase", "dt_s", "weight", "first_s")
    table: dict[str, Any] = {
        name: np.array(column, np.str_ if i < 4 else np.float64)
        for i, (name, column) in enumerate(zip(names_of, columns, strict=True))
    }
    return Differences(**table, kind=np.full(len(columns[0]), "ct"))
