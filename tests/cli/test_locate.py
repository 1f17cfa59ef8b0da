"""``onsets locate`` as a user runs it."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from onsets.earth import model_text
from onsets.store import read_assignments, read_events, write_assignments, write_events
from tests.location.making import MODEL, catalogue, network, observe


@pytest.fixture
def files(tmp_path):
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


def test_station_corrections_are_estimated_written_and_read(run, files, tmp_path):
    rng = np.random.default_rng(1)
    events = catalogue(*rng.uniform(-10, 10, (2, 12)), rng.uniform(6, 12, 12))
    rows, _ = observe(events, network(10), rng, errors=(0.01, 0.02))
    late = rows.station_id == "XX.S03."
    write_events(events, tmp_path / "events.csv")
    write_assignments(
        dataclasses.replace(rows, time_ns=rows.time_ns + 300_000_000 * late), tmp_path / "picks.csv"
    )
    made = run(
        "locate", *files, "--corrections", "late.csv", "--estimate", "-o", "a.csv", "--residuals", "a2.csv"
    )
    assert made.returncode == 0, made.stderr
    lines = (tmp_path / "late.csv").read_text().splitlines()
    assert lines[0] == "station_id,phase,correction_s"
    values = {tuple(line.split(",")[:2]): float(line.split(",")[2]) for line in lines[1:]}
    assert values["XX.S03.", "P"] == pytest.approx(0.3, abs=0.1)
    assert all(abs(value) < 0.1 for (name, _), value in values.items() if name != "XX.S03.")
    again = run("locate", *files, "--corrections", "late.csv", "-o", "b.csv")
    assert again.returncode == 0, again.stderr
    one, two = (read_events(tmp_path / name) for name in ("a.csv", "b.csv"))  # four digits are written
    np.testing.assert_allclose(one.latitude, two.latitude, atol=1e-5)
    np.testing.assert_allclose(one.depth_km, two.depth_km, atol=1e-2)
    plain = run("locate", *files, "-o", "c.csv", "--residuals", "c2.csv")
    assert plain.returncode == 0, plain.stderr
    scatter = [np.nanstd(read_assignments(tmp_path / name).residual_s) for name in ("a2.csv", "c2.csv")]
    assert scatter[0] < 0.5 * scatter[1]
    (tmp_path / "late.csv").write_text("station,phase\nXX.S03.,P\n")
    broken = run("locate", *files, "--corrections", "late.csv")
    assert broken.returncode == 2 and "expected columns station_id,phase,correction_s" in broken.stderr
