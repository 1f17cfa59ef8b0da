import csv
import sys

import h5py
import numpy as np
import pytest

from onsets.datasets import open_layout
from onsets.errors import CatalogueError, ConfigError, MissingExtraError, WaveformError

from .making import waves, write_table


def make(folder, rows, arrays, chunk="", **form):
    folder.mkdir(exist_ok=True)
    with h5py.File(folder / f"waveforms{chunk}.hdf5", "w") as file:
        file.create_group("data")
        for key, value in form.items():
            file[f"data_format/{key}"] = value
        for key, data in arrays.items():
            file[f"data/{key}"] = data
    base = {"station_network_code": "XX", "station_code": "ABC", "trace_sampling_rate_hz": 100}
    write_table(folder / f"metadata{chunk}.csv", [base | row for row in rows])
    return folder


def test_all_columns_are_read(tmp_path):
    row = {
        "trace_name": "a",
        "station_location_code": "10",
        "trace_p_arrival_sample": 120.5,
        "trace_p_status": "manual",
        "trace_S_arrival_sample": 300,
        "trace_S_status": "automatic",
        "trace_category": "earthquake_local",
        "trace_start_time": "2020-01-02T03:04:05.25Z",
        "trace_Z_snr_db": 10,
        "trace_N_snr_db": 20,
        "trace_E_snr_db": 30,
        "trace_coda_end_sample": "[[450.]]",
        "source_id": "ev",
        "source_magnitude": 2.5,
        "source_depth_km": 7,
        "path_ep_distance_km": 33,
        "station_latitude_deg": 1,
        "station_longitude_deg": 2,
        "source_latitude_deg": 3,
        "source_longitude_deg": 4,
        "split": "dev",
    }
    data = open_layout(make(tmp_path / "mine", [row], {"a": waves()}))
    found = {name: column[0].item() for name, column in data.rows.items() if name != "start_ns"}
    assert found == {
        "name": "a",
        "dataset": "mine",
        "station_id": "XX.ABC.10",
        "event_id": "ev",
        "category": "earthquake",
        "split": "dev",
        "p_status": "manual",
        "s_status": "automatic",
        "rate_hz": 100.0,
        "samples": 500,
        "p_sample": 120.5,
        "s_sample": 300.0,
        "coda_end_sample": 450.0,
        "snr_db": 20.0,
        "lowest_snr_db": 10.0,
        "magnitude": 2.5,
        "depth_km": 7.0,
        "distance_km": 33.0,
        "station_latitude": 1.0,
        "station_longitude": 2.0,
        "source_latitude": 3.0,
        "source_longitude": 4.0,
    }
    assert data.rows["start_ns"][0] == np.datetime64("2020-01-02T03:04:05.25", "ns")


def test_the_earliest_named_phase_stands_in_for_a_missing_one(tmp_path):
    rows = [
        {"trace_name": "a", "trace_p_arrival_sample": 90, "trace_Pn_arrival_sample": 70},
        {"trace_name": "b", "trace_Pg_arrival_sample": 80, "trace_Pn_arrival_sample": 75},
        {"trace_name": "c", "trace_Sg_arrival_sample": 200},
    ]
    data = open_layout(make(tmp_path / "d", rows, {k: waves() for k in "abc"}))
    np.testing.assert_array_equal(data.arrivals, [[90, np.nan], [75, np.nan], [np.nan, 200]])


