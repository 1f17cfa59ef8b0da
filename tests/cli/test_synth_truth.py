from __future__ import annotations

import json

import pytest

from onsets.store import read_picks


def test_a_day_by_keys_alone(run, tmp_path):
    done = run("synth", "day", "-o", tmp_path / "day", "--set", "hours=0.2", "--seed", "1", "--json")
    assert done.returncode == 0
    said = json.loads(done.stdout)
    assert said["picks"] == len(read_picks(tmp_path / "day" / "picks.csv"))
    assert (tmp_path / "day" / "SY.DAY.2024-01-01.mseed").is_file()


def test_a_catalogue_by_a_file_and_a_key(run, tmp_path):
    (tmp_path / "wanted.toml").write_text(
        "waveforms = false\n[network]\nstations = 3\n[seismicity]\ndays = 0.1\nbackground_per_day = 200\n"
    )
    done = run(
        "synth", "catalogue", tmp_path / "wanted.toml", "-o", tmp_path / "out", "--set", "network.code=AB"
    )
    assert done.returncode == 0 and "events" in done.stdout
    rows = (tmp_path / "out" / "stations.csv").read_text().splitlines()
    assert len(rows) == 4 and rows[1].startswith("AB.S001.")


def test_the_way_from_synthetics_to_a_relocated_catalogue(run, tmp_path):
    made, small = tmp_path / "made", ["network.stations=8", "network.radius_km=30", "seismicity.days=0.03"]
    small += ["seismicity.mainshock=3.0", "seismicity.mainshock_day=0.01", "seismicity.aftershocks=0"]
    small += ["seismicity.background_per_day=300", "seismicity.smallest=2.5", "seismicity.radius_km=4"]
    known = ["--stations", made / "stations.csv", "--velocity", made / "model.csv"]
    picks, used = tmp_path / "picks.csv", tmp_path / "used.csv"
    events, located, relative = (tmp_path / f"{name}.csv" for name in ("events", "located", "relative"))
    steps = [
        ("synth", "catalogue", "-o", made, "--seed", 2, *(part for key in small for part in ("--set", key))),
        ("pick", "--sds", made / "archive", "--start", "2024-01-01", "--end", "2024-01-02",
         "--stations", made / "stations.csv", "-o", picks),
        ("associate", picks, *known, "-o", events, "--assignments", used),
        ("locate", events, "--assignments", used, *known, "-o", located),
        ("relocate", located, "--assignments", used, *known, "-o", relative),
    ]  # fmt: skip
    for step in steps:
        done = run(*step)
        assert done.returncode == 0, done.stderr
    for mine in (located, relative):
        found = json.loads(run("catalogue", "compare", made / "events.csv", mine, "--json").stdout)
        assert found["reference"] == 8 and found["matched"] >= 6 and found["new"] <= 2
        offsets = found["offsets"]
        assert offsets["distance_km"]["median"] < 0.5 and abs(offsets["depth_km"]["median"]) < 0.8
        assert abs(offsets["time_s"]["median"]) < 0.15


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("day", "--set", "hour=1"), "did you mean 'hours'"),
        (("day", "--set", "ground.instrument=seismometer"), "unknown instrument"),
        (("day", "--set", "site.noise=1"), "noise_level"),
        (("catalogue", "nowhere.toml"), "cannot read"),
        (("catalogue", "--set", "ground.model=iasp19"), "did you mean 'iasp91'"),
    ],
)
def test_what_is_wrong_is_said(run, tmp_path, arguments, words):
    done = run("synth", *arguments, "-o", tmp_path / "out")
    assert done.returncode == 2 and words in done.stderr
