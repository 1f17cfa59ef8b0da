"""HypoInverse's files, on those of its users."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import CatalogueError
from onsets.store.hypodd import read_phases
from onsets.store.hypoinverse import (
    read_archive,
    read_summary,
    weight_code,
    write_archive,
    write_summary,
)
from onsets.tables import Assignments, Events

NUMBERS = ("depth_km", "rms_s", "azimuthal_gap_deg", "horizontal_error_km", "depth_error_km", "magnitude")


def same(one, two, columns=NUMBERS, atol=1e-9):
    for name in columns:
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), atol=atol, err_msg=name)


def test_calaveras_is_as_ph2dt_has_it(shared):
    """308 events and 13,769 picks of the same events in HypoDD's form, made by its own converter."""
    folder = shared / "data" / "location" / "hypodd" / "example2"
    events, mine = read_archive(folder / "Calaveras.arc.gz")
    other, theirs = read_phases(folder / "Calaveras.pha.gz")
    order = [np.argsort(one.event_id.astype(int)) for one in (events, other)]
    a, b = events.take(order[0]), other.take(order[1])
    assert a.event_id.tolist() == b.event_id.tolist() and len(a) == 308
    assert a.time_ns.tolist() == b.time_ns.tolist()
    same(a, b, ("depth_km", "rms_s", "horizontal_error_km", "depth_error_km", "magnitude"))
    same(a, b, ("latitude", "longitude"), 5e-5)
    times: dict[tuple[str, str, str], set[int]] = {}
    for row in range(len(mine)):
        code = "".join(str(mine.station_id[row]).split(".")[:2])
        times.setdefault((str(mine.event_id[row]), code, str(mine.phase[row])), set()).add(
            int(mine.time_ns[row])
        )
    keys = zip(theirs.event_id.tolist(), theirs.station_id.tolist(), theirs.phase.tolist(), strict=True)
    found = [
        int(time) in times[event, station.strip("."), phase]
        for (event, station, phase), time in zip(keys, theirs.time_ns, strict=True)
    ]
    assert len(found) == 13_769 and all(found)


def test_calaveras_comes_back_as_it_was(shared, tmp_path):
    source = shared / "data" / "location" / "hypodd" / "example2" / "Calaveras.arc.gz"
    events, mine = read_archive(source)
    write_archive(events, mine, tmp_path / "a.arc")
    again, rows = read_archive(tmp_path / "a.arc")
    same(events, again, (*NUMBERS, "latitude", "longitude", "picks", "time_ns"))
    assert again.magnitude_type.tolist() == events.magnitude_type.tolist()

    def keyed(table):
        names = (table.event_id, table.station_id, table.phase, table.time_ns)
        numbers = np.nan_to_num([table.residual_s, table.distance_km, table.weight]).T
        return sorted(zip(*(one.tolist() for one in names), map(tuple, numbers.tolist()), strict=True))

    assert keyed(rows) == keyed(mine)


def test_the_readable_summary_of_italy(shared, tmp_path):
    path = shared / "data" / "location" / "locflow_italy_20161014" / "location" / "hypoinverse_corr"
    events = read_summary(path / "catOut.sum")
    assert len(events) == 102 and int(np.isfinite(events.magnitude).sum()) == 58
    first = events.rows()[0]
    assert first["time"] == "2016-10-14T00:00:09.040000Z" and first["picks"] == 78
    assert (first["latitude"], first["longitude"], first["depth_km"]) == (42.8122, 13.2126, 6.03)
    assert (first["magnitude"], first["magnitude_type"], first["rms_s"]) == (0.91, "ML", 0.11)
    write_summary(events, tmp_path / "a.sum")
    again = read_summary(tmp_path / "a.sum")
    same(events, again)
    same(events, again, ("latitude", "longitude"), 1e-4)  # hundredths of a minute
    assert again.time_ns.tolist() == events.time_ns.tolist() and set(again.magnitude_type) == {"ML", ""}


def made():
    events = Events.of(
        [
            {"event_id": "south", "time_ns": 1_700_000_030_250_000_000, "latitude": -33.999999,
             "longitude": -70.5, "depth_km": -0.25, "magnitude": 2.31, "magnitude_type": "ML"},
            {"event_id": "east", "time_ns": 1_700_000_099_990_000_000, "latitude": 0.01, "longitude": 179.99,
             "depth_km": 600.0},
        ]
    )  # fmt: skip
    rows = [("P", 31.99, 1.0), ("S", 65.0, 0.5), ("P", 33.0, 0.0)]
    mine = Assignments.of(
        {"event_id": "south", "station_id": "C1.ABCDE.10", "phase": phase, "weight": weight,
         "time_ns": 1_700_000_000 * 10**9 + round(late * 1e9)}
        for phase, late, weight in rows
    )  # fmt: skip
    return events, mine


def test_hemispheres_negative_depths_and_late_s(tmp_path):
    events, mine = made()
    assert write_archive(events, mine, tmp_path / "a.arc") == {"south": 1, "east": 2}
    again, rows = read_archive(tmp_path / "a.arc")
    same(again, events, ("latitude", "longitude"), 1e-4)
    same(again, events, ("depth_km", "magnitude"))
    assert again.time_ns.tolist() == events.time_ns.tolist()
    assert rows.time_ns.tolist() == mine.time_ns.tolist() and rows.weight.tolist() == [1.0, 0.5, 0.0]
    assert set(rows.station_id) == {"C1.ABCDE.10"}
    text = (tmp_path / "a.arc").read_text().splitlines()
    assert text[0][18] == "S" and text[0][26] == " " and text[-2][26] == "E"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("8501240219587137 5299122 1449  980 0 21 52\n", "year 2000"),
        ("CSP  NC VVHZ IPU0198404242120 2521\n", "before the first event"),
        ("198404242120XX4837 1712121 3977  630\n", "line 1"),
        ("", "holds no event"),
    ],
)
def test_other_files_are_refused(tmp_path, text, said):
    (tmp_path / "a.arc").write_text(text)
    with pytest.raises(CatalogueError, match=said):
        read_archive(tmp_path / "a.arc")


def test_events_without_a_place_are_refused(tmp_path):
    with pytest.raises(CatalogueError, match="HypoInverse needs"):
        write_summary(Events.of([{"event_id": "a", "x_km": 1.0}]), tmp_path / "a.sum")


def test_weights_have_five_codes():
    assert [weight_code(code / 4) for code in range(5)] == [4, 3, 2, 1, 0] and weight_code(1.9) == 0
