"""A small network, a layered crust and catalogues whose truth is known."""

from __future__ import annotations

import numpy as np

from onsets.earth import Frame, LayeredModel, geodesic, travel_times
from onsets.tables import Assignments, Events, Stations

MODEL = LayeredModel([0.0, 5.0, 15.0, 30.0], [5.0, 5.8, 6.4, 7.8], [2.9, 3.35, 3.7, 4.5])
FRAME = Frame(42.7, 13.1)
START_NS = 1_700_000_000 * 10**9


def network(number=20, reach_km=40.0, seed=0):
    rng = np.random.default_rng(seed)
    latitude, longitude = FRAME.to_geographic(*rng.uniform(-reach_km, reach_km, (2, number)))
    rows = zip(latitude, longitude, rng.uniform(0, 1500, number), strict=True)
    return Stations.of(
        {"station_id": f"XX.S{i:02d}.", "latitude": a, "longitude": b, "elevation_m": e}
        for i, (a, b, e) in enumerate(rows)
    )


def catalogue(x_km, y_km, depth_km):
    latitude, longitude = FRAME.to_geographic(x_km, y_km)
    return Events.of(
        {
            "event_id": f"e{i}",
            "time_ns": START_NS + i * 60 * 10**9,
            "latitude": latitude[i],
            "longitude": longitude[i],
            "depth_km": depth_km[i],
        }
        for i in range(len(depth_km))
    )


def observe(events, stations, rng, errors=(0.08, 0.15), share=1.0, outliers=0.0):
    """Arrivals with errors of 0.5, 1 or 2 times the usual; returns them and their deviations."""
    rows, deviations = [], []
    up = -stations.elevation_m / 1000
    for i in range(len(events)):
        distance, _, _ = geodesic(
            events.latitude[i], events.longitude[i], stations.latitude, stations.longitude
        )
        heard = rng.random(len(stations)) < share
        for phase, usual in zip("PS", errors, strict=True):
            times = travel_times(MODEL, phase, distance, events.depth_km[i], up).time_s
            for j in np.flatnonzero(heard & ((phase == "P") | (rng.random(len(stations)) < 0.6))):
                deviation = usual * rng.choice([0.5, 1.0, 2.0])
                error = rng.normal() * deviation
                if rng.random() < outliers:
                    error += rng.uniform(-3, 3)
                rows.append(
                    {
                        "event_id": events.event_id[i],
                        "station_id": stations.station_id[j],
                        "phase": phase,
                        "time_ns": int(events.time_ns[i]) + round((times[j] + error) * 1e9),
                        "weight": 1.0,
                    }
                )
                deviations.append(deviation)
    return Assignments.of(rows), np.array(deviations)


def offsets_km(found, true):
    """East, north, down from the truth, shape (events, 3)."""
    sides = [np.column_stack([*FRAME.to_xy(t.latitude, t.longitude), t.depth_km]) for t in (found, true)]
    return sides[0] - sides[1]
