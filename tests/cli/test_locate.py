"""``onsets locate`` as a user runs it."""

from __future__ import annotations

import json

import pytest

from onsets.earth import model_text
from onsets.store import write_assignments, write_events
from tests.location.making import MODEL, catalogue, network, observe


@pytest.fixture
def files(tmp_path):
    import numpy as np

    stations, rng = network(10), np.random.default_rng(0)
    events = catalogue(np.array([0.0, 5.0]), np.array([2.0, -8.0]), np.array([8.0, 11.0]))
    assignments, _ = observe(events, stations, rng, errors=(0.01, 0.01))
    write_events(events, tmp_path / "events.csv")
    write_assignments(assignments, tmp_path / "picks.csv")
    (tmp_path / "model.csv").write_text(model_text(MODEL))
    lines = ["station_id,latitude,longitude,elevation_m"]
    lines += [
        f"{r['station_id']},{r['latitude']},{r['longitude']},{r['elevation_m']}" for r in stations.rows()
    ]
    (tmp_path / "stations.csv").write_text("\n".join(lines))
    return ("events.csv", "-a", "picks.csv", "-s", "stations.csv", "-v", "model.csv")


def test_events_are_located(run, files, tmp_path):
    done = run("locate", *files, "-o", "out.csv", "--residuals", "res.csv", "--details", "d.jsonl")
    assert done.returncode == 0, done.stderr
    assert "2 of 2 events located" in done.stderr
    assert "onsets locate" in (tmp_path / "out.csv").read_text()
    rows = [json.loads(line) for line in (tmp_path / "d.jsonl").read_text().splitlines()]
    assert [row["event_id"] for row in rows] == ["e0", "e1"] and len(rows[0]["semi_axes_km"]) == 3


def test_json_and_settings(run, files):
    done = run("locate", *files, "--json", "--set", "norm=l2")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["events"]
    assert found[0]["depth_km"] == pytest.approx(8.0, abs=0.5) and found[0]["details"]["quality"] in "ABC"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--set", "nrom=l2"), "did you mean 'norm'"),
        (("-o", "out.xyz"), "unknown format"),
        (("--estimate",), "--corrections"),
    ],
)
def test_wrong_options_stop_at_once(run, files, more, message):
    done = run("locate", *files, *more)
    assert done.returncode == 2 and message in done.stderr


def test_what_is_missing_is_named(run):
    done = run("locate", "events.csv")
    assert done.returncode == 2 and "--stations" in done.stderr
