"""Differential times there and back."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import CatalogueError
from onsets.store.hypodd_dt import read_differences, write_differences


@pytest.mark.parametrize(
    ("kind", "text", "dt"),
    [
        ("ct", "#  1  2\nAB 3.43 3.40 1.0 P\nCD 2.85 2.84 0.5 S\n", [0.03, 0.01]),
        ("cc", "#  1  2  -0.174\nAB -0.0382 0.63 P\n#  1  3  -999\nAB 0.5 0.9 P\n", [0.1358]),
    ],
)
def test_there_and_back(tmp_path, kind, text, dt):
    path = tmp_path / "dt"
    path.write_text(text)
    found = read_differences(path, kind)
    np.testing.assert_allclose(found.dt_s, dt, atol=1e-9)
    assert set(found.kind.tolist()) == {kind} and found.station_id[0] == ".AB."
    write_differences(found, tmp_path / "again", kind)
    again = read_differences(tmp_path / "again", kind)
    np.testing.assert_allclose(again.dt_s, found.dt_s, atol=1e-4)
    assert again.event_2.tolist() == found.event_2.tolist() and again.phase.tolist() == found.phase.tolist()


def test_a_broken_line_is_named(tmp_path):
    path = tmp_path / "dt.ct"
    path.write_text("# 1 2\nAB 3.43 P\n")
    with pytest.raises(CatalogueError, match=r"dt\.ct, line 2"):
        read_differences(path, "ct")


def test_published_files(shared):
    folder = shared / "data/location/hypodd/example1"
    assert len(read_differences(folder / "dt.ct", "ct")) == 2012
    assert len(read_differences(folder / "dt.cc.gz", "cc")) == 20065
