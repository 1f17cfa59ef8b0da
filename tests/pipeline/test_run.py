"""Steps of a run are done once, and again only when what they are made from changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from onsets import config
from onsets.errors import ConfigError
from onsets.pipeline import RunConfig, run
from onsets.store import read_picks

from .archives import small_archive

pytest.importorskip("pyarrow")


def settings(tmp_path: Path, *sets: str) -> RunConfig:
    root = tmp_path / "sds"
    if not root.exists():
        small_archive(root, 2)
    path = tmp_path / "run.toml"
    path.write_text(
        f'[archive]\nsds = "{root}"\nstart = "2024-01-01"\nend = "2024-01-04"\n'
        f'[pick]\nmodel = "sta-lta"\n[output]\nfolder = "{tmp_path / "out"}"\n'
    )
    return config.load(RunConfig, path, sets)


def test_a_run_writes_its_files_and_is_skipped_when_done(tmp_path: Path) -> None:
    done = run(settings(tmp_path))
    assert done.skipped == () and done.steps["pick"]["station_days"] == 4
    picks = read_picks(tmp_path / "out" / "picks.csv")
    assert len(picks) == done.steps["pick"]["P"] + done.steps["pick"]["S"] > 10
    assert (tmp_path / "out" / "stations.csv").read_text().count("\n") == 5
    again = run(settings(tmp_path), resume=True)
    assert again.skipped == ("pick",) and again.steps["pick"] == done.steps["pick"]
    with pytest.raises(ConfigError, match="--resume"):
        run(settings(tmp_path))


def test_a_lost_or_altered_file_is_made_again(tmp_path: Path) -> None:
    run(settings(tmp_path))
    target = tmp_path / "out" / "picks.csv"
    wanted = target.read_bytes()
    target.write_text("altered")
    assert run(settings(tmp_path), resume=True).skipped == ()
    assert target.read_bytes() == wanted
    target.unlink()
    assert run(settings(tmp_path), resume=True).skipped == ()
    assert target.read_bytes() == wanted


def test_another_picker_is_refused_and_another_crew_is_not(tmp_path: Path) -> None:
    run(settings(tmp_path))
    with pytest.raises(ConfigError, match="model was 'sta-lta', is now 'aic'"):
        run(settings(tmp_path, "pick.model=aic"), resume=True)
    assert run(settings(tmp_path, "pick.workers=2"), resume=True).skipped == ("pick",)


def test_further_steps_follow_and_are_done_again_when_the_picks_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib

    module: Any = importlib.import_module("onsets.pipeline.run")
    calls = []

    def count(stage: Any) -> dict[str, Any]:
        calls.append(sum(len(day) for day in stage.folder.picks()))
        stage.path("count.txt").write_text(str(calls[-1]))
        return {"files": ["count.txt"], "picks": calls[-1]}

    step = module.Step("count", lambda stage: {}, count, reads=("pick",))
    unwanted = module.Step("never", lambda stage: None, count)
    monkeypatch.setattr(module, "STEPS", (*module.STEPS, step, unwanted))
    done = run(settings(tmp_path))
    assert list(done.steps) == ["pick", "count"] and calls[0] > 10
    assert run(settings(tmp_path), resume=True).skipped == ("pick", "count")
    (path,) = (tmp_path / "sds").rglob("XX.S01..HHZ.D.2024.002")
    path.write_bytes(path.read_bytes()[: -512 * 20])
    assert run(settings(tmp_path), resume=True).skipped == ()
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("sets", "said"),
    [
        (("pick.modl=x",), "did you mean 'model'"),
        (("archive.files=['a']",), "give sds or files, one of them"),
        (("pick.workers=0",), "workers is 0"),
        (("archive.start=soon",), "no ISO 8601 time"),
        (("output.picks=a.cvs",), "unknown format .cvs"),
        (("output.picks=x/a.csv",), "without a folder"),
        (("archive.sds=nowhere",), "nowhere"),
    ],
)
def test_a_wrong_configuration_stops_at_once(tmp_path: Path, sets: tuple[str, ...], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        run(settings(tmp_path, *sets))
    assert not (tmp_path / "out").exists()
