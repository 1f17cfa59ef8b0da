"""From an archive to a catalogue and a page, each step once."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onsets import config
from onsets.errors import CatalogueError, ConfigError
from onsets.evaluation.events import match_events
from onsets.pipeline import RunConfig, RunDone, run
from onsets.store import read_assignments, read_catalogue, read_events
from onsets.synthetics import CatalogueOptions, Network, Seismicity, write_catalogue

for name in ("pyarrow", "scipy", "matplotlib", "sqlalchemy"):
    pytest.importorskip(name)

KEPT = (".csv", ".xml", ".html")
STEPS = ("pick", "associate", "locate", "relocate", "magnitude", "catalogue", "report")


@pytest.fixture(scope="module")
def sequence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half an hour of a swarm under eight stations."""
    folder = tmp_path_factory.mktemp("sequence")
    swarm = Seismicity(days=0.02, background_per_day=500.0, smallest=2.0, radius_km=4.0, depth_km=(6.0, 9.0))
    network = Network(stations=8, radius_km=25.0, noise_level=(0.1, 0.2))
    write_catalogue(CatalogueOptions(network=network, seismicity=swarm), folder)
    return folder


def settings(sequence: Path, out: Path, *sets: str) -> RunConfig:
    path = out.parent / "run.toml"
    path.write_text(
        f'[archive]\nsds = "{sequence / "archive"}"\nstart = "2024-01-01"\nend = "2024-01-02"\n'
        f'[network]\nstations = "{sequence / "stations.csv"}"\nvelocity = "{sequence / "model.csv"}"\n'
        '[associate]\nmethod = "real"\npicks = 6\ns_picks = 0\nboth = 0\n'
        '[catalogue]\nfiles = ["catalogue.csv", "catalogue.xml", "catalogue.sqlite"]\n'
        f'[output]\nfolder = "{out}"\n'
    )
    return config.load(RunConfig, path, sets)


@pytest.fixture(scope="module")
def done(sequence: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunDone]:
    out = tmp_path_factory.mktemp("run") / "out"
    return out, run(settings(sequence, out))


def test_the_catalogue_is_that_of_the_sequence(sequence: Path, done: tuple[Path, RunDone]) -> None:
    out, told = done
    assert tuple(told.steps) == STEPS and told.skipped == ()
    truth, found = read_events(sequence / "events.csv"), read_events(out / "catalogue.csv")
    match = match_events(truth, found, 2.0, 5.0)
    hidden = int((np.diff(truth.time_ns) < 15 * 10**9).sum())  # in the coda of the one before
    assert len(match.pairs) >= 0.8 * (len(truth) - hidden) and len(match.new) <= 1
    assert float(np.median(match.distance_km)) < 1.0 and "double difference" in found.method
    for name in ("catalogue.xml", "catalogue.sqlite"):
        events, mine = read_catalogue(out / name)
        assert sorted(events.event_id) == sorted(found.event_id)
        assert len(mine) == told.steps["associate"]["assigned"]
    size = found.magnitude[match.pairs[:, 1]] - truth.magnitude[match.pairs[:, 0]]
    assert abs(float(np.nanmedian(size))) < 0.3 and "ML" in found.magnitude_type  # against Mw
    page = (out / "report.html").read_text()
    assert f"<dd>{len(found)}</dd>" in page and "relocate" in page


def test_residuals_fit_the_relocated_places(done: tuple[Path, RunDone]) -> None:
    out, _ = done
    mine = read_assignments(out / "residuals-relocated.csv")
    assert float(np.nanmedian(np.abs(mine.residual_s))) < 0.05
    events = read_events(out / "relocated.csv")
    assert events.picks.tolist() == read_events(out / "located.csv").picks.tolist()


def test_nothing_is_done_twice(sequence: Path, done: tuple[Path, RunDone]) -> None:
    out, _ = done
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("*.*") if path.suffix != ".sqlite"}
    assert run(settings(sequence, out), resume=True).skipped == STEPS
    assert before == {name: (out / name).stat().st_mtime_ns for name in before}


def files(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.glob("*") if path.suffix in KEPT}


