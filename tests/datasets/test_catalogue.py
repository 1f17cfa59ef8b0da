import numpy as np
import pytest

from onsets.datasets import open_catalogue, open_dataset, write_shards
from onsets.errors import CatalogueError, ConfigError, WaveformError
from onsets.tables import iso_time
from onsets.types import Trace
from onsets.waveforms import write_mseed

START = 1_704_067_200 * 10**9
RATE = 100.0


def wave(channel, count=60_000, seed=0):
    """Return whole numbers that say where they come from."""
    return np.random.default_rng([seed, ord(channel)]).integers(-9000, 9000, count).astype(np.int32)


@pytest.fixture
def folder(tmp_path):
    """Ten minutes of two stations; the second has a file for each channel and only Z and E."""
    root = tmp_path / "net"
    (root / "b").mkdir(parents=True)
    write_mseed([Trace("XX.A.", f"HH{c}", START, RATE, wave(c)) for c in "ZNE"], root / "a.mseed")
    for c in "ZE":
        write_mseed([Trace("XX.B.00", f"EH{c}", START, RATE, wave(c, seed=1))], root / "b" / f"{c}.mseed")
    return root


def at(second):
    return iso_time(START + round(second * 1e9))


def picks(folder, *rows, header="station_id,phase,time,event_id", name="picks.csv"):
    (folder / name).write_text("\n".join([header, *rows]) + "\n")
    return folder / name


def test_picks_of_an_event_at_a_station_become_a_record(folder):
    picks(folder, f"XX.A.,P,{at(100)},e1", f"XX.A.,S,{at(104.255)},e1", f"XX.B.00,P,{at(101.5)},e1")
    data = open_catalogue(folder)
    assert data.problems == ()
    one, two = data.read([0, 1])
    assert (one.station_id, one.event_id, one.dataset) == ("XX.A.", "e1", "net")
    assert one.name == f"XX.A.HH_{at(100)}" and two.name == f"XX.B.00EH_{at(101.5)}"
    assert one.arrivals == {"P": 3000.0, "S": pytest.approx(3425.5)} and two.arrivals == {"P": 3000.0}
    expected = np.stack([wave(c)[7000:16000] for c in "ZNE"])
    np.testing.assert_array_equal(one.data, expected)
    np.testing.assert_array_equal(two.data[2], wave("E", seed=1)[7150:16150])
    assert not two.data[1].any() and data.rows["start_ns"][0] == np.datetime64(START + 70 * 10**9, "ns")


def test_a_record_ends_where_the_recording_does(folder):
    picks(folder, f"XX.A.,P,{at(10)},e1", f"XX.A.,P,{at(590)},e2")
    one, two = open_catalogue(folder).read([0, 1])
    assert one.arrivals == {"P": 1000.0} and one.data.shape == (3, 7000)
    np.testing.assert_array_equal(one.data[0], wave("Z")[:7000])
    assert two.arrivals == {"P": 3000.0} and two.data.shape == (3, 4000)
    np.testing.assert_array_equal(two.data[0], wave("Z")[56_000:])


def test_lengths_can_be_set(folder):
    picks(folder, f"XX.A.,S,{at(100)},e1")
    (sample,) = open_catalogue(folder, before_s=5.0, length_s=20.0).read([0])
    assert sample.arrivals == {"S": 500.0} and sample.data.shape == (3, 2000)
    with pytest.raises(ConfigError, match="expected 0 < before < length"):
        open_catalogue(folder, before_s=30.0, length_s=20.0)


def test_without_events_an_s_belongs_to_the_p_before_it(folder):
    table = picks(
        folder,
        f"XX.A.,S,{at(303)}",
        f"XX.A.,P,{at(100)}",
        f"XX.A.,P,{at(300)}",
        f"XX.A.,S,{at(450)}",
        f"XX.A.,S,{at(305)}",
        header="station_id,phase,time",
        name="mine.csv",
    )
    data = open_catalogue(folder, table)
    found = [sorted(sample.arrivals) for sample in data.read(range(len(data)))]
    assert found == [["P"], ["P", "S"], ["S"], ["S"]]
    assert data.rows["event_id"].tolist() == [""] * 4


def test_stretches_of_a_station_do_not_hold_the_picks_of_another_event(folder):
    picks(
        folder,
        f"XX.A.,P,{at(100)},e1",
        f"XX.A.,S,{at(110)},e1",
        f"XX.A.,P,{at(130)},e2",
        f"XX.B.00,P,{at(120)},e3",
    )
    data = open_catalogue(folder)
    start = data.rows["start_ns"].astype(np.int64)
    end = start + (data.rows["samples"] / RATE * 1e9).astype(np.int64)
    assert [(s - START) / 1e9 for s in start] == [70.0, 120.0, 90.0]
    assert [(e - START) / 1e9 for e in end] == [120.0, 190.0, 180.0]


