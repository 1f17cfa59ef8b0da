"""Stations: which row a pick means, epochs, places of one kind."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import CatalogueError
from onsets.tables import STATION_COLUMNS, Stations


def place(station_id, latitude=46.0, longitude=7.0, **more):
    return {"station_id": station_id, "latitude": latitude, "longitude": longitude, **more}


def test_the_closest_name_wins():
    stations = Stations.of(map(place, ["XX.A.00", "XX.A.10", "YY.A.", ".B.", "XX.C."]))
    ids = ["XX.A.10", "XX.A.", "YY.A.00", "ZZ.B.", "XX.B.", ".C.", "C", "ZZ.C.", "ZZ.A."]
    assert stations.index(ids).tolist() == [1, 0, 2, 3, 3, 4, 4, -1, -1]


def test_of_two_epochs_the_one_that_held_is_meant():
    stations = Stations.of(
        [place("XX.A.", 46.0, end_ns=100), place("XX.A.", 46.5, start_ns=100), place("XX.B.")]
    )
    times = np.array([99, 100, 5], np.int64)
    assert stations.index(["XX.A.", "XX.A.", "XX.B."], times).tolist() == [0, 1, 2]


def test_places_are_of_one_kind():
    local = {"station_id": "XX.M.", "x_km": 0.1, "y_km": 0.2}
    assert Stations.of([place("XX.A.")]).geographic
    assert not Stations.of([local]).geographic
    with pytest.raises(CatalogueError, match="two kinds"):
        _ = Stations.of([place("XX.A."), local]).geographic
    with pytest.raises(CatalogueError, match=r"XX\.N\. has no place"):
        _ = Stations.of([place("XX.A."), {"station_id": "XX.N."}]).geographic


def test_rows_follow_the_interface():
    stations = Stations.of([place("XX.A.", elevation_m=1200.0, start_ns=0)])
    (row,) = stations.rows()
    assert tuple(row) == STATION_COLUMNS
    assert (row["elevation_m"], row["x_km"], row["start"], row["end"]) == (
        1200.0,
        None,
        "1970-01-01T00:00:00.000000Z",
        None,
    )


def test_tables_join_and_are_cut():
    both = Stations.concat([Stations.of([place("XX.A.")]), Stations.of([place("XX.B.")])])
    assert both.take([1]).station_id.tolist() == ["XX.B."]
    assert len(Stations.concat([])) == 0
