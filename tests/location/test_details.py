"""Verdicts as plain rows."""

from __future__ import annotations

import json

import numpy as np

from onsets.location import detail_rows, locate
from tests.location.making import MODEL, catalogue, network, observe


def test_rows_can_be_json_also_without_a_location():
    stations, rng = network(), np.random.default_rng(4)
    events = catalogue(np.array([0.0, 3.0]), np.array([0.0, 1.0]), np.array([8.0, 8.0]))
    mine = observe(events, stations, rng)[0]
    found = locate(events, mine.take(mine.event_id == "e0"), stations, MODEL)
    good, lost = json.loads(json.dumps(detail_rows(found.verdicts)))
    assert good["quality"] in "ABCD" and len(good["semi_axes_km"]) == 3 and len(good["covariance"]) == 4
    assert lost["flags"] == ["not_located"] and lost["quality"] is None and lost["semi_axes_km"] is None