@pytest.mark.parametrize("step", STEPS[1:])
def test_a_kill_within_a_step_costs_that_step_only(
    sequence: Path, done: tuple[Path, RunDone], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    import shutil

    out = tmp_path / "out"
    shutil.copytree(done[0], out)
    module: Any = importlib.import_module("onsets.pipeline.run")
    at = STEPS.index(step)
    with monkeypatch.context() as patch:
        broken = [
            module.Step(one.name, one.made_from, _killed, one.reads) if one.name == step else one
            for one in module.STEPS
        ]
        patch.setattr(module, "STEPS", tuple(broken))
        for name in done[1].steps[step]["files"]:
            (out / name).unlink()
        with pytest.raises(KeyboardInterrupt):
            run(settings(sequence, out), resume=True)
    again = run(settings(sequence, out), resume=True)
    assert again.skipped == (*STEPS[:at], *STEPS[at + 1 :])
    assert files(out) == files(done[0])


def _killed(stage: Any) -> dict[str, Any]:
    raise KeyboardInterrupt


def test_a_changed_setting_redoes_its_step_and_what_follows(
    sequence: Path, done: tuple[Path, RunDone], tmp_path: Path
) -> None:
    import shutil

    out = tmp_path / "out"
    shutil.copytree(done[0], out)
    assert run(settings(sequence, out, "locate.norm=l2"), resume=True).skipped == ("pick", "associate")
    told = run(settings(sequence, out, 'skip=["relocate"]'), resume=True)
    assert tuple(told.steps) == ("pick", "associate", "locate", "magnitude", "catalogue", "report")
    assert "double difference" not in (out / "catalogue.csv").read_text()


def test_without_responses_magnitudes_are_those_of_durations(
    sequence: Path, done: tuple[Path, RunDone], tmp_path: Path
) -> None:
    import csv
    import shutil

    out, bare = tmp_path / "out", tmp_path / "bare.csv"
    shutil.copytree(done[0], out)
    with open(sequence / "stations.csv") as handle:
        lines = [",".join(row[:4]) for row in csv.reader(handle)]
    bare.write_text("\n".join(lines))
    told = run(settings(sequence, out, f'network.stations="{bare}"'), resume=True)
    assert told.skipped == ("pick",) and "ML" not in told.steps["magnitude"]
    assert set(read_events(out / "catalogue.csv").magnitude_type) <= {"Md", ""}
    with pytest.raises(ConfigError, match=r"set network\.responses"):
        run(settings(sequence, out, f'network.stations="{bare}"', "magnitude.kind=local"), resume=True)


def test_a_changed_velocity_file_redoes_all_but_the_picks(
    sequence: Path, done: tuple[Path, RunDone], tmp_path: Path
) -> None:
    import shutil

    out, model = tmp_path / "out", tmp_path / "model.csv"
    shutil.copytree(done[0], out)
    model.write_bytes((sequence / "model.csv").read_bytes())
    same = run(settings(sequence, out, f'network.velocity="{model}"'), resume=True)
    assert same.skipped == STEPS
    model.write_text(model.read_text().replace("6.1000", "6.2000"))
    other = run(settings(sequence, out, f'network.velocity="{model}"'), resume=True)
    assert other.skipped == ("pick",)


def test_an_archive_without_events_has_a_page(sequence: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    told = run(settings(sequence, out, "pick.thresholds={P=0.999, S=0.999}"))
    assert told.steps["associate"]["events"] == 0 and told.steps["relocate"]["relocated"] == 0
    assert "No event was found" in (out / "report.html").read_text()


@pytest.mark.parametrize(
    ("sets", "said"),
    [
        (("network.statoins=x",), "did you mean 'stations'"),
        (("associate.picsk=3",), "did you mean 'picks'"),
        (("associate.method=rael",), "did you mean 'real'"),
        (("locate.norm=l3",), "norm is 'l3'"),
        (("skip=['relocat']",), "did you mean 'relocate'"),
        (("magnitude.relation=richter",), "did you mean 'richter-1958'"),
        (("catalogue.files=['a/b.csv']",), "without a folder"),
        (("catalogue.files=['located.csv']",), "written by two steps"),
        (("catalogue.files=['picks.csv']",), "written by two steps"),
        (("catalogue.files=['a.quakeml']",), "unknown format"),
        (("correlate={}", "archive={files=['a']}"), "correlate needs archive.sds"),
    ],
)
def test_a_wrong_configuration_stops_at_once(
    sequence: Path, tmp_path: Path, sets: tuple[str, ...], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        run(settings(sequence, tmp_path / "out", *sets))
    assert not (tmp_path / "out").exists()


def test_missing_stations_stop_at_once(sequence: Path, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="nowhere"):
        run(settings(sequence, tmp_path / "out", "network.stations=nowhere.csv"))
    assert not (tmp_path / "out").exists()


def test_unknown_stations_are_told(sequence: Path, tmp_path: Path) -> None:
    few = tmp_path / "few.csv"
    few.write_text("".join((sequence / "stations.csv").read_text().splitlines(keepends=True)[:-1]))
    out = tmp_path / "out"
    told = run(settings(sequence, out, f'network.stations="{few}"', 'skip=["relocate"]'))
    assert any("station table" in note.reason for note in told.notes)
    assert "SY.S008." in (out / "report.html").read_text()
    assert json.dumps(told.steps)
