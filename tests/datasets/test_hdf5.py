"""Files from strangers: nothing outside the file is read, no more memory taken than is honest."""

import tracemalloc
import zlib

import h5py
import numpy as np
import pytest

from onsets.datasets.hdf5 import MOST_SAMPLES, component_rows, open_file, read_word, walk
from onsets.datasets.hdf5_waveforms import Hdf5Waveforms
from onsets.errors import CatalogueError, ConfigError, WaveformError

from .making import edit, refused, store, waves


@pytest.mark.parametrize(
    "link", [h5py.SoftLink("/data/whole"), h5py.ExternalLink("secret.hdf5", "/data/whole")]
)
def test_links_are_not_followed(path, link):
    with edit(path) as file:
        file["data/bad"] = link
    word = "a soft link" if isinstance(link, h5py.SoftLink) else "an external link"
    refused(path, f"is {word}; links are not followed")


@pytest.mark.parametrize("link", [h5py.SoftLink("/data"), h5py.ExternalLink("secret.hdf5", "/data")])
def test_a_group_behind_a_link_is_not_entered(path, link):
    with edit(path) as file:
        file["other"] = link
    file = open_file(path)
    with pytest.raises(WaveformError, match="links are not followed"):
        walk(file, "other")
    assert walk(file, "nowhere") is None
    with pytest.raises(WaveformError, match="is no group"):
        walk(file, "data/whole")


def test_a_name_cannot_walk_elsewhere(path):
    with edit(path) as file:
        file["far"] = h5py.ExternalLink("secret.hdf5", "/data")
    for name in ("../far/whole", "/far/whole", "sub/whole", ".", ""):
        refused(path, "is no name of an array", name)


def test_external_storage_is_refused(path):
    with edit(path) as file:
        file.create_dataset(
            "data/bad", (3, 300), "f4", external=[(str(path.with_name("secret.bin")), 0, h5py.h5f.UNLIMITED)]
        )
    refused(path, "keeps its values in another file")


def test_virtual_arrays_are_refused(path):
    layout = h5py.VirtualLayout((3, 300), "f4")
    layout[:] = h5py.VirtualSource(path.with_name("secret.hdf5"), "data/whole", (3, 300))
    with edit(path) as file:
        file.create_virtual_dataset("data/bad", layout)
    refused(path, "keeps its values in another file")


@pytest.mark.parametrize("data", [np.array(["a", "b"], "S3"), np.zeros(3, [("x", "f4")]), np.zeros(2, "c8")])
def test_only_plain_numbers_are_read(path, data):
    with edit(path) as file:
        file["data/bad"] = data
    refused(path, "holds no plain numbers")


@pytest.mark.parametrize("name", ["missing", "group"])
def test_what_is_no_array_is_named(path, name):
    with edit(path) as file:
        file.create_group("data/group")
    refused(path, "is missing" if name == "missing" else "is no array", name)


def peak_while(call):
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_an_array_that_claims_a_gigantic_shape_is_refused_before_memory_is_taken(path):
    with edit(path) as file:
        bad = file.create_dataset("data/bad", (3, 10**12), "f4", chunks=(3, 1000), compression="gzip")
        bad[:, :1000] = 1
    assert path.stat().st_size < 100_000
    assert peak_while(lambda: refused(path, f"at most 3 x {MOST_SAMPLES:,} are read")) < 2**20


def test_gigantic_chunks_are_refused(path):
    with edit(path) as file:
        bad = file.create_dataset(
            "data/bad", (3, 30_000_000), "f4", chunks=(3, 30_000_000), compression="gzip"
        )
        bad.id.write_direct_chunk((0, 0), zlib.compress(bytes(1000)))
    assert path.stat().st_size < 100_000
    assert peak_while(lambda: refused(path, "has chunks of 360,000,000 bytes")) < 2**20
    refused(path, "has chunks of", slabs=[(-1, 0, 3, 0, 10)])


def test_a_chunk_that_inflates_to_more_than_it_says_is_refused(path):
    bomb = zlib.compress(bytes(200 * 2**20), 9)
    with edit(path) as file:
        bad = file.create_dataset("data/bad", (3, 1000), "f4", chunks=(3, 1000), compression="gzip")
        bad.id.write_direct_chunk((0, 0), bomb)
    assert len(bomb) < 2**20
    assert peak_while(lambda: refused(path, "inflates to more than its 12,000 bytes")) < 2**22


