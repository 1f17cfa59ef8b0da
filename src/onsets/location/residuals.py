"""What is left of arrival times at given hypocentres."""

from __future__ import annotations

import numpy as np

from onsets.earth import LayeredModel, geodesic, travel_times
from onsets.location.observed import phase_kind
from onsets.tables import Assignments, Events, Stations

__all__ = ["with_residuals"]


def with_residuals(
    events: Events, assignments: Assignments, stations: Stations, model: LayeredModel
) -> tuple[Events, Assignments]:
    """Compute distances and residuals anew, and the RMS of each event, without moving anything.

    Parameters
    ----------
    events : Events
    assignments : Assignments
    stations : Stations
    model : LayeredModel

    Returns
    -------
    events : Events
        With the weighted RMS of their residuals; as it was where there are none.
    assignments : Assignments
        Picks of unknown events, stations and phases keep what they had. Weights stay.
    """
    row_of = {name: row for row, name in enumerate(events.event_id.tolist())}
    event = np.array([row_of.get(name, -1) for name in assignments.event_id.tolist()], np.int64)
    station = stations.index(assignments.station_id, assignments.time_ns)
    kinds = np.array([phase_kind(name) for name in assignments.phase.tolist()], np.str_)
    known = np.flatnonzero((event >= 0) & (station >= 0) & (kinds != ""))
    event, station, kinds = event[known], station[known], kinds[known]
    if stations.geographic:
        ends = (events.latitude[event], events.longitude[event])
        distance = geodesic(*ends, stations.latitude[station], stations.longitude[station])[0]
    else:
        distance = np.hypot(
            events.x_km[event] - stations.x_km[station], events.y_km[event] - stations.y_km[station]
        )
    depth, up = events.depth_km[event], stations.elevation_m[station] / 1000
    late = (assignments.time_ns[known] - events.time_ns[event]) / 1e9
    for kind in np.unique(kinds).tolist():
        mine = kinds == kind
        late[mine] -= travel_times(model, kind, distance[mine], depth[mine], -up[mine]).time_s
    columns = {name: getattr(assignments, name).copy() for name in ("residual_s", "distance_km")}
    columns["residual_s"][known], columns["distance_km"][known] = late, distance
    weight = np.nan_to_num(assignments.weight[known], nan=1.0)
    total, square = np.zeros(len(events)), np.zeros(len(events))
    np.add.at(total, event, weight)
    np.add.at(square, event, weight * late**2)
    rms = np.where(total > 0, np.sqrt(square / np.maximum(total, 1e-12)), events.rms_s)
    return events.replace(rms_s=rms), assignments.replace(**columns)
