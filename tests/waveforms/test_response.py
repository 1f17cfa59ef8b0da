"""Responses of StationXML and of tables."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import CatalogueError
from onsets.waveforms import find_responses, read_responses

TIME_NS = 1_251_073_203 * 10**9  # 2009-08-24


def table(tmp_path, text):
    path = tmp_path / "gains.csv"
    path.write_text(text)
    return path


def test_a_pendulum_of_a_table(tmp_path):
    path = table(
        tmp_path,
        "station_id,gain_counts_m_s,corner_hz,damping\nXX.A.,2e8,4.5,0.56\nXX.B.,1e9,,\nXX.C.,,,\n",
    )
    known = read_responses(path)
    assert len(known) == 2 and known.find("XX.C.", "HHZ", 0) is None and known.find("XX.D.", "HHZ", 0) is None
    sensor = known.find("XX.A.", "DPN", 0)
    hz = np.array([0.45, 4.5, 450.0])
    np.testing.assert_allclose(
        np.abs(sensor.counts_per_m_s(hz)), 2e8 * np.array([0.0100, 1 / (2 * 0.56), 1.0]), rtol=0.01
    )
    assert np.unique(known.find("XX.B.", "HHZ", 0).counts_per_m_s(hz)).tolist() == [1e9]


def test_channels_and_codes_of_a_table(tmp_path):
    path = table(tmp_path, "network,station,location,channel,gain_counts_m_s\nXX,A,00,HHN,5\nXX,A,00,HHE,6\n")
    known = read_responses(path)
    assert known.find("XX.A.00", "HHE", 0).counts_per_m_s(np.ones(1))[0] == 6
    assert known.find("XX.A.00", "HHZ", 0) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("station_id,gain\nXX.A.,1\n", "no column gain_counts_m_s"),
        ("station_id,gain_counts_m_s\nXX.A.,many\n", "line 2: gain_counts_m_s is 'many'"),
        ("station_id,gain_counts_m_s\nXX.A.,1\nXX.B.,0\n", "line 3"),
    ],
)
def test_bad_tables_are_refused(tmp_path, text, said):
    with pytest.raises(CatalogueError, match=said):
        read_responses(table(tmp_path, text))


def test_files_that_are_none(tmp_path):
    with pytest.raises(CatalogueError, match="cannot be read"):
        read_responses(tmp_path / "nothing.csv")
    pytest.importorskip("obspy")
    (tmp_path / "bad.xml").write_text("<x/>")
    with pytest.raises(CatalogueError, match="no StationXML"):
        read_responses(tmp_path / "bad.xml")


def test_stationxml_is_evaluated_as_obspy_does(tmp_path):
    obspy = pytest.importorskip("obspy")
    inventory = obspy.read_inventory()
    inventory.write(str(tmp_path / "all.xml"), format="STATIONXML")
    known = read_responses(tmp_path / "all.xml")
    found = known.find("BW.RJOB.", "EHZ", TIME_NS)
    channel = inventory.get_response("BW.RJOB..EHZ", obspy.UTCDateTime(TIME_NS / 1e9))
    hz = np.array([0.5, 5.0, 20.0])
    expected = channel.get_evalresp_response_for_frequencies(hz, output="VEL")
    np.testing.assert_allclose(found.counts_per_m_s(hz), expected)
    assert abs(found.counts_per_m_s(hz))[1] == pytest.approx(channel.instrument_sensitivity.value, rel=0.05)
    assert known.find("BW.RJOB.", "EHZ", 0) is None  # before it was there


def test_a_file_of_stations_may_hold_them(tmp_path):
    assert find_responses(table(tmp_path, "station_id,latitude,longitude\nXX.A.,1,2\n")) is None
    path = table(tmp_path, "station_id,latitude,longitude,gain_counts_m_s\nXX.A.,1,2,3\n")
    assert len(find_responses(path)) == 1 and len(find_responses("anything", path)) == 1
