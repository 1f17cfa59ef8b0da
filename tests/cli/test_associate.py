"""``onsets associate`` and its words."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from onsets.cli.app import app

from ..pipeline.test_associate import files  # noqa: F401


def call(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


def words(folder, stations="stations.csv"):
    return (
        *("associate", folder / "picks.csv"),
        *("--stations", folder / stations, "--velocity", folder / "model.csv"),
    )


def test_events_and_assignments(files):  # noqa: F811
    common = words(files)
    done = call(
        *common, "--method", "real", "-o", files / "e.csv", "--assignments", files / "a.csv", "--json"
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["events"] == 4 and told["notes"] == [] and (files / "a.csv").is_file()


def test_unknown_stations_are_told(files):  # noqa: F811
    lines = (files / "stations.csv").read_text().splitlines()
    (files / "fewer.csv").write_text("\n".join(lines[:-1]) + "\n")
    common = words(files, "fewer.csv")
    told = json.loads(call(*common, "--method", "real", "-o", files / "e2.csv", "--json").stdout)
    assert [note["where"] for note in told["notes"]] == ["XX.S19."] and told["notes"][0]["picks"] > 0


def test_wrong_usage(files):  # noqa: F811
    from onsets.errors import ConfigError

    common = words(files)
    for wrong in (("-o", files / "e.xls"), ("--method", "gamma"), ("--set", "nonsense=1")):
        done = call(*common, *wrong)
        assert isinstance(done.exception, ConfigError)


def test_help_shows_an_example():
    assert "onsets associate picks.csv" in call("associate", "--help").stdout


@pytest.mark.parametrize("name", ["real"])
def test_standard_output_is_csv(files, name):  # noqa: F811
    common = words(files)
    done = call(*common, "--method", name, "-q")
    assert done.stdout.startswith("event_id,time,") and len(done.stdout.splitlines()) == 5