def test_events_that_interleave_are_told(folder):
    picks(folder, f"XX.A.,P,{at(100)},e1", f"XX.A.,P,{at(102)},e2", f"XX.A.,S,{at(104)},e1")
    data = open_catalogue(folder)
    assert len(data) == 2 and "picks of two events interleave" in data.problems[0].reason
    assert not data.problems[0].fatal


def test_named_phases_count_and_the_earliest_does(folder):
    picks(
        folder,
        f"XX.A.,Pg,{at(101)},e1",
        f"XX.A.,Pn,{at(100)},e1",
        f"XX.A.,Sg,{at(105)},e1",
        f"XX.A.,LR,{at(120)},e1",
    )
    data = open_catalogue(folder)
    assert data.read([0])[0].arrivals == {"P": 3000.0, "S": 3500.0}
    assert "phase 'LR' is neither a P nor an S" in data.problems[0].reason


def test_a_pick_without_waveform_is_left_out_and_told(folder):
    picks(folder, f"XX.A.,P,{at(100)},e1", f"XX.A.,P,{at(9000)},e2", f"YY.Q.,P,{at(100)},e1")
    data = open_catalogue(folder)
    assert len(data) == 1
    assert [(p.station_id, p.fatal) for p in data.problems] == [("XX.A.", True), ("YY.Q.", True)]
    assert "no waveform at 2024-01-01T02:30:00" in data.problems[0].reason


def test_the_channel_of_the_pick_is_taken(folder):
    write_mseed(
        [Trace("XX.A.", f"BH{c}", START, 40.0, wave(c, 24_000, 5)) for c in "ZNE"], folder / "a40.mseed"
    )
    header = "station_id,channel_prefix,phase,time"
    picks(folder, f"XX.A.,HH,P,{at(100)}", f"XX.A.,BH,P,{at(300)}", header=header)
    data = open_catalogue(folder)
    assert data.rows["rate_hz"].tolist() == [100.0, 40.0]
    np.testing.assert_array_equal(data.read([1])[0].data[0], wave("Z", 24_000, 5)[270 * 40 : 360 * 40])


def test_a_gap_is_zeros(folder):
    (folder / "a.mseed").unlink()
    traces = []
    for c in "ZNE":
        data = wave(c)
        traces.append(Trace("XX.A.", f"HH{c}", START, RATE, data[:12_000]))
        traces.append(Trace("XX.A.", f"HH{c}", START + 125 * 10**9, RATE, data[12_500:]))
    write_mseed(traces, folder / "a.mseed")
    picks(folder, f"XX.A.,P,{at(100)},e1")
    (sample,) = open_catalogue(folder).read([0])
    expected = wave("Z")[7000:16_000].astype(np.float32)
    expected[5000:5500] = 0
    np.testing.assert_array_equal(sample.data[0], expected)


def test_a_pick_between_samples_keeps_its_time(folder):
    picks(folder, f"XX.A.,P,{at(100.0037)},e1")
    (sample,) = open_catalogue(folder).read([0])
    data = open_catalogue(folder)
    start = int(data.rows["start_ns"][0].astype(np.int64))
    assert (start - START) % 10_000_000 == 0
    assert start + sample.arrivals["P"] * 1e7 == pytest.approx(START + 100.0037e9, abs=1e3)


def test_a_file_that_is_gone_when_read_is_an_error(folder):
    picks(folder, f"XX.A.,P,{at(100)},e1")
    data = open_catalogue(folder)
    (folder / "a.mseed").write_bytes(b"")
    with pytest.raises(WaveformError, match=r"XX\.A\. has no usable samples at"):
        data.read([0])


def test_a_damaged_file_is_told(folder):
    (folder / "bad.mseed").write_bytes(b"")
    picks(folder, f"XX.A.,P,{at(100)},e1")
    data = open_catalogue(folder)
    assert len(data) == 1 and "is empty (0 bytes)" in data.problems[0].reason


def test_it_converts_like_any_other(folder, tmp_path):
    picks(folder, f"XX.A.,P,{at(100)},e1", f"XX.B.00,P,{at(101.5)},e1")
    made = write_shards(open_dataset(folder), tmp_path / "s")
    np.testing.assert_array_equal(made.read([0])[0].data, open_dataset(folder).read([0])[0].data)


def test_what_cannot_be_used_is_refused(folder, tmp_path):
    with pytest.raises(ConfigError, match="no folder"):
        open_catalogue(tmp_path / "nowhere")
    with pytest.raises(CatalogueError, match=r"picks\.csv: cannot be read"):
        open_catalogue(folder)
    picks(folder, f"YY.Q.,P,{at(100)},e1")
    with pytest.raises(CatalogueError, match=r"none of the picks of .* has waveforms in"):
        open_catalogue(folder)
    picks(folder, "XX.A.,P,noon,e1")
    with pytest.raises(CatalogueError, match="line 2: time is 'noon'"):
        open_catalogue(folder)
