"""Whole arrays and places in blocks come as Z N E, or are refused by name."""

import copy

import h5py
import numpy as np
import pytest

from onsets.datasets import hdf5_waveforms
from onsets.errors import WaveformError

from .making import edit, refused, store, waves


def test_a_whole_array_is_read(path):
    np.testing.assert_array_equal(store(path, "whole").read_one(0), waves(0, 300))
    np.testing.assert_array_equal(store(path, "whole", order="ENZ").read_one(0), waves(0, 300)[::-1])


@pytest.mark.parametrize("dtype", ["<i2", ">i4", "<i8", "<f2", ">f4", "<f8", "u1"])
def test_all_plain_numbers_become_float32(path, dtype):
    counts = np.arange(150).reshape(50, 3).astype(dtype)
    with edit(path) as file:
        file["data/counts"] = counts
    found = store(path, "counts", axes="WC").read_one(0)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, counts.T.astype(np.float32))


@pytest.mark.parametrize(
    "options", [{}, {"compression": "gzip", "shuffle": True, "fletcher32": True, "chunks": (1, 3, 50)}]
)
def test_a_place_in_a_block(path, options):
    block = np.stack([waves(k, 200) for k in range(4)])
    with edit(path) as file:
        file.create_dataset("data/b", data=block, **options)
        file["data/t"] = block.transpose(0, 2, 1)
    some = store(path, "b", "b", slabs=[(2, 0, -1, 0, -1), (1, 0, 3, 20, 150)])
    np.testing.assert_array_equal(some.read_one(0), block[2])
    np.testing.assert_array_equal(some.read_one(1), block[1, :, 20:150])
    np.testing.assert_array_equal(
        store(path, "t", axes="WC", slabs=[(1, 0, 3, 20, 150)]).read_one(0), block[1, :, 20:150]
    )


PLAIN = {
    "piece": ({}, True),
    "chunks": ({"chunks": (1, 3, 50)}, False),
    "gzip": ({"compression": "gzip"}, False),
    "big-endian": ({"dtype": ">f4"}, False),
    "double": ({"dtype": "f8"}, False),
}


@pytest.mark.parametrize("user_block", [0, 512])
@pytest.mark.parametrize("kind", PLAIN)
def test_plain_bytes_are_read_past_hdf5_and_are_the_same(tmp_path, monkeypatch, kind, user_block):
    options, plain = PLAIN[kind]
    block = np.stack([waves(k, 200) for k in range(4)])
    with h5py.File(tmp_path / "w.hdf5", "w", userblock_size=user_block) as file:
        file.create_dataset("data/b", data=block, **options)
    slabs = [(3, 0, -1, 0, -1), (2, 0, 3, 17, 150), (1, 0, 3, 40, 40)]
    direct = store(tmp_path / "w.hdf5", "b", "b", "b", slabs=slabs)
    for k, (place, _, _, first, last) in enumerate(slabs):
        expected = block[place][:, first : last if last >= 0 else None]
        np.testing.assert_array_equal(direct.read_one(k), expected)
    assert (direct._blocks[0, "b"].offset >= 0) == plain
    monkeypatch.setattr(hdf5_waveforms, "DIRECT", False)  # a system that cannot
    slow = store(tmp_path / "w.hdf5", "b", slabs=slabs[:1])
    np.testing.assert_array_equal(slow.read_one(0), block[3])
    assert slow._opened[0][2] == -1


def test_a_file_that_shrinks_while_it_is_open_is_an_error(path):
    with edit(path) as file:
        file["data/last"] = waves(1, 5000)
    one = store(path, "last")
    one._array(0, "last", True, "here")
    with open(path, "r+b") as file:
        file.truncate(one._blocks[0, "last"].offset + 100)
    with pytest.raises(WaveformError, match="the file ends before it"):
        hdf5_waveforms._read(one._blocks[0, "last"], one._opened[0][2], (-1, 0, -1, 0, -1), "CW", "here")


@pytest.mark.parametrize("slab", [(7, 0, -1, 0, -1), (0, 0, 4, 0, -1), (0, 0, -1, 0, 999), (0, 2, 1, 0, -1)])
def test_a_place_outside_the_block_is_refused(path, slab):
    with edit(path) as file:
        file["data/bad"] = np.zeros((4, 3, 200), np.float32)
    refused(path, "lies outside", slabs=[slab])


@pytest.mark.parametrize("data", [waves()[0], np.zeros((2, 3, 5), np.float32), np.float32(1)])
def test_an_array_of_other_dimensions_is_refused(path, data):
    with edit(path) as file:
        file["data/bad"] = data
    refused(path, "has shape")


def test_two_components_for_three_are_refused(path):
    with edit(path) as file:
        file["data/bad"] = waves()[:2]
    refused(path, "has 2 components")
    found = store(path, "bad", order="ZE").read_one(0)
    np.testing.assert_array_equal(found, [waves()[0], np.zeros(500), waves()[1]])


def test_lengths_ask_the_arrays(path):
    with edit(path) as file:
        file["data/long"] = waves(0, 700)
        file["data/soft"] = h5py.SoftLink("/data/whole")
    lengths, reasons = store(path, "whole", "soft", "long", "none").lengths([0, 1, 2, 3])
    assert lengths.tolist() == [300, 0, 700, 0]
    assert "links are not followed" in reasons[1] and "is missing" in reasons[3]


def test_a_copy_opens_its_own_files(path):
    one = store(path, "whole")
    one.read_one(0)
    two = copy.copy(one)
    assert two._opened == {} and one._opened
    np.testing.assert_array_equal(two.read_one(0), waves(0, 300))
