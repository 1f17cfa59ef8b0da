"""From files or tables to events."""

from __future__ import annotations

import pytest

import onsets
from onsets.earth import model_text
from onsets.errors import ConfigError
from onsets.pipeline import association_options
from onsets.store import read_assignments, read_events, write_picks

from ..association.conftest import MODEL, make_world


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("picks")
    world = make_world(events=4, noise=20)
    write_picks(world.picks, folder / "picks.csv")
    lines = [
        f"{i},{x},{y},0"
        for i, x, y in zip(world.stations.station_id, world.stations.x_km, world.stations.y_km, strict=True)
    ]
    (folder / "stations.csv").write_text("\n".join(["station_id,x_km,y_km,elevation_m", *lines]) + "\n")
    (folder / "model.csv").write_text(model_text(MODEL))
    return folder


def test_files_to_events_and_back(files):
    found = onsets.associate(files / "picks.csv", files / "stations.csv", files / "model.csv", method="real")
    assert len(found) == 4 and not found.problems
    found.write(files / "events.csv", files / "used.csv")
    assert read_events(files / "events.csv").event_id.tolist() == found.events.event_id.tolist()
    assert len(read_assignments(files / "used.csv")) == len(found.assignments)


def test_settings_are_checked(files):
    paths = [files / name for name in ("picks.csv", "stations.csv", "model.csv")]
    with pytest.raises(ConfigError, match="did you mean 'picks'"):
        onsets.associate(*paths, method="real", pics=3)
    assert len(onsets.associate(*paths, method="real", picks=45)) == 0


def test_options_of_the_command():
    options = association_options("real", ["R=0.1/20/0.04/2/5", "picks=9"])
    assert options.grid_km == 4.4476 and options.picks == 9
    with pytest.raises(ConfigError, match="did you mean 'real'"):
        association_options("reel")
    with pytest.raises(ConfigError, match="unknown key"):
        association_options("pyocto", ["nonsense=1"])
