"""Differential times as columns."""

from __future__ import annotations

import numpy as np

from onsets.tables import Differences

ROW = {"event_1": "a", "event_2": "b", "station_id": "XX.A.", "phase": "P", "dt_s": 0.01, "weight": 1.0}


def test_columns_join_and_are_cut():
    one = Differences.of([ROW | {"kind": "cc"}])
    two = Differences.concat([one, Differences.of([ROW | {"first_s": 2.5, "kind": "ct"}])])
    assert len(two) == 2
    assert two.kind.tolist() == ["cc", "ct"]
    assert np.isnan(two.first_s[0]) and two.first_s[1] == 2.5
    assert two.take(two.kind == "ct").event_1.tolist() == ["a"]
    assert len(Differences.concat([])) == 0