def test_large_honest_chunks_are_read(path):
    data = waves(3, 60_000)  # noise hardly shrinks: more than the size below which no bomb fits
    with edit(path) as file:
        file.create_dataset("data/big", data=data, chunks=data.shape, compression="gzip")
    np.testing.assert_array_equal(store(path, "big").read_one(0), data)


def test_a_foreign_filter_is_refused(path):
    with edit(path) as file:
        file.create_dataset("data/bad", data=waves(), compression="lzf")
    refused(path, "needs the HDF5 filter 32000")


def test_a_filter_that_comes_twice_is_refused(path):
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_chunk((3, 500))
    plan.set_deflate(9)
    plan.set_deflate(9)
    with edit(path) as file:
        space = h5py.h5s.create_simple((3, 500))
        made = h5py.h5d.create(file["data"].id, b"bad", h5py.h5t.IEEE_F32LE, space, plan)
        made.write(h5py.h5s.ALL, h5py.h5s.ALL, waves())
    refused(path, "twice or out of order")


@pytest.mark.parametrize("options", [{}, {"chunks": (3, 100)}])
def test_an_array_that_was_never_written_is_refused(path, options):
    with edit(path) as file:
        file.create_dataset("data/bad", (3, 500), "f4", **options)
    refused(path, "no values; the file was never finished")


def test_a_file_that_was_cut_off_is_an_error(path):
    with edit(path) as file:
        file["data/bad"] = waves(0, 50_000)
    path.write_bytes(path.read_bytes()[:300_000])
    with pytest.raises((CatalogueError, WaveformError)):
        store(path, "bad").read_one(0)


def test_what_is_no_file_is_an_error(path, tmp_path):
    with pytest.raises(ConfigError, match="no waveforms file"):
        open_file(tmp_path / "none.hdf5")
    (tmp_path / "text.hdf5").write_text("hello")
    with pytest.raises(CatalogueError, match="no whole HDF5 file"):
        open_file(tmp_path / "text.hdf5")
    with pytest.raises(WaveformError, match="has no group nowhere"):
        Hdf5Waveforms(
            [path], ["nowhere"], np.zeros(1, int), np.array(["a"]), [("CW", "ZNE")], np.zeros(1, int)
        ).read_one(0)


@pytest.mark.parametrize(
    ("value", "text"), [("ZNE", "ZNE"), (np.array([b"Z", b"N"]), "ZN"), (100, "100"), (62.5, "62.5")]
)
def test_words_of_the_format(path, value, text):
    with edit(path) as file:
        file["form/a"] = value
    assert read_word(open_file(path), "form", "a") == text
    assert read_word(open_file(path), "form", "b") is None
    assert read_word(open_file(path), "nowhere", "a") is None


def test_a_word_is_short_and_in_the_file(path):
    with edit(path) as file:
        file["form/many"] = np.zeros(10**4)
        file["form/wide"] = np.array(b"x" * 5000)
        file["form/far"] = h5py.ExternalLink("secret.hdf5", "/data/whole")
        file.create_dataset("form/out", (3,), "S1", external=[("secret.bin", 0, h5py.h5f.UNLIMITED)])
    for name, said in (
        ("many", "no single word"),
        ("wide", "no single"),
        ("far", "not followed"),
        ("out", "plain"),
    ):
        with pytest.raises(WaveformError, match=said):
            read_word(open_file(path), "form", name)


@pytest.mark.parametrize(
    ("order", "rows"),
    [("ZNE", (0, 1, 2)), ("enz", (2, 1, 0)), ("Z12", (0, 1, 2)), ("21Z", (2, 1, 0)), ("E", (-1, -1, 0))],
)
def test_component_orders(order, rows):
    assert component_rows(order, "w") == rows


@pytest.mark.parametrize("order", ["ZRT", "ZZN", "", "ZN1", "X"])
def test_unknown_component_orders_are_refused(order):
    with pytest.raises(CatalogueError, match="expected an order of Z, N and E"):
        component_rows(order, "w")
