import builtins
import csv

import numpy as np
import pytest

from onsets.datasets import read_noise_windows, read_seisbench
from onsets.errors import ConfigError, MissingExtraError, OnsetsError

h5py = pytest.importorskip("h5py")


@pytest.fixture
def write_set(tmp_path):
    """Return a function that writes records Z N E in any order of components."""

    def write(traces, *, order="ZNE", rows=None, axes="CW", name="set", say_order=True, rate=None):
        folder = tmp_path / name
        folder.mkdir()
        with h5py.File(folder / "waveforms.hdf5", "w") as file:
            if say_order:
                file["data_format/component_order"] = order
                file["data_format/dimension_order"] = axes
            if rate is not None:
                file["data_format/sampling_rate"] = rate
            for key, data in traces.items():
                data = np.asarray(data)[["ZNE".index(c) for c in order]]
                file[f"data/{key}"] = data if axes == "CW" else data.T
        rows = rows or [{"trace_name": key} for key in traces]
        write_table(folder / "metadata.csv", [{**BASE, **row} for row in rows])
        return folder

    return write


BASE = {
    "station_network_code": "XX",
    "station_code": "ABC",
    "trace_sampling_rate_hz": 100,
    "trace_p_arrival_sample": "",
    "trace_s_arrival_sample": "",
    "source_id": "",
}


