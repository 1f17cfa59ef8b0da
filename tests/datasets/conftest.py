"""Fixtures of this room."""

from __future__ import annotations

import pytest

h5py = pytest.importorskip("h5py")


@pytest.fixture
def path(tmp_path):
    """Return an HDF5 file with one record, beside files that nobody may look into."""
    from .making import waves

    with h5py.File(tmp_path / "w.hdf5", "w") as file:
        file["data/whole"] = waves(0, 300)
    with h5py.File(tmp_path / "secret.hdf5", "w") as file:
        file["data/whole"] = waves(9, 300)
    (tmp_path / "secret.bin").write_bytes(waves(9, 300).tobytes())
    return tmp_path / "w.hdf5"
