import numpy as np
import pytest

from onsets.datasets import open_stead
from onsets.errors import CatalogueError, ConfigError, WaveformError

from .making import NOISE, SAMPLES, STEAD, make_stead, waves


def test_a_record_as_published(tmp_path):
    data = open_stead(make_stead(tmp_path / "stead", [STEAD, NOISE]))
    assert data.problems == ()
    row = {name: column[0].item() for name, column in data.rows.items() if name != "start_ns"}
    assert row == {
        "name": "109C.TA_20060723155859_EV",
        "dataset": "stead",
        "station_id": "TA.109C.",
        "event_id": "8",
        "category": "earthquake",
        "split": "",
        "p_status": "manual",
        "s_status": "manual",
        "rate_hz": 100.0,
        "samples": SAMPLES,
        "p_sample": 700.0,
        "s_sample": 1894.0,
        "coda_end_sample": 3399.0,
        "snr_db": pytest.approx((56.79999924 + 55.40000153 + 47.40000153) / 3),
        "lowest_snr_db": 47.40000153,
        "magnitude": 3.6,
        "distance_km": 127.5,
        "depth_km": 14.5,
        "station_latitude": 32.8889,
        "station_longitude": -117.1051,
        "source_latitude": 33.5,
        "source_longitude": -118.25,
    }
    assert data.rows["start_ns"][0] == np.datetime64("2006-07-23T15:59:02.123456", "ns")


def test_components_come_as_z_n_e(tmp_path):
    (sample,) = open_stead(make_stead(tmp_path / "stead", [STEAD])).read([0])
    np.testing.assert_array_equal(sample.data, waves(0, SAMPLES)[::-1])
    assert sample.arrivals == {"P": 700.0, "S": 1894.0} and sample.data.dtype == np.float32


def test_noise_has_no_arrival_and_no_event(tmp_path):
    data = open_stead(make_stead(tmp_path / "stead", [STEAD, NOISE]))
    (noise,) = data.select(data.rows["category"] == "noise").read([0])
    assert (noise.name, noise.event_id, noise.arrivals) == ("109C.TA_201510210555_NO", "", {})
    np.testing.assert_array_equal(noise.data, waves(1, SAMPLES)[::-1])


def test_chunks_are_read_together_and_each_from_its_file(tmp_path):
    folder = make_stead(tmp_path / "stead", [NOISE], "chunk1")
    make_stead(folder, [STEAD], "chunk2", arrays=[waves(5, SAMPLES).T])
    data = open_stead(folder)
    assert data.rows["category"].tolist() == ["noise", "earthquake"]
    np.testing.assert_array_equal(data.read([1])[0].data, waves(5, SAMPLES)[::-1])
    assert len(open_stead(folder / "chunk2.csv")) == len(open_stead(folder / "chunk2.hdf5")) == 1


def test_the_merged_pair_is_not_read_twice_with_its_chunks(tmp_path):
    folder = make_stead(tmp_path / "stead", [STEAD], "merge")
    make_stead(folder, [STEAD], "chunk2")
    assert len(open_stead(folder)) == 1


def test_the_first_edition_kept_classes_apart(tmp_path):
    import h5py

    folder = make_stead(tmp_path / "stead", [STEAD, NOISE])
    with h5py.File(folder / "merge.hdf5", "w") as file:
        file[f"earthquake/local/{STEAD['trace_name']}"] = waves(1, SAMPLES).T
        file[f"non_earthquake/noise/{NOISE['trace_name']}"] = waves(2, SAMPLES).T
    one, two = open_stead(folder).read([0, 1])
    np.testing.assert_array_equal(one.data, waves(1, SAMPLES)[::-1])
    np.testing.assert_array_equal(two.data, waves(2, SAMPLES)[::-1])


@pytest.mark.parametrize("text", ["[[2896.]]", "2896.0", "[2896.]"])
def test_the_end_of_the_coda_is_the_text_of_a_list(tmp_path, text):
    data = open_stead(make_stead(tmp_path / "stead", [STEAD | {"coda_end_sample": text}]))
    assert data.rows["coda_end_sample"].tolist() == [2896.0]


@pytest.mark.parametrize("unknown", ["", "None", "nan"])
def test_unknown_is_nan(tmp_path, unknown):
    data = open_stead(make_stead(tmp_path / "stead", [STEAD | {"source_depth_km": unknown}]))
    assert np.isnan(data.rows["depth_km"]).all() and len(data) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"p_arrival_sample": "soon"}, "p_arrival_sample is 'soon', expected a number"),
        ({"s_arrival_sample": "600.0"}, "S at sample 600 is not after P at 700"),
        ({"p_arrival_sample": "nan", "s_arrival_sample": "nan"}, "an earthquake without P and S label"),
        ({"trace_start_time": "yesterday"}, "trace_start_time is 'yesterday'"),
    ],
)
def test_a_bad_row_is_left_out_and_told(tmp_path, changes, said):
    rows = [STEAD, STEAD | {"trace_name": "bad"} | changes, NOISE]
    data = open_stead(make_stead(tmp_path / "stead", rows))
    assert len(data) == 2 and said in data.problems[0].reason and data.problems[0].fatal
    np.testing.assert_array_equal(data.read([1])[0].data, waves(2, SAMPLES)[::-1])


def test_a_missing_s_is_no_problem(tmp_path):
    data = open_stead(make_stead(tmp_path / "stead", [STEAD | {"s_arrival_sample": ""}]))
    assert data.read([0])[0].arrivals == {"P": 700.0} and data.problems == ()


def test_a_trace_that_is_missing_or_of_another_shape_is_named(tmp_path):
    rows = [STEAD, STEAD | {"trace_name": "short"}, STEAD | {"trace_name": "flat"}]
    arrays = [waves(0, SAMPLES).T, waves(0, 5000).T, np.zeros(SAMPLES)]
    folder = make_stead(tmp_path / "stead", rows, arrays=arrays)
    with open(folder / "merge.csv", "a") as table:
        table.write((folder / "merge.csv").read_text().splitlines()[1].replace("_EV", "_XX") + "\n")
    data = open_stead(folder)
    for k, said in ((1, r"\(3, 5000\), expected \(3, 6000\)"), (2, "has shape"), (3, "is missing")):
        with pytest.raises(WaveformError, match=said):
            data.read([k])
    assert data.read([0])


def test_no_stead_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="no STEAD in"):
        open_stead(tmp_path)
    make_stead(tmp_path, [STEAD], group="other")
    with pytest.raises(CatalogueError, match="no group data"):
        open_stead(tmp_path)
    (tmp_path / "merge.hdf5").write_bytes(b"no")
    with pytest.raises(CatalogueError, match="no whole HDF5 file"):
        open_stead(tmp_path)
    (tmp_path / "merge.hdf5").unlink()
    with pytest.raises(ConfigError, match="no waveforms file"):
        open_stead(tmp_path)


def test_a_table_without_a_column_is_refused(tmp_path):
    row = {key: text for key, text in STEAD.items() if key != "p_arrival_sample"}
    with pytest.raises(CatalogueError, match="no column 'p_arrival_sample'"):
        open_stead(make_stead(tmp_path / "stead", [row]))
