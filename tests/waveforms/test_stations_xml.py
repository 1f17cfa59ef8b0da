"""StationXML: what is no StationXML is named, and without ObsPy the extra is."""

from __future__ import annotations

import sys

import pytest

from onsets.errors import CatalogueError, MissingExtraError
from onsets.waveforms.stations_xml import read_station_xml


def test_another_file_is_refused(tmp_path):
    pytest.importorskip("obspy")
    path = tmp_path / "stations.xml"
    path.write_text("<a>")
    with pytest.raises(CatalogueError, match=r"stations\.xml is no StationXML"):
        read_station_xml(path)


def test_without_obspy_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "obspy", None)
    with pytest.raises(MissingExtraError, match=r"onsets\[obspy\]"):
        read_station_xml("stations.xml")
