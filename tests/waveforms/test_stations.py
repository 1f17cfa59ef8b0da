"""Tables of stations: every form that is read, and every mistake that is named."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import CatalogueError, ConfigError
from onsets.waveforms import label_to_id, read_stations

GOOD = "network,station,location,latitude,longitude,elevation_m\n"


def read(tmp_path, text, name="stations.csv"):
    path = tmp_path / name
    path.write_text(text)
    return read_stations(path)


def test_the_two_ways_to_name_a_station(tmp_path):
    one = read(
        tmp_path, "station_id,latitude,longitude,elevation_m\nXX.A.00,46.0,7.0,1200\nXX.B.,46.1,7.1,\n"
    )
    two = read(tmp_path, GOOD + "XX,A,00,46.0,7.0,1200\nXX,B,,46.1,7.1,0\n")
    for name in ("station_id", "latitude", "longitude", "elevation_m"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert one.station_id.tolist() == ["XX.A.00", "XX.B."]


def test_a_mine_has_x_and_y(tmp_path):
    stations = read(tmp_path, "station,x_km,y_km,elevation_m\nG1,0.12,-0.3,-812.5\n")
    assert not stations.geographic
    assert (stations.station_id[0], stations.elevation_m[0], stations.y_km[0]) == (".G1.", -812.5, -0.3)


def test_tables_of_other_programs(tmp_path):
    real = read(tmp_path, "13.3528 42.9773 XO AM05 EHZ 0.464\n", "station.dat")
    assert (real.station_id[0], real.latitude[0], real.elevation_m[0]) == ("XO.AM05.", 42.9773, 464.0)
    hypodd = read(tmp_path, "NCCAD 37.16 -121.62 12.0\nNCCAI 37.86 -122.43\n", "station.sel")
    assert hypodd.station_id.tolist() == [".NCCAD.", ".NCCAI."]
    assert hypodd.elevation_m.tolist() == [12.0, 0.0]
    text = "#GTSRCE label\nGTSRCE AK_RC01_-- LATLON 61.0889 -149.7390 0.1 0.39\n"
    assert read(tmp_path, text, "nll.txt").station_id.tolist() == ["AK.RC01."]
    assert read(tmp_path, text, "nll.txt").elevation_m[0] == pytest.approx(290)
    assert label_to_id("A_B") == ".A_B."


def test_stationxml_gives_the_place_of_the_sensor(tmp_path):
    inventory = pytest.importorskip("obspy").read_inventory()
    path = tmp_path / "stations.xml"
    inventory.write(str(path), format="STATIONXML")
    stations = read_stations(path)
    channel = inventory[0][0].channels[0]
    row = int(stations.index([f"{inventory[0].code}.{inventory[0][0].code}.{channel.location_code}"])[0])
    assert stations.latitude[row] == channel.latitude
    assert stations.elevation_m[row] == channel.elevation - channel.depth
    assert len(stations) < sum(len(station.channels) for network in inventory for station in network)


def test_channels_of_a_station_are_one_and_epochs_two(tmp_path):
    assert len(read(tmp_path, GOOD + "XX,A,,46.0,7.0,100\nXX,A,,46.0,7.0,100\n")) == 1
    header = "station_id,latitude,longitude,start,end\n"
    two = read(
        tmp_path, header + "XX.A.,46.0,7.0,2001-01-01,2002-01-01T00:00:00Z\nXX.A.,46.5,7.0,2002-01-01,\n"
    )
    assert len(two) == 2 and two.end_ns[0] == two.start_ns[1]
    assert two.index(["XX.A."], np.array([two.end_ns[0]])).tolist() == [1]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (
            GOOD + "XX,A,,46.0,7.0,100\nXX,A,,46.5,7.0,100\n",
            CatalogueError,
            "lines 2 and 3: station XX.A. is",
        ),
        (GOOD + "XX,A,,100.0,46.0,100\n", CatalogueError, "latitude and longitude swapped"),
        (
            GOOD + "".join(f"XX,{n},,4{n}.0,7.0,100\n" for n in range(5)) + "XX,Z,,7.0,42.0,1\n",
            CatalogueError,
            r"station XX\.Z\. at latitude 7, longitude 42",
        ),
        (
            GOOD + "".join(f"XX,{n},,4{n}.0,7.0,0.{n}64\n" for n in range(5)),
            CatalogueError,
            "looks like kilometres",
        ),
        (GOOD + "XX,A,,north,7.0,100\n", CatalogueError, "line 2: latitude is 'north'"),
        (GOOD + "XX,A,,46.0\n", CatalogueError, "line 2: got 4 cells, expected 6"),
        (GOOD + ",,,46.0,7.0,0\n", CatalogueError, "line 2: names no station"),
        (GOOD, CatalogueError, "names no station"),
        ("", CatalogueError, "names no station"),
        ("name,latitude,longitude\nA,46,7\n", ConfigError, "no column station_id or station"),
        ("station,latitud,longitude\nA,46,7\n", ConfigError, "did you mean 'latitude'"),
        ("what is this\nreally not a table of any kind\n", CatalogueError, "line 1"),
        ("station_id,latitude,longitude,start\nXX.A.,46,7,soon\n", CatalogueError, "'soon' is no ISO"),
    ],
)
def test_mistakes_are_named(tmp_path, text, error, message):
    with pytest.raises(error, match=message):
        read(tmp_path, text)


def test_low_stations_in_metres_are_believed(tmp_path):
    text = GOOD + "XX,A,,46.0,7.0,3\nXX,B,,46.2,7.0,2.5\nXX,C,,46.4,7.0,8\n"
    assert read(tmp_path, text).elevation_m.tolist() == [3.0, 2.5, 8.0]


def test_published_tables(shared):
    data = shared / "data"
    italy = read_stations(data / "association/italy_20161014_real/stations.csv")
    real = read_stations(data / "association/italy_20161014_real/demo_real/Data/station.dat")
    np.testing.assert_array_equal(italy.latitude, real.latitude)
    np.testing.assert_allclose(italy.elevation_m, real.elevation_m)
    assert len(read_stations(data / "location/hypodd/example2/station.sel")) == 270
