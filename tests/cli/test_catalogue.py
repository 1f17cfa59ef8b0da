"""``onsets catalogue``."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from onsets.cli.app import app
from onsets.store import read_events, write_events

from ..store.test_database import catalogue


def call(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture
def pair(tmp_path):
    events, _ = catalogue()
    events = events.replace(time_ns=events.time_ns + 10**10 * (events.depth_km - 5).astype(int))
    write_events(events, tmp_path / "a.csv")
    write_events(events.take(slice(0, 2)).replace(depth_km=events.depth_km[:2] + 1), tmp_path / "b.csv")
    return tmp_path


def test_compare_tells_counts_and_offsets(pair):
    told = json.loads(call("catalogue", "compare", pair / "a.csv", pair / "b.csv", "--json").stdout)
    assert (told["matched"], told["missed"], told["new"]) == (2, 1, 0)
    assert told["offsets"]["depth_km"]["median"] == 1.0 and told["missed_events"] == ["e2"]
    table = call("catalogue", "compare", pair / "a.csv", pair / "b.csv").stdout
    assert "matched 2 (66.7 %)" in table and "depth_km" in table


def test_pictures_and_conversion(pair):
    pytest.importorskip("matplotlib")
    assert (
        call("catalogue", "compare", pair / "a.csv", pair / "b.csv", "--picture", pair / "c.png").exit_code
        == 0
    )
    for kind in ("map", "time"):
        assert (
            call("catalogue", "plot", pair / "a.csv", "-o", pair / f"{kind}.png", "--kind", kind).exit_code
            == 0
        )
        assert (pair / f"{kind}.png").stat().st_size > 5000
    assert call("catalogue", "convert", pair / "a.csv", "-o", pair / "a.xml").exit_code == 0
    assert len(read_events(pair / "a.xml")) == 3


def test_files_of_other_programs_are_converted(pair):
    done = call("catalogue", "convert", pair / "a.csv", "-o", pair / "a.sum")
    assert done.exit_code == 0, done.output
    assert (
        call("catalogue", "convert", pair / "a.sum", "-o", pair / "list", "--to", "growclust").exit_code == 0
    )
    assert (
        call("catalogue", "convert", pair / "list", "--from", "growclust", "-o", pair / "b.csv").exit_code
        == 0
    )
    told = json.loads(call("catalogue", "compare", pair / "a.sum", pair / "b.csv", "--json").stdout)
    assert told["matched"] == 3


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("-o", "a.sums"), "unknown format .sums"),
        (("-o", "a", "--to", "hypoinvers"), "did you mean 'hypoinverse'"),
        (("-o", "a.growclust_cat"), "only read"),
        (("-o", "no/a", "--to", "velest"), "does not exist"),
        (("-o", "no/a.arc"), "does not exist"),
    ],
)
def test_wrong_forms_are_told(pair, monkeypatch, more, said):
    monkeypatch.chdir(pair)
    done = call("catalogue", "convert", pair / "a.csv", *more)
    assert done.exit_code != 0 and said in str(done.exception)


def test_a_section_says_what_it_needs(pair):
    done = call("catalogue", "plot", pair / "a.csv", "-o", pair / "s.png", "--kind", "section")
    assert done.exit_code != 0 and "a section needs --stations" in str(done.exception)
    done = call("catalogue", "plot", pair / "a.csv", "-o", pair / "s.png", "--kind", "sektion")
    assert "did you mean 'section'" in str(done.exception)


def test_a_section_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    from onsets.store import write_assignments

    from ..pipeline.archives import write_sds
    from ..pipeline.test_magnitude import events, picks, stations, traces

    write_events(events(), tmp_path / "e.csv")
    write_assignments(picks(), tmp_path / "p.csv")
    rows = [f"{r['station_id']},{r['latitude']},{r['longitude']}" for r in stations().rows()]
    (tmp_path / "s.csv").write_text("\n".join(["station_id,latitude,longitude", *rows]))
    (tmp_path / "m.csv").write_text("depth_km,vp_km_s,vs_km_s\n0,6.0,3.5\n")
    write_sds(tmp_path / "archive", traces(0, 2.5))
    done = call(
        *("catalogue", "plot", tmp_path / "e.csv", "--kind", "section", "--assignments", tmp_path / "p.csv"),
        *("--stations", tmp_path / "s.csv", "--velocity", tmp_path / "m.csv"),
        *("--sds", tmp_path / "archive", "-o", tmp_path / "section.png"),
    )
    assert done.exit_code == 0, done.output
    assert (tmp_path / "section.png").stat().st_size > 10_000
