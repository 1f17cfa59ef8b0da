from __future__ import annotations

import csv

import numpy as np

from onsets.earth import Frame, read_model
from onsets.store import read_picks
from onsets.synthetics import MODELS, Continuous, Site
from onsets.synthetics.instrument import INSTRUMENTS
from onsets.synthetics.truth import truth_picks, write_model, write_picks, write_stations

SITE = Site(station_id="SY.A.", x_km=-3.0, y_km=4.0)


def test_only_arrivals_inside_the_record_become_picks(tmp_path):
    arrivals = np.array([[-1.0, 2.5], [9.0, 11.0]])
    record = Continuous(np.zeros((3, 0), np.int32), arrivals, np.array([[1.0, 12.3], [np.nan, 4.0]]))
    picks, events = truth_picks(record, SITE, 10**18, 10.0, "HH")
    assert picks.phase.tolist() == ["S", "P"] and events == [0, 1]
    assert (picks.time_ns - 10**18).tolist() == [2_500_000_000, 9_000_000_000]
    write_picks(picks, ["one", "two"], tmp_path / "picks.csv")
    back = read_picks(tmp_path / "picks.csv")
    assert back.time_ns.tolist() == picks.time_ns.tolist() and back.snr_db[0] == 12.3
    assert (tmp_path / "picks.csv").read_text().splitlines()[1].endswith(",one")


def test_models_come_back_as_they_were(tmp_path):
    for name, model in MODELS.items():
        write_model(model, tmp_path / f"{name}.csv")
        back = read_model(tmp_path / f"{name}.csv")
        for column in ("depth_km", "vp_km_s", "vs_km_s", "density_g_cm3", "qp", "qs"):
            np.testing.assert_allclose(getattr(back, column), getattr(model, column), atol=1e-4)


def test_negative_places_stay_numbers(tmp_path):
    write_stations([SITE], Frame(-33.4, -70.6), INSTRUMENTS["geophone"], tmp_path / "stations.csv")
    with open(tmp_path / "stations.csv", newline="", encoding="utf-8") as handle:
        (row,) = csv.DictReader(handle)
    assert (float(row["corner_hz"]), float(row["damping"])) == (4.5, 0.56)
    assert float(row["x_km"]) == -3.0 and float(row["latitude"]) > -33.4 > float(row["longitude"])