def test_rates_orders_and_lengths_may_differ_from_trace_to_trace(tmp_path):
    rows = [
        {"trace_name": "a", "trace_component_order": "ENZ", "trace_sampling_rate_hz": 40},
        {"trace_name": "b", "trace_component_order": "Z", "trace_sampling_rate_hz": "", "trace_dt_s": 0.01},
        {"trace_name": "c", "trace_component_order": "Z12", "trace_sampling_rate_hz": ""},
    ]
    arrays = {"a": waves(1, 400), "b": waves(2, 300)[:1], "c": waves(3, 200)}
    data = open_layout(make(tmp_path / "d", rows, arrays, sampling_rate=250.0))
    assert data.rows["rate_hz"].tolist() == [40.0, 100.0, 250.0]
    assert data.rows["samples"].tolist() == [400, 300, 200]
    one, two, three = data.read([0, 1, 2])
    np.testing.assert_array_equal(one.data, waves(1, 400)[::-1])
    np.testing.assert_array_equal(two.data[0], waves(2, 300)[0])
    assert not two.data[1:].any()
    np.testing.assert_array_equal(three.data, waves(3, 200))
    assert [sample.rate_hz for sample in data.read([0, 2], rate_hz=100.0)] == [100.0, 100.0]


def test_samples_first(tmp_path):
    folder = make(tmp_path / "d", [{"trace_name": "a"}], {"a": waves().T}, dimension_order="WC")
    np.testing.assert_array_equal(open_layout(folder).read([0])[0].data, waves())


@pytest.mark.parametrize("axes", ["CW", "WC"])
def test_places_in_blocks(tmp_path, axes):
    block = np.stack([waves(k, 400) for k in range(3)])
    stored = block if axes == "CW" else block.transpose(0, 2, 1)
    place = {"CW": "$2,:3,:350", "WC": "$2,:350,:3"}[axes]
    names = [f"bucket0{place}", "bucket0$0"]
    rows = [{"trace_name": name, "trace_name_original": f"o{k}"} for k, name in enumerate(names)]
    data = open_layout(make(tmp_path / "d", rows, {"bucket0": stored}, dimension_order=axes))
    assert data.rows["name"].tolist() == ["o0", "o1"] and data.rows["samples"].tolist() == [350, 400]
    one, two = data.read([0, 1])
    np.testing.assert_array_equal(one.data, block[2, :, :350])
    np.testing.assert_array_equal(two.data, block[0])


def test_names_of_the_source_that_come_twice_give_way(tmp_path):
    rows = [{"trace_name": f"b${k},:3,:400", "trace_name_original": "same"} for k in range(2)]
    data = open_layout(make(tmp_path / "d", rows, {"b": np.stack([waves(0, 400)] * 2)}))
    assert data.rows["name"].tolist() == ["b$0,:3,:400", "b$1,:3,:400"]


def test_chunks(tmp_path):
    for k, chunk in enumerate(["2019", "2020"]):
        make(tmp_path / "d", [{"trace_name": "b$0,:3,:400"}], {"b": waves(k, 400)[None]}, chunk)
    data = open_layout(tmp_path / "d")
    assert data.rows["name"].tolist() == ["2019/b$0,:3,:400", "2020/b$0,:3,:400"]
    np.testing.assert_array_equal(data.read([1])[0].data, waves(1, 400))
    (tmp_path / "d" / "chunks").write_text("2020\n")
    assert open_layout(tmp_path / "d").rows["name"].tolist() == ["2020/b$0,:3,:400"]


def test_a_record_that_cannot_be_read_is_left_out_and_told(tmp_path):
    rows = [{"trace_name": name} for name in ("good", "b$x", "missing", "b$0,:3,:400")]
    data = open_layout(make(tmp_path / "d", rows, {"good": waves(), "b": waves(0, 400)[None]}))
    assert data.rows["name"].tolist() == ["good", "b$0,:3,:400"]
    assert ["is no place in a block" in data.problems[0].reason, "is missing" in data.problems[1].reason] == [
        True
    ] * 2
    np.testing.assert_array_equal(data.read([1])[0].data, waves(0, 400))


def test_a_place_that_lies_is_named_when_read(tmp_path):
    data = open_layout(make(tmp_path / "d", [{"trace_name": "b$0,:3,:900"}], {"b": waves(0, 400)[None]}))
    with pytest.raises(WaveformError, match="lies outside"):
        data.read([0])


