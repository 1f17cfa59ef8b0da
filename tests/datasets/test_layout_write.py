import dataclasses

import h5py
import numpy as np
import pytest

from onsets.datasets import layout_write as module
from onsets.datasets import open_layout, write_seisbench
from onsets.errors import CatalogueError, ConfigError
from onsets.store import StoreError

from .making import in_memory, waves

NAN = float("nan")


def some(count=7):
    lengths = [400, 400, 500, 400, 300, 500, 400][:count]
    return in_memory(
        [waves(k, n) for k, n in enumerate(lengths)],
        dataset="d",
        station_id=[f"XX.S{k}.{'10' * (k % 2)}" for k in range(count)],
        event_id=[f"e{k // 2}" for k in range(count)],
        category=["noise" if k == 4 else "earthquake" for k in range(count)],
        p_sample=[NAN if k == 4 else 100 + k / 4 for k in range(count)],
        s_sample=[200.0 if k < 3 else NAN for k in range(count)],
        p_status="manual",
        magnitude=[k / 10 for k in range(count)],
        depth_km=7.0,
        distance_km=[NAN, 1, 2, 3, 4, 5, 6][:count],
        snr_db=12.0,
        coda_end_sample=350.0,
        start_ns=np.datetime64("2020-01-02T03:04:05.123456") + np.arange(count),
        split=["train", "dev"] * (count // 2) + ["test"] * (count % 2),
        source_latitude=1.5,
        station_longitude=-120.25,
    )


NOT_KEPT = {"lowest_snr_db"}


@pytest.mark.parametrize("chunk", [None, 3])
def test_what_is_written_is_read_again(tmp_path, chunk):
    data = some()
    assert write_seisbench(data, tmp_path / "d", chunk_records=chunk) == []
    back = open_layout(tmp_path / "d")
    assert back.problems == () and len(back) == 7
    for name in set(data.rows) - NOT_KEPT:
        np.testing.assert_array_equal(back.rows[name], data.rows[name], err_msg=name)
    for one, two in zip(data.read(range(7)), back.read(range(7)), strict=True):
        np.testing.assert_array_equal(one.data, two.data)
        assert one.arrivals == two.arrivals
    assert sorted(file.name for file in (tmp_path / "d").iterdir()) == (
        ["metadata.csv", "waveforms.hdf5"]
        if chunk is None
        else sorted(
            [
                "chunks",
                *(
                    f"{s}000{k}.{e}"
                    for k in range(3)
                    for s, e in (("metadata", "csv"), ("waveforms", "hdf5"))
                ),
            ]
        )
    )


@pytest.mark.parametrize("chunk", [None, 3])
def test_seisbench_opens_it(tmp_path, chunk):
    theirs = pytest.importorskip("seisbench.data")
    data = some()
    write_seisbench(data, tmp_path / "d", chunk_records=chunk)
    opened = theirs.WaveformDataset(tmp_path / "d", component_order="ENZ")
    assert len(opened) == 7 and opened.metadata["split"].tolist() == data.rows["split"].tolist()
    for k in range(7):
        waveform, row = opened.get_sample(k)
        np.testing.assert_array_equal(waveform, waves(k, data.rows["samples"][k])[::-1])
        assert row["trace_name_original"] == f"r{k}" and row["trace_sampling_rate_hz"] == 100.0
        np.testing.assert_equal(row["trace_p_arrival_sample"], data.rows["p_sample"][k])
        assert row["station_code"] == f"S{k}" and row["source_magnitude"] == data.rows["magnitude"][k]
    assert len(opened.train()) == 3


def test_seisbench_resamples_mixed_rates(tmp_path):
    theirs = pytest.importorskip("seisbench.data")
    data = in_memory([waves(0, 400), waves(1, 400)], rate_hz=[100.0, 50.0], p_sample=[100.0, 50.0])
    write_seisbench(data, tmp_path / "d")
    with h5py.File(tmp_path / "d" / "waveforms.hdf5") as file:
        assert "sampling_rate" not in file["data_format"]
    opened = theirs.WaveformDataset(tmp_path / "d", sampling_rate=50, component_order="ZNE")
    assert [opened.get_waveforms(k).shape for k in range(2)] == [(3, 200), (3, 400)]
    assert open_layout(tmp_path / "d").rows["rate_hz"].tolist() == [100.0, 50.0]


def test_one_rate_for_all(tmp_path):
    data = in_memory([waves(0, 400), waves(1, 400)], rate_hz=[100.0, 50.0], p_sample=[100.0, 50.0])
    write_seisbench(data, tmp_path / "d", rate_hz=50.0)
    back = open_layout(tmp_path / "d")
    assert back.rows["rate_hz"].tolist() == [50.0, 50.0] and back.rows["samples"].tolist() == [200, 400]
    assert back.rows["p_sample"].tolist() == [50.0, 50.0]


def test_blocks_stay_within_bounds(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BLOCK_RECORDS", 2)
    monkeypatch.setattr(module, "BLOCK_BYTES", 3 * 500 * 4 * 2)
    data = some()
    write_seisbench(data, tmp_path / "d")
    with h5py.File(tmp_path / "d" / "waveforms.hdf5") as file:
        blocks = [block.shape for block in file["data"].values()]
    assert sum(shape[0] for shape in blocks) == 7 and max(shape[0] for shape in blocks) <= 2
    for one, two in zip(data.read(range(7)), open_layout(tmp_path / "d").read(range(7)), strict=True):
        np.testing.assert_array_equal(one.data, two.data)


def test_what_cannot_be_read_is_told_and_left_out(tmp_path):
    data = in_memory([waves(0), None, waves(2)])
    problems = write_seisbench(data, tmp_path / "d")
    assert [problem.where for problem in problems] == ["set/r1"] and problems[0].fatal
    assert open_layout(tmp_path / "d").rows["name"].tolist() == ["r0", "r2"]
    with pytest.raises(CatalogueError, match="none of 1 records could be read"):
        write_seisbench(in_memory([None]), tmp_path / "e")


def test_an_error_leaves_no_half_file(tmp_path):
    data = some()

    def read_one(k):
        raise OSError(28, "No space left on device")

    data = dataclasses.replace(
        data, waveforms=type("Full", (), {"finite": True, "read_one": staticmethod(read_one)})()
    )
    with pytest.raises(StoreError, match="No space left on device"):
        write_seisbench(data, tmp_path / "d")
    assert list((tmp_path / "d").iterdir()) == []


def test_a_folder_with_something_in_it_is_refused(tmp_path):
    (tmp_path / "x").write_text("")
    with pytest.raises(ConfigError, match="is not an empty folder"):
        write_seisbench(some(), tmp_path)
    with pytest.raises(ConfigError, match="expected at least one"):
        write_seisbench(some(), tmp_path / "d", chunk_records=0)
