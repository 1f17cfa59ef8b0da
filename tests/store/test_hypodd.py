"""HypoDD's files of events: there and back, and the published ones."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import CatalogueError
from onsets.store.hypodd import (
    hypodd_ids,
    read_event_list,
    read_locations,
    read_phases,
    write_locations,
    write_phases,
)

PHASES = """# 1985  1 24  2 19 58.71  37.8832 -122.2415    9.80 1.40  0.15  0.51  0.02      38542
NCCSP       2.850  -1.000   P
NCCBW       3.430   0.500   S
"""


def test_phases_come_back_as_written(tmp_path):
    path = tmp_path / "a.pha"
    path.write_text(PHASES)
    events, picks = read_phases(path)
    assert events.rows()[0]["time"] == "1985-01-24T02:19:58.710000Z"
    assert (events.depth_km[0], events.magnitude[0], events.picks[0]) == (9.8, 1.4, 2)
    assert picks.station_id.tolist() == [".NCCSP.", ".NCCBW."] and picks.weight.tolist() == [1.0, 0.5]
    assert (picks.time_ns - events.time_ns[0]).tolist() == [2_850_000_000, 3_430_000_000]
    assert write_phases(events, picks, tmp_path / "b.pha") == {"38542": 38542}
    again, picks_again = read_phases(tmp_path / "b.pha")
    assert again.rows() == events.rows() and picks_again.rows() == picks.rows()


def test_locations_come_back_as_written(tmp_path):
    path = tmp_path / "hypoDD.reloc"
    path.write_text(
        "    38542  37.878642 -122.244507     9.251      -48.7       62.3      -57.2 "
        "     3.2      3.2     14.0 1985  1 24  2 19 58.740  1.4   106   103   177     0  0.006  0.047   1\n"
    )
    events = read_locations(path)
    assert (events.latitude[0], events.x_km[0], events.picks[0]) == (37.878642, -0.0487, 386)
    write_locations(events, tmp_path / "b.reloc", np.array([[106, 103, 177, 0]]))
    again = read_locations(tmp_path / "b.reloc")
    for name in ("time_ns", "latitude", "longitude", "depth_km", "picks", "magnitude"):
        np.testing.assert_allclose(getattr(again, name), getattr(events, name))


def test_event_lists_pad_their_clock(tmp_path):
    path = tmp_path / "event.dat"
    path.write_text(
        "19840425     44944   37.2922  -121.6662      6.610  1.2    0.28    0.80   0.02      17496\n"
    )
    assert read_event_list(path).rows()[0]["time"] == "1984-04-25T00:04:49.440000Z"


def test_names_become_numbers():
    assert hypodd_ids(["7", "a"]) == {"7": 1, "a": 2}
    assert hypodd_ids(["7", "12"]) == {"7": 7, "12": 12}


@pytest.mark.parametrize("text", ["NCCSP 2.85 1 P\n", "# 1985 1 24\n", PHASES + "NCCSP two 1 P\n"])
def test_a_broken_line_is_named(tmp_path, text):
    path = tmp_path / "a.pha"
    path.write_text(text)
    with pytest.raises(CatalogueError, match=r"a\.pha, line \d"):
        read_phases(path)


def test_published_files(shared):
    folder = shared / "data/location/hypodd/example1"
    assert len(read_phases(folder / "El16.pha")[1]) == 563
    assert len(read_locations(folder / "hypoDD.reloc")) == len(read_event_list(folder / "event.sel")) == 16
