"""QuakeML against ObsPy's reader and the published schemas."""

import dataclasses
import json
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from onsets.errors import CatalogueError
from onsets.store import write_quakeml
from onsets.tables import Picks, iso_time
from onsets.types import Pick

from .conftest import pick_tables

obspy = pytest.importorskip("obspy")
core = pytest.importorskip("obspy.io.quakeml.core")
etree = pytest.importorskip("lxml.etree")
SCHEMA = etree.XMLSchema(etree.parse(str(Path(core.__file__).parent / "data" / "QuakeML-1.2.xsd")))


def read_back(picks, path):
    """Write, validate against both schemas, and return ObsPy's events."""
    write_quakeml(picks, path)
    assert core._validate(str(path), verbose=True)
    SCHEMA.assertValid(etree.parse(str(path)))
    return obspy.read_events(str(path), format="QUAKEML")


def test_obspy_reads_the_same(some_picks, tmp_path):
    (event,) = read_back(some_picks, tmp_path / "a.xml")
    assert event.event_type is None
    assert event.origins == []
    assert "not associated" in event.comments[0].text
    assert len(event.picks) == len(some_picks)
    for got, pick in zip(event.picks, some_picks, strict=True):
        assert got.time == obspy.UTCDateTime(iso_time(pick.time_ns))
        assert got.phase_hint == pick.phase
        ids = got.waveform_id
        assert f"{ids.network_code}.{ids.station_code}.{ids.location_code}" == pick.station_id
        assert got.polarity == {"U": "positive", "D": "negative", "": None}[pick.polarity]
        assert got.evaluation_mode == "automatic"
        finite = math.isfinite(pick.uncertainty_s)
        assert got.time_errors.uncertainty == (pick.uncertainty_s if finite else None)


def test_details(some_picks, tmp_path):
    (event,) = read_back(some_picks, tmp_path / "a.xml")
    first, single, bare, last = event.picks
    assert [pick.waveform_id.channel_code for pick in event.picks] == ["EHZ", "EHZ", None, "HHN"]
    assert first.method_id == "smi:local/onsets/model/default"
    assert bare.method_id == "smi:local/onsets/model/my_model.onnx"
    assert single.method_id is None
    expected = {"model": "default", "probability": 0.87, "snr_db": 21.5, "amplitude": 1234.5}
    assert json.loads(first.comments[0].text) == expected
    assert json.loads(single.comments[0].text) == {"probability": 0.5, "flags": ["1C", "gap"]}
    assert json.loads(last.comments[0].text)["probability"] == "inf"


def test_a_bare_pick_has_no_comment(tmp_path):
    (event,) = read_back(Picks.of([Pick("XX.ABC.", "HH", "P", 0)]), tmp_path / "a.xml")
    assert event.picks[0].comments == []


def test_ids_follow_the_content(some_picks, tmp_path):
    twice = Picks.concat([some_picks, some_picks])
    (event,) = read_back(twice, tmp_path / "a.xml")
    ids = [str(pick.resource_id) for pick in event.picks]
    assert len(set(ids)) == 8
    (alone,) = read_back(some_picks, tmp_path / "b.xml")
    assert [str(pick.resource_id) for pick in alone.picks] == ids[:4]
    write_quakeml(some_picks, tmp_path / "c.xml")
    assert (tmp_path / "c.xml").read_bytes() == (tmp_path / "b.xml").read_bytes()
    other = dataclasses.replace(next(iter(some_picks)), probability=0.88)
    (event,) = read_back(Picks.of([other]), tmp_path / "d.xml")
    assert str(event.picks[0].resource_id) not in ids


def test_no_picks_no_event(tmp_path):
    assert len(read_back(Picks.of([]), tmp_path / "a.xml")) == 0


def test_markup_and_control_characters(tmp_path):
    pick = Pick(
        "<&.\"'\x01.>", "H\x02", "<P&\x00\ud800", 0, 0.5, model="</model>]]>\x1b é", flags=frozenset({"<x>"})
    )
    (event,) = read_back(Picks.of([pick]), tmp_path / "a.xml")
    (got,) = event.picks
    assert got.waveform_id.network_code == "<&"
    assert got.waveform_id.station_code == "\"' "
    assert got.phase_hint.startswith("<P&")
    values = json.loads(got.comments[0].text)
    assert values == {"model": "</model>]]>  é", "probability": 0.5, "flags": ["<x>"]}


@given(table=pick_tables)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
def test_any_picks_are_valid(table, tmp_path):
    named = [dataclasses.replace(pick, station_id="XX.ABC.") for pick in table]
    events = read_back(Picks.of(named), tmp_path / "a.xml")
    times = [pick.time for event in events for pick in event.picks]
    assert times == [obspy.UTCDateTime(iso_time(pick.time_ns)) for pick in named]


@pytest.mark.parametrize(
    ("pick", "message"),
    [
        (Pick("ABC", "HH", "P", 0), "got 1 codes, expected NET.STA.LOC"),
        (Pick("XX.MUCHTOOLONG.", "HH", "P", 0), "'MUCHTOOLONG' has 11 characters"),
        (Pick("XX.ABC.", "HHHHHHHH", "P", 0), "at most 7 characters"),
    ],
)
def test_what_does_not_fit_is_told_and_nothing_is_written(pick, message, tmp_path):
    with pytest.raises(CatalogueError, match=message):
        write_quakeml(Picks.of([pick]), tmp_path / "a.xml")
    assert list(tmp_path.iterdir()) == []