def write_table(path, rows):
    """Write rows as CSV with the columns of all of them."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def waves(seed=0, samples=500):
    return np.random.default_rng(seed).normal(size=(3, samples)).astype(np.float32)


@pytest.mark.parametrize("order", ["ZNE", "ENZ", "NEZ", "ZEN"])
@pytest.mark.parametrize("axes", ["CW", "WC"])
def test_components_come_as_z_n_e(write_set, order, axes):
    data = waves()
    (sample,) = read_seisbench(write_set({"a": data}, order=order, axes=axes))
    np.testing.assert_array_equal(sample.data, data)
    assert sample.data.dtype == np.float32


def test_the_order_of_the_table_wins(write_set):
    data = waves()
    rows = [{"trace_name": "a", "trace_component_order": "ENZ"}]
    (sample,) = read_seisbench(write_set({"a": data}, rows=rows))
    np.testing.assert_array_equal(sample.data, data[::-1])


def test_without_any_order_it_is_z_n_e(write_set):
    data = waves()
    (sample,) = read_seisbench(write_set({"a": data}, say_order=False))
    np.testing.assert_array_equal(sample.data, data)


def test_records_keep_the_order_of_the_table_and_what_it_says(write_set):
    rows = [
        {
            "trace_name": "b",
            "source_id": "ev1",
            "station_location_code": "10",
            "trace_p_arrival_sample": 120,
            "trace_s_arrival_sample": 240.5,
        },
        {"trace_name": "a", "station_code": "DEF", "trace_s_arrival_sample": "nan"},
    ]
    one, two = read_seisbench(write_set({"a": waves(1), "b": waves(2)}, rows=rows, name="mine"))
    assert (one.name, one.dataset, one.station_id, one.event_id) == ("b", "mine", "XX.ABC.10", "ev1")
    assert one.arrivals == {"P": 120.0, "S": 240.5}
    assert (one.rate_hz, two.rate_hz) == (100.0, 100.0)
    assert (two.name, two.station_id, two.event_id, two.arrivals) == ("a", "XX.DEF.", "", {})
    np.testing.assert_array_equal(two.data, waves(1))


def test_a_rate_for_all_stands_in_the_file(write_set):
    rows = [{"trace_name": "a", "trace_sampling_rate_hz": ""}]
    assert read_seisbench(write_set({"a": waves()}, rows=rows, rate=40))[0].rate_hz == 40.0


@pytest.mark.parametrize("rate_hz", [50, 100, 200, 250, 40])
def test_arrivals_move_along_with_a_new_rate(write_set, rate_hz):
    t = np.arange(20 * rate_hz) / rate_hz
    pulse = np.exp(-(((t - 8.0) / 0.15) ** 2))
    rows = [
        {
            "trace_name": "a",
            "trace_sampling_rate_hz": rate_hz,
            "trace_p_arrival_sample": 8.0 * rate_hz,
        }
    ]
    (sample,) = read_seisbench(write_set({"a": np.tile(pulse, (3, 1))}, rows=rows), rate_hz=100.0)
    assert sample.rate_hz == 100.0
    assert sample.arrivals["P"] == pytest.approx(800.0)
    assert abs(int(sample.data[0].argmax()) - 800) <= 1
    expected = np.exp(-(((np.arange(sample.data.shape[1]) / 100 - 8.0) / 0.15) ** 2))
    np.testing.assert_allclose(sample.data[1], expected, atol=2e-3)


def test_samples_that_are_not_finite_become_zeros(write_set):
    data = waves()
    data[0, 10], data[1, 20], data[2, 30] = np.nan, np.inf, -np.inf
    (sample,) = read_seisbench(write_set({"a": data}))
    assert sample.data[0, 10] == sample.data[1, 20] == sample.data[2, 30] == 0
    assert np.isfinite(sample.data).all()
    assert sample.data[0, 11] == data[0, 11]


def test_integers_become_float32(write_set):
    counts = np.arange(300).reshape(3, 100).astype(np.int32)
    (sample,) = read_seisbench(write_set({"a": counts}))
    np.testing.assert_array_equal(sample.data, counts.astype(np.float32))


def test_blocks_of_many_traces(write_set):
    folder = write_set({"x": waves()}, order="ENZ", name="blocks")
    block = np.stack([waves(1, 400), waves(2, 400)])
    with h5py.File(folder / "waveforms.hdf5", "a") as file:
        file["data/bucket0"] = block[:, ::-1]
    names = ["bucket0$1,:3,:400", "bucket0$0,:3,:350"]
    rows = [
        {
            "trace_name": name,
            "trace_sampling_rate_hz": 100,
            "station_network_code": "XX",
            "station_code": "A",
        }
        for name in names
    ]
    write_table(folder / "metadata.csv", rows)
    one, two = read_seisbench(folder)
    np.testing.assert_array_equal(one.data, block[1])
    np.testing.assert_array_equal(two.data, block[0, :, :350])


def test_it_reads_what_seisbench_writes(tmp_path):
    data = pytest.importorskip("seisbench.data")
    with data.WaveformDataWriter(tmp_path / "metadata.csv", tmp_path / "waveforms.hdf5") as writer:
        writer.data_format = {"dimension_order": "CW", "component_order": "ENZ", "sampling_rate": 100}
        for k in range(3):
            row = {
                "station_network_code": "XX",
                "station_code": f"S{k}",
                "trace_sampling_rate_hz": 100,
                "trace_p_arrival_sample": 50 + k,
            }
            writer.add_trace(row, waves(k, 300 + k))
    samples = read_seisbench(tmp_path)
    assert [sample.station_id for sample in samples] == ["XX.S0.", "XX.S1.", "XX.S2."]
    assert [sample.arrivals["P"] for sample in samples] == [50.0, 51.0, 52.0]
    for k, sample in enumerate(samples):
        np.testing.assert_array_equal(sample.data, waves(k, 300 + k)[::-1])


@pytest.mark.parametrize("file", ["metadata.csv", "waveforms.hdf5"])
def test_a_missing_file_is_named(write_set, file):
    folder = write_set({"a": waves()})
    (folder / file).unlink()
    with pytest.raises(ConfigError, match=f"no {file} in .*; expected the SeisBench layout"):
        read_seisbench(folder)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"trace_name": "b"}, "trace b is in metadata.csv but not in waveforms.hdf5"),
        ({"trace_name": "a", "trace_component_order": "Z12"}, "component order 'Z12', expected an order of"),
        ({"trace_name": "a", "trace_component_order": "ZN"}, "component order 'ZN'"),
        ({"trace_name": "a$0,:3,:x"}, "no place in the block a"),
        ({"trace_name": "a$7"}, "no place in the block a"),
        ({"trace_name": "a$0"}, r"an array of shape \(500,\), expected CW"),
        ({"trace_name": "a", "trace_sampling_rate_hz": ""}, "has no 'sampling_rate'"),
    ],
)
def test_a_trace_that_cannot_be_read_is_named(write_set, row, said):
    with pytest.raises(OnsetsError, match=said):
        read_seisbench(write_set({"a": waves()}, rows=[row]))


def test_a_missing_column_is_named(write_set):
    folder = write_set({"a": waves()})
    write_table(folder / "metadata.csv", [{"trace_name": "a", "trace_sampling_rate_hz": 100}])
    with pytest.raises(OnsetsError, match="has no 'station_network_code'"):
        read_seisbench(folder)


def test_without_h5py_it_says_what_to_install(write_set, monkeypatch):
    folder, real = write_set({"a": waves()}), builtins.__import__

    def without(name, *args, **kwargs):
        if name == "h5py":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"pip install 'onsets\[train\]'"):
        read_seisbench(folder)


def noise_table(folder, **changes):
    row = {
        "dataset": "set",
        "trace_name": "a",
        "start_sample": 200,
        "end_sample": 600,
        "sampling_rate_hz": 200,
    }
    return write_table(folder / "noise.csv", [{**row, **changes}, {**row, "trace_name": "elsewhere"}])


def test_noise_windows_follow_their_records(write_set):
    rows = [
        {"trace_name": "a", "trace_sampling_rate_hz": 200, "trace_p_arrival_sample": 700, "source_id": "e"}
    ]
    folder = write_set({"a": waves(0, 1000)}, rows=rows)
    samples = read_seisbench(folder)
    (noise,) = read_noise_windows(noise_table(folder), samples)
    np.testing.assert_array_equal(noise.data, waves(0, 1000)[:, 200:600])
    assert (noise.name, noise.dataset, noise.station_id) == ("a[200:600]", "set", "XX.ABC.")
    assert (noise.arrivals, noise.event_id, noise.rate_hz) == ({}, "", 200.0)


def test_noise_windows_of_resampled_records(write_set):
    rows = [{"trace_name": "a", "trace_sampling_rate_hz": 200}]
    folder = write_set({"a": waves(0, 1000)}, rows=rows)
    samples = read_seisbench(folder, rate_hz=100.0)
    (noise,) = read_noise_windows(noise_table(folder), samples)
    np.testing.assert_array_equal(noise.data, samples[0].data[:, 100:300])


@pytest.mark.parametrize("changes", [{"start_sample": -5}, {"start_sample": 9000, "end_sample": 9500}])
def test_noise_windows_outside_their_record_are_named(write_set, changes):
    folder = write_set({"a": waves(0, 1000)})
    with pytest.raises(OnsetsError, match=r"a\[.*\] lies outside its 1000 samples"):
        read_noise_windows(noise_table(folder, **changes), read_seisbench(folder))


def test_a_missing_table_of_noise_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"no noise\.csv"):
        read_noise_windows(tmp_path / "noise.csv", [])


def test_real_sets_are_read(shared):
    samples = read_seisbench(shared / "data" / "labelled" / "ncedc_phasenet")
    assert len(samples) == 154
    assert all(sample.arrivals.keys() == {"P", "S"} for sample in samples)
    assert all(sample.data.shape == (3, 9001) for sample in samples)
