"""``onsets relocate`` as a user runs it."""

from __future__ import annotations

import json


def test_hypodd_files_go_in_and_come_out(run, shared, tmp_path):
    folder = shared / "data/location/hypodd/example1"
    done = run(
        *("relocate", folder / "hypoDD.loc", "-s", folder / "station.sel", "--inp", folder / "hypoDD.inp"),
        *("--dt-ct", folder / "dt.ct", "--dt-cc", folder / "dt.cc.gz", "-o", "out.reloc"),
    )
    assert done.returncode == 0, done.stderr
    assert "16 of 16 events relocated in 1 cluster" in done.stderr
    assert len((tmp_path / "out.reloc").read_text().splitlines()) == 16


def test_json_tells_the_iterations(run, shared):
    folder = shared / "data/location/hypodd/example1"
    files = (folder / "El16.pha", "-s", folder / "station.sel", "-v", folder / "hypoDD.inp")
    done = run("relocate", *files, "--json", "--set", "bootstrap=0")
    found = json.loads(done.stdout)
    assert len(found["events"]) == 16 and found["iterations"][-1]["used"] > 0


def test_what_is_missing_is_named(run):
    done = run("relocate", "events.csv")
    assert done.returncode == 2 and "--stations" in done.stderr
