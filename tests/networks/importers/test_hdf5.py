"""What an HDF5 file may not do to us."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import MissingExtraError, SpecError
from onsets.networks.importers import hdf5

h5py = pytest.importorskip("h5py")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.h5"


def read(path, name="x"):
    with hdf5.open_hdf5(path) as file:
        return hdf5.read_array(file, name)


def write(path, **options):
    with h5py.File(path, "w") as file:
        file.create_dataset("x", **options)
    return path


@pytest.mark.parametrize("kind", ["f2", "f4", "f8", ">f4"])
@pytest.mark.parametrize("options", [{}, {"compression": "gzip", "shuffle": True, "fletcher32": True}])
def test_arrays_come_as_float32(path, kind, options):
    values = np.arange(6, dtype=kind).reshape(2, 3)
    got = read(write(path, data=values, **options))
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, values)


def test_names_lead_through_groups(path):
    with h5py.File(path, "w") as file:
        file["a/b/c"] = np.float32(5)
        file["a/hard"] = file["a/b/c"]
        file["a"].attrs["names"] = [b"b", b"c"]
        file["a"].attrs["text"] = "µ"
        for k in range(2):
            file["a"].attrs[f"long{k}"] = [f"n{k}".encode()]
        file["a"].attrs["none"] = np.zeros(0)
    with hdf5.open_hdf5(path) as file:
        assert hdf5.read_array(hdf5.read_member(file, "a"), "b/c") == 5
        assert hdf5.read_array(file, "a/hard") == 5
        assert hdf5.read_names(file["a"], "names") == ["b", "c"]
        assert hdf5.read_names(file["a"], "long") == ["n0", "n1"]
        assert hdf5.read_names(file["a"], "none") == []
        assert hdf5.read_text(file["a"], "text") == "µ"
        assert hdf5.read_names(file["a"], "other") is hdf5.read_text(file["a"], "other") is None


@pytest.mark.parametrize("name", ["", "/x", "x/", "x//y", ".", "./x", "x/../x", "y", "x/y"])
def test_names_that_lead_nowhere(path, name):
    with pytest.raises(SpecError, match=r"a\.h5: /"):
        read(write(path, data=np.zeros(2)), name)


def test_links_are_not_followed(path, tmp_path):
    secret = write(tmp_path / "secret.h5", data=np.ones(2))
    with h5py.File(path, "w") as file:
        file["x"] = h5py.ExternalLink(str(secret), "x")
        file["y"] = h5py.SoftLink("/z")
        file["z"] = np.zeros(2)
    for name, kind in (("x", "ExternalLink"), ("y", "SoftLink")):
        with pytest.raises(SpecError, match=rf"a\.h5: /{name} is a link \({kind}\); links are not followed"):
            read(path, name)


def test_values_of_other_files_are_not_read(path, tmp_path):
    (tmp_path / "secret").write_bytes(bytes(64))
    secret = write(tmp_path / "secret.h5", data=np.ones(4))
    with h5py.File(path, "w") as file:
        file.create_dataset("x", (4,), "f4", external=[(str(tmp_path / "secret"), 0, 16)])
        layout = h5py.VirtualLayout((4,), "f8")
        layout[:] = h5py.VirtualSource(str(secret), "x", (4,))
        file.create_virtual_dataset("y", layout)
    for name in "xy":
        with pytest.raises(SpecError, match=rf"a\.h5: /{name} keeps its values in another file"):
            read(path, name)


@pytest.mark.parametrize(
    "options",
    [
        {"data": np.zeros(3, dtype=int)},
        {"data": np.zeros(3, dtype=complex)},
        {"data": [b"text"]},
        {"data": np.zeros(3, dtype=[("a", "f4")])},
        {"data": h5py.Empty("f4")},
        {"shape": (2,), "dtype": h5py.special_dtype(ref=h5py.Reference)},
    ],
)
def test_only_floats(path, options):
    with pytest.raises(SpecError, match=r"a\.h5: /x holds .*, expected floats"):
        read(write(path, **options))


def test_shapes_are_asked_before_memory_is_taken(path):
    huge = {"shape": (2**40,), "dtype": "f4", "chunks": (1024,), "compression": "gzip"}
    with pytest.raises(SpecError, match=r"has shape \(1099511627776,\), a layer has at most 4,194,304"):
        read(write(path, **huge))
    wide = {"shape": (4,), "dtype": "f4", "chunks": (2**23,), "maxshape": (None,)}
    with pytest.raises(SpecError, match=r"has chunks of \(8388608,\)"):
        read(write(path, **wide))


def test_other_filters_are_not_loaded(path):
    with pytest.raises(SpecError, match="needs the HDF5 filter 32000, only gzip, shuffle, fletcher32"):
        read(write(path, data=np.zeros(64), compression="lzf"))


@pytest.mark.parametrize("options", [{}, {"chunks": (2,)}])
def test_arrays_never_written(path, options):
    with pytest.raises(SpecError, match=r"has shape \(4,\) but no values"):
        read(write(path, shape=(4,), dtype="f4", **options))


def test_a_group_is_no_array(path):
    with h5py.File(path, "w") as file:
        file.create_group("x")
    with pytest.raises(SpecError, match=r"/x is a Group, expected an array"):
        read(path)


@pytest.mark.parametrize("value", [5, [1.5, 2.5], [["a"]], np.bytes_(b"\xff"), [b"\xff"], [b"\x1b[2J"]])
def test_attributes_of_other_kinds(path, value):
    with h5py.File(path, "w") as file:
        file.attrs["x"] = value
    with hdf5.open_hdf5(path) as file:
        for reader in (hdf5.read_names, hdf5.read_text):
            with pytest.raises(SpecError, match=r"a\.h5: x of /"):
                reader(file, "x")


def test_files_that_are_none(path, tmp_path, monkeypatch):
    with pytest.raises(SpecError, match=r"no weights file .*a\.h5"), hdf5.open_hdf5(path):
        pass
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(SpecError, match=r"a\.h5 is no whole HDF5 file"), hdf5.open_hdf5(path):
        pass
    monkeypatch.setattr(hdf5, "MOST_BYTES", 10)
    with (
        pytest.raises(SpecError, match=r"a\.h5 has 108 bytes, weights have at most 10"),
        hdf5.open_hdf5(path),
    ):
        pass


def test_cut_values(path):
    whole = write(path, data=np.arange(5000.0), chunks=(500,), compression="gzip").read_bytes()
    wrong = 0
    for at in range(0, len(whole), max(1, len(whole) // 60)):
        path.write_bytes(whole[:at])
        with pytest.raises(SpecError, match=r"a\.h5"):
            read(path)
        wrong += 1
    assert wrong > 50


def test_missing_h5py_names_the_extra(path, monkeypatch):
    import sys

    write(path, data=np.zeros(2))
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(MissingExtraError, match=r"onsets\[train\]"), hdf5.open_hdf5(path):
        pass
