from __future__ import annotations

import csv

import numpy as np
import pytest

from onsets.earth import Frame, read_model, travel_times
from onsets.errors import ConfigError
from onsets.store import read_picks
from onsets.synthetics import CatalogueOptions, Network, Seismicity, make_network, write_catalogue
from onsets.waveforms import sds_files

SMALL = CatalogueOptions(
    seed=1,
    network=Network(stations=4),
    seismicity=Seismicity(
        days=0.02, background_per_day=100, mainshock=3.5, mainshock_day=0.005, aftershocks=5
    ),
)


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    target, told = tmp_path_factory.mktemp("catalogue"), []
    write_catalogue(SMALL, target, lambda done, total: told.append((done, total)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    return target


def test_picks_are_the_ray_times_of_the_written_events_stations_and_model(folder):
    events = {row["event_id"]: row for row in rows_of(folder / "events.csv")}
    stations = {row["station_id"]: row for row in rows_of(folder / "stations.csv")}
    model, frame = read_model(folder / "model.csv"), Frame(SMALL.network.latitude, SMALL.network.longitude)
    picks = rows_of(folder / "picks.csv")
    assert len(picks) > 40
    for pick in picks:
        event, station = events[pick["event_id"]], stations[pick["station_id"]]
        places = [frame.to_xy(float(row["latitude"]), float(row["longitude"])) for row in (event, station)]
        distance = float(np.hypot(*np.subtract(*places)))
        time_s = float(travel_times(model, pick["phase"], distance, float(event["depth_km"])).time_s)
        origin, onset = (np.datetime64(row["time"].removesuffix("Z"), "us") for row in (event, pick))
        assert (onset - origin) / np.timedelta64(1, "s") == pytest.approx(time_s, abs=0.002)
    counts = {name: sum(pick["event_id"] == name for pick in picks) for name in events}
    assert {name: int(row["picks"]) for name, row in events.items()} == counts


def test_the_archive_holds_every_station(folder):
    start = int(np.datetime64("2024-01-01", "ns").astype(np.int64))
    found, _ = sds_files(folder / "archive", start, start + 10**12)
    assert len(found) == 4 * 3
    assert read_picks(folder / "picks.csv").station_id[0] in {f"SY.S{k:03d}." for k in range(1, 5)}


def test_tables_alone_are_the_same_tables(folder, tmp_path):
    import dataclasses

    write_catalogue(dataclasses.replace(SMALL, waveforms=False), tmp_path)
    assert not (tmp_path / "archive").exists()
    for name in ("events.csv", "stations.csv", "model.csv"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    times = [[row["time"] for row in rows_of(where / "picks.csv")] for where in (tmp_path, folder)]
    assert times[0] == times[1]


def test_a_day_later_goes_on(tmp_path):
    options = CatalogueOptions(
        waveforms=False, network=Network(stations=1), seismicity=Seismicity(days=2.5, background_per_day=40)
    )
    sources, picks = write_catalogue(options, tmp_path)
    assert sources.time_s.max() > 86400 and len(picks) == pytest.approx(2 * len(sources), abs=2)


def test_stations_keep_apart_and_inside():
    sites = make_network(Network(stations=30, radius_km=40.0), np.random.default_rng(0))
    places = np.array([(site.x_km, site.y_km) for site in sites])
    apart = np.hypot(*(places[:, None] - places).T)[np.triu_indices(30, 1)]
    assert apart.min() >= 40 / (3 * np.sqrt(30)) and np.hypot(*places.T).max() <= 40


@pytest.mark.parametrize("wrong", [{"stations": 0}, {"latitude": 95.0}, {"code": "a.b"}])
def test_impossible_networks(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        Network(**wrong)
    with pytest.raises(ConfigError, match="midnight"):
        CatalogueOptions(start="2024-01-01T01:00:00")
