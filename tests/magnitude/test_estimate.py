"""Medians over stations."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.magnitude import event_magnitudes
from onsets.tables import Amplitudes, Events

EVENTS = Events.of([{"event_id": "a"}, {"event_id": "b"}, {"event_id": "c", "magnitude": 9.0}])


def rows(*values):
    return Amplitudes.of(
        {"event_id": event, "station_id": station, "magnitude": size, "magnitude_type": "ML"}
        for event, station, size in values
    )


def test_each_station_counts_once():
    measured = rows(("a", "X", 2.0), ("a", "X", 2.2), ("a", "Y", 3.0), ("a", "Z", 3.5), ("b", "X", 1.0))
    found = event_magnitudes(EVENTS, measured)
    assert found.magnitude[:2].tolist() == [3.0, 1.0] and np.isnan(found.magnitude[2])
    assert found.magnitude_type.tolist() == ["ML", "ML", ""] and np.isnan(found.magnitude_error[1:]).all()
    assert found.magnitude_error[0] == pytest.approx(1.2533 * 1.4826 * 0.5 / np.sqrt(3), rel=1e-3)


def test_too_few_stations_and_unknown_values():
    measured = rows(("a", "X", 2.0), ("a", "Y", np.nan), ("b", "X", 1.0), ("b", "Y", 2.0))
    found = event_magnitudes(EVENTS, measured, stations=2)
    assert np.isnan(found.magnitude[0]) and found.magnitude[1] == 1.5
    assert np.isnan(event_magnitudes(EVENTS, rows()).magnitude).all()


def test_the_error_is_that_of_a_median():
    rng, values = np.random.default_rng(0), []
    for _ in range(400):
        each = rng.normal(2.0, 0.3, 25)
        found = event_magnitudes(EVENTS, rows(*(("a", f"S{k}", v) for k, v in enumerate(each))))
        values.append((found.magnitude[0], found.magnitude_error[0]))
    true, told = np.std([v for v, _ in values]), np.mean([e for _, e in values])
    assert told == pytest.approx(true, rel=0.12)
