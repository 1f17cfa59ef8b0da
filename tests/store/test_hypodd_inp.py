"""HypoDD's control file."""

from __future__ import annotations

import pytest

from onsets.errors import CatalogueError
from onsets.store.hypodd_inp import read_control, write_control


def test_version_1_there_and_back_as_version_2(tmp_path):
    path = tmp_path / "hypoDD.inp"
    cards = ["dt.cc", "dt.ct", "event.sel", "station.sel", "loc", "reloc", "sta", "res", "src"]
    cards += ["3 3 150", "0 8", "2 2 1", "3 1 .5 6 3 1 .5 10 3 20", "2 1.73", "0 5", "5.0 6.0", "1", ""]
    path.write_text("\n".join(["* comment"] * 6 + cards))
    control = read_control(path)
    assert (control.data, control.max_station_km, control.min_links_ct, control.drop_air) == (
        3,
        150.0,
        8,
        True,
    )
    assert control.sets == ((3.0, 1.0, 0.5, 6.0, 3.0, 1.0, 0.5, 10.0, 3.0, 20.0),)
    assert control.files["ct"] == "dt.ct" and control.model.layers == 2
    write_control(control, tmp_path / "two.inp")
    again = read_control(tmp_path / "two.inp")
    assert (again.sets, again.files, again.drop_air) == (control.sets, control.files, True)
    assert again.model.vp_km_s.tolist() == [5.0, 6.0]


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "hypoDD.inp"
    path.write_text("nothing\n")
    with pytest.raises(CatalogueError, match="is no hypoDD"):
        read_control(path)


def test_published_files(shared):
    folder = shared / "data/location/hypodd"
    one, two = (read_control(folder / f"example{n}/hypoDD.inp") for n in (1, 2))
    assert (len(one.sets), one.min_links_ct, one.max_station_km, one.drop_air) == (5, 8, 120.0, True)
    assert (len(two.sets), two.min_links_ct, two.sets[-1][-1], two.drop_air) == (5, 12, 90.0, False)
