from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import SpecError
from onsets.networks.importers.tensorflow import bundle_files, read_index, read_variables

from . import bundle_writer
from .bundle_writer import entry, field, write_bundle

ARRAYS = {
    "Input/conv/kernel": np.arange(24, dtype=np.float32).reshape(2, 3, 4),
    "Input/conv/bias": np.array([1.5, -2.5], dtype=np.float64),
    "Input/conv/half": np.array([1.5, -2.5], dtype=np.float16),
    "global_step": np.array(300, dtype=np.int32),
    "mask": np.array([True, False]),
    "empty": np.zeros((0, 3), dtype=np.float32),
    **{f"layer_{k}/gamma": np.full(k, k, dtype=np.int64) for k in range(1, 40)},
}


def index_of(folder, rows, data=b"12345678"):
    """A bundle with one data file and an index of exactly these rows."""
    (folder / "a.index").write_bytes(bundle_writer.table(rows))
    (folder / "a.data-00000-of-00001").write_bytes(data)
    return folder / "a"


@pytest.mark.parametrize("shards", [1, 3])
def test_what_was_written_is_read(tmp_path, shards):
    path = write_bundle(tmp_path, "model.ckpt", ARRAYS, shards)
    index = read_index(path)
    assert list(index) == sorted(ARRAYS)
    assert {name: variable.shape for name, variable in index.items()} == {
        name: array.shape for name, array in ARRAYS.items()
    }
    for name, array in read_variables(path, ARRAYS).items():
        np.testing.assert_array_equal(array, ARRAYS[name], strict=True)


@pytest.mark.parametrize("name", ["", "model.ckpt", "model.ckpt.index", "model.ckpt.data-00000-of-00001"])
def test_bundle_by_any_of_its_names(tmp_path, name):
    write_bundle(tmp_path, "model.ckpt", ARRAYS)
    names = [file.name for file in bundle_files(tmp_path / name)]
    assert names == ["model.ckpt.index", "model.ckpt.data-00000-of-00001"]


def test_names_with_signs_of_patterns(tmp_path):
    assert len(bundle_files(write_bundle(tmp_path, "m[1]*?", ARRAYS))) == 2


def test_files_that_are_missing(tmp_path):
    with pytest.raises(SpecError, match="no TensorFlow checkpoint"):
        read_index(tmp_path / "model.ckpt")
    with pytest.raises(SpecError, match="holds none as TensorFlow index"):
        read_index(tmp_path)
    path = write_bundle(tmp_path, "model.ckpt", ARRAYS, shards=3)
    (tmp_path / "model.ckpt.data-00001-of-00003").unlink()
    with pytest.raises(SpecError, match="copy the whole checkpoint"):
        read_index(path)
    write_bundle(tmp_path, "other.ckpt", ARRAYS)
    with pytest.raises(SpecError, match=r"holds model\.ckpt\.index, other\.ckpt\.index"):
        read_index(tmp_path)


def test_fewer_data_files_than_the_index_says(tmp_path):
    path = write_bundle(tmp_path, "model.ckpt", ARRAYS, shards=2)
    (tmp_path / "model.ckpt.data-00001-of-00002").unlink()
    (tmp_path / "model.ckpt.data-00000-of-00002").rename(tmp_path / "model.ckpt.data-00000-of-00001")
    with pytest.raises(SpecError, match="names 2 data files, 1 are there"):
        read_index(path)


def test_every_altered_byte_of_the_data_is_seen(tmp_path):
    path = write_bundle(tmp_path, "m", {"a": np.arange(3, dtype=np.float32)})
    file = tmp_path / "m.data-00000-of-00001"
    whole = file.read_bytes()
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(SpecError, match="variable 'a': checksum"):
            read_variables(path, ["a"])
    file.write_bytes(whole[:-1])
    with pytest.raises(SpecError, match="ends before it"):
        read_variables(path, ["a"])


def test_every_cut_of_the_index_is_seen(tmp_path):
    path = write_bundle(tmp_path, "m", {"a": np.arange(3, dtype=np.float32)})
    file = tmp_path / "m.index"
    whole = file.read_bytes()
    for kept in range(len(whole)):
        file.write_bytes(whole[:kept])
        with pytest.raises(SpecError, match="no whole TensorFlow index"):
            read_index(path)


def test_name_that_is_not_there(tmp_path):
    with pytest.raises(SpecError, match="no variable 'b'"):
        read_variables(write_bundle(tmp_path, "m", {"a": np.zeros(3)}), ["b"])


HEADER = (b"", field(1, 1))
EIGHT = np.zeros(2, dtype=np.float32)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no header"),
        ([(b"a", b"")], "no header"),
        ([(b"", field(1, 1) + field(2, 1))], "big-endian"),
        ([(b"", field(1, b"x"))], "field 1 is of another kind"),
        ([HEADER, (b"\xff", entry(EIGHT, 0, bytes(8)))], "utf-8"),
        ([HEADER, (b"a", field(1, 1) + field(7, b""))], "slices"),
        ([HEADER, (b"a", field(1, 1) + field(2, field(2, field(1, (1 << 64) - 1))))], "size or checksum"),
        ([HEADER, (b"a", field(6, b"12345"))], "size or checksum"),
    ],
)
def test_rows_that_cannot_be(tmp_path, rows, message):
    with pytest.raises(SpecError, match=message):
        read_index(index_of(tmp_path, rows))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (field(1, 7) + field(5, 8), "type 7 of TensorFlow"),
        (field(1, 1) + field(5, 8), r"8 bytes do not hold float32 of shape \(\)"),
        (entry(EIGHT, 0, bytes(8), shard=1), "lies in data file 1, there are 1"),
        (entry(EIGHT, 4, bytes(8)), "ends before it"),
        (entry(EIGHT, 1 << 62, bytes(8)), "ends before it"),
    ],
)
def test_variables_that_cannot_be(tmp_path, row, message):
    path = index_of(tmp_path, [HEADER, (b"a", row)])
    with pytest.raises(SpecError, match=message):
        read_variables(path, ["a"])


def test_published_checkpoint(shared):
    """Every variable of it, the optimiser's too, has the checksum that stands in the index."""
    path = shared / "weights" / "phasenet" / "model_95.ckpt"
    index = read_index(path)
    values = read_variables(path, index)
    weights = [array for name, array in values.items() if "Adam" not in name and array.ndim]
    assert sum(array.size for array in weights) == 269_675
    assert all(np.isfinite(array).all() for array in values.values())
