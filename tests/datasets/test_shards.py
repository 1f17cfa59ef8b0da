import json

import numpy as np
import pytest

from onsets.datasets import (
    COLUMNS,
    open_shards,
    split_dataset,
    verify_shards,
    write_shards,
    write_split,
)
from onsets.datasets.shards import quantised, read_index
from onsets.errors import CatalogueError, ConfigError

from .making import in_memory, waves


@pytest.fixture
def made(tmp_path):
    """Return a folder with four shards of three records."""
    arrays = [waves(k, 300 + k) for k in range(12)]
    data = in_memory(arrays, event_id=[f"e{k // 2}" for k in range(12)], p_sample=np.arange(12.0))
    write_shards(data, tmp_path / "s", shard_bytes=3 * 3 * 311 * 4)
    return tmp_path / "s"


def test_records_come_back_in_any_order(made):
    data = open_shards(made)
    assert len(read_index(made)["shards"]) == 4
    for k in (11, 0, 5, 5, 7):
        (sample,) = data.read([k])
        assert sample.name == f"r{k}" and sample.arrivals == {"P": float(k)}
        np.testing.assert_array_equal(sample.data, waves(k, 300 + k))


def test_all_columns_come_back(made):
    data = open_shards(made)
    assert data.rows["samples"].tolist() == [300 + k for k in range(12)]
    assert data.rows["event_id"].tolist() == [f"e{k // 2}" for k in range(12)]
    assert np.isnan(data.rows["magnitude"]).all() and np.isnat(data.rows["start_ns"]).all()
    assert {name: column.dtype.kind for name, column in data.rows.items()} == {
        name: kind[:1] if kind[0] == "U" else {"f8": "f", "i8": "i", "M8[ns]": "M"}[kind]
        for name, kind in COLUMNS.items()
    }


def test_the_files_cannot_be_changed_through_what_is_read(made):
    data = open_shards(made)
    with pytest.raises(ValueError, match="read-only"):
        data.waveforms.read_one(0)[:] = 0
    data.read([0])[0].data[:] = 0
    assert verify_shards(made) == []


def test_nothing_is_pickled(made):
    for table in made.glob("*.npz"):
        with np.load(table, allow_pickle=False) as found:
            assert all(found[name].dtype.kind != "O" for name in found.files)


def test_a_split_is_kept_and_belongs_to_its_records(made, tmp_path):
    data = split_dataset(open_shards(made), {"train": 0.5, "test": 0.5}, seed=1)
    write_split(made, data)
    again = open_shards(made)
    assert again.rows["split"].tolist() == data.rows["split"].tolist()
    assert len(again.part("train")) + len(again.part("test")) == 12
    with pytest.raises(CatalogueError, match="6 records to split are not the 12 of"):
        write_split(made, data.select(slice(0, 6)))
    write_shards(in_memory([waves()]), tmp_path / "other")
    (tmp_path / "other" / "split.npz").write_bytes((made / "split.npz").read_bytes())
    with pytest.raises(CatalogueError, match=r"split\.npz belongs to another dataset"):
        open_shards(tmp_path / "other")


@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_a_changed_file_is_found(made, suffix):
    file = made / f"00002.{suffix}"
    content = bytearray(file.read_bytes())
    content[-20] ^= 1
    file.write_bytes(content)
    (problem,) = verify_shards(made)
    assert problem.where == str(file) and "SHA-256" in problem.reason and problem.fatal


def test_a_missing_file_is_found(made):
    (made / "00001.npy").unlink()
    assert "is missing" in verify_shards(made)[0].reason
    with pytest.raises(CatalogueError, match=r"00001\.npy is missing"):
        open_shards(made)


@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_a_file_that_was_cut_off_is_refused(made, suffix):
    file = made / f"00001.{suffix}"
    file.write_bytes(file.read_bytes()[:-7])
    with pytest.raises(CatalogueError, match=r"bytes, expected .*; convert again"):
        open_shards(made)


def change_index(folder, **changes):
    index = json.loads((folder / "dataset.json").read_text())
    for key, value in changes.items():
        if value is None:
            del index[key]
        else:
            index[key] = value
    (folder / "dataset.json").write_text(json.dumps(index))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": 2}, "has version 2, this program reads 1"),
        ({"complete": False}, "was not finished; run the same command again"),
        ({"shards": None}, "names no shards"),
        ({"shards": []}, "holds no records"),
        ({"shards": [{"waveforms": "a"}]}, "a shard cannot be read"),
        ({"shards": [{"waveforms": "../x", "table": "y", "waveforms_bytes": 1}]}, "cannot be read|missing"),
    ],
)
def test_a_broken_index_is_refused(made, changes, said):
    change_index(made, **changes)
    with pytest.raises(CatalogueError, match=said):
        open_shards(made)


def test_an_index_that_points_out_of_the_folder_is_refused(made, tmp_path):
    index = read_index(made)
    for name in ("00000.npy", "00000.npz"):
        (tmp_path / name).write_bytes((made / name).read_bytes())
    index["shards"][0] |= {"waveforms": "../00000.npy", "table": "../00000.npz"}
    change_index(made, shards=index["shards"])
    with pytest.raises(CatalogueError, match=r"00000\.npy is missing"):
        open_shards(made)


def test_an_index_that_is_no_json_is_refused(made):
    (made / "dataset.json").write_text("{")
    with pytest.raises(CatalogueError, match="is not JSON"):
        open_shards(made)


def test_a_table_that_points_outside_its_values_is_refused(made):
    with np.load(made / "00000.npz") as found:
        table = dict(found)
    table["offset"] = table["offset"] + 10
    np.savez(made / "00000.npz", **table)
    index = read_index(made)
    index["shards"][0]["table_bytes"] = (made / "00000.npz").stat().st_size
    change_index(made, shards=index["shards"])
    with pytest.raises(CatalogueError, match=r"does not hold what 00000\.npz says"):
        open_shards(made)


def test_another_folder_is_not_ours(tmp_path):
    (tmp_path / "dataset.json").write_text('{"format": "theirs"}')
    assert read_index(tmp_path) is None
    with pytest.raises(ConfigError, match="onsets data convert makes one"):
        open_shards(tmp_path)
    with pytest.raises(ConfigError, match="only such datasets have checksums"):
        verify_shards(tmp_path)


@pytest.mark.parametrize(("values", "error"), [("float16", 2**-11), ("int16", 0.5 / 32767)])
@pytest.mark.parametrize("size", [1e-9, 1.0, 3e7])
def test_half_the_space_costs_a_stated_error(values, error, size):
    data = (size * waves(4)).astype(np.float32)
    stored, scale = quantised(data, values)
    assert stored.dtype.name == values
    back = stored.astype(np.float64) * scale[:, None]
    peak = np.abs(data).max(axis=1, keepdims=True)
    assert (np.abs(back - data) <= 1.01 * error * peak).all()


def test_small_counts_are_kept_without_loss():
    counts = np.array([[0, 1, -32767], [5, 6, 7], [0, 0, 0]], dtype=np.float32)
    stored, scale = quantised(counts, "int16")
    np.testing.assert_array_equal(stored, counts)
    assert scale.tolist() == [1, 1, 1]


@pytest.mark.parametrize("values", ["float16", "int16"])
def test_silence_stays_silent(values):
    stored, scale = quantised(np.zeros((3, 5), np.float32), values)
    assert not stored.any() and np.isfinite(scale).all() and (scale > 0).all()