def test_links_in_the_format_are_refused(tmp_path):
    folder = make(tmp_path / "d", [{"trace_name": "a"}], {"a": waves()})
    with h5py.File(folder / "waveforms.hdf5", "a") as file:
        file["data_format/component_order"] = h5py.ExternalLink("other.hdf5", "/x")
    with pytest.raises(WaveformError, match="links are not followed"):
        open_layout(folder)


def test_what_is_no_such_dataset_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="expected the SeisBench layout"):
        open_layout(tmp_path)
    folder = make(tmp_path / "d", [{"trace_name": "a"}], {"a": waves()}, dimension_order="NCW")
    with pytest.raises(CatalogueError, match="dimension order 'NCW', expected CW or WC"):
        open_layout(folder)
    folder = make(tmp_path / "e", [{"trace_name": "a"}], {"a": waves()}, component_order="ZRT")
    with pytest.raises(CatalogueError, match="component order 'ZRT'"):
        open_layout(folder)
    with h5py.File(folder / "waveforms.hdf5", "w"):
        pass
    with pytest.raises(CatalogueError, match="has no group data"):
        open_layout(folder)


def test_it_opens_what_seisbench_writes(tmp_path):
    theirs = pytest.importorskip("seisbench.data")
    with theirs.WaveformDataWriter(tmp_path / "metadata.csv", tmp_path / "waveforms.hdf5") as writer:
        writer.data_format = {"dimension_order": "CW", "component_order": "ENZ", "sampling_rate": 100}
        for k in range(4):
            row = {
                "trace_name": f"t{k}",
                "station_network_code": "XX",
                "station_code": f"S{k}",
                "trace_p_arrival_sample": 50 + k,
            }
            writer.add_trace(row, waves(k, 300 + 90 * k))
    data = open_layout(tmp_path)
    assert sorted(data.rows["name"].tolist()) == ["t0", "t1", "t2", "t3"] and not data.problems
    for sample in data.read(range(4)):
        k = int(sample.name[1])
        np.testing.assert_array_equal(sample.data, waves(k, 300 + 90 * k)[::-1])
        assert sample.arrivals == {"P": 50.0 + k}


def test_without_h5py_it_says_what_to_install(tmp_path, monkeypatch):
    folder = make(tmp_path / "d", [{"trace_name": "a"}], {"a": waves()})
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'onsets\[train\]'"):
        open_layout(folder)


@pytest.mark.parametrize("name", ["ncedc_phasenet", "nz_dfdp_eqcorrscan", "nordic_tphasenet_regional_40hz"])
def test_real_sets_give_what_stands_in_their_files(shared, name):
    folder = shared / "data" / "labelled" / name
    with open(folder / "metadata.csv", newline="", encoding="utf-8") as table:
        rows = {row["trace_name"]: row for row in csv.DictReader(table)}
    data = open_layout(folder)
    left_out = {problem.where.rpartition(": ")[2] for problem in data.problems}
    assert set(rows) - set(data.rows["name"].tolist()) == left_out
    with h5py.File(folder / "waveforms.hdf5") as file:
        form = {key: value[()].decode() for key, value in file["data_format"].items() if value.dtype == "O"}
        assert form.get("dimension_order", "CW") == "CW"
        for sample in data.read(range(0, len(data), 9)):
            row, stored = rows[sample.name], file[f"data/{sample.name}"][()].astype(np.float32)
            order = row.get("trace_component_order") or form["component_order"]
            codes = [row.get(f"station_{key}") or "" for key in ("network_code", "code", "location_code")]
            labels = {c.upper(): row.get(f"trace_{c}_arrival_sample") for c in "ps"}
            assert sample.arrivals == {phase: float(at) for phase, at in labels.items() if at}
            assert (sample.station_id, sample.event_id) == (".".join(codes), row.get("source_id") or "")
            np.testing.assert_array_equal(sample.data, stored[[order.index(c) for c in "ZNE"]])
