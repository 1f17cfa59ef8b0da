"""What a step sees."""

from __future__ import annotations

from pathlib import Path

from onsets.config import make
from onsets.pipeline import RunConfig, RunFolder
from onsets.pipeline.plan import Plan
from onsets.pipeline.stage import Stage


def test_files_of_a_stage_lie_in_its_folder(tmp_path: Path) -> None:
    settings = make(RunConfig, {"archive": {"files": ["a"]}, "output": {"folder": str(tmp_path / "out")}})
    folder = RunFolder(tmp_path / "out", {})
    try:
        stage = Stage(settings, folder, Plan((), []))
        assert stage.path("a.csv") == tmp_path / "out" / "a.csv" and stage.told == {}
    finally:
        folder.close()
