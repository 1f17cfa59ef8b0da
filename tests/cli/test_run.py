"""``onsets run``: a configuration to files, exit codes, messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run

pytest.importorskip("pyarrow")


def configuration(folder: Path, mseed: Path, more: str = "") -> Path:
    path = folder / "run.toml"
    path.write_text(
        f'[archive]\nfiles = ["{mseed}"]\n[pick]\nmodel = "sta-lta"\n{more}[output]\nfolder = "out"\n'
    )
    return path


def test_a_run_and_its_resuming(run: Run, mseed: Path, tmp_path: Path) -> None:
    path = configuration(tmp_path, mseed)
    done = run("run", path)
    assert done.returncode == 0, done.stderr
    assert "1 station-days" in done.stderr and (tmp_path / "out" / "picks.csv").is_file()
    again = run("run", path, "--resume", "--json")
    told = json.loads(again.stdout)
    assert told["skipped"] == ["pick"] and told["failures"] == []
    refused = run("run", path)
    assert refused.returncode == 2 and "--resume" in refused.stderr


def test_a_wrong_key_names_the_right_one(run: Run, mseed: Path, tmp_path: Path) -> None:
    done = run("run", configuration(tmp_path, mseed, "workres = 2\n"))
    assert done.returncode == 2 and "did you mean 'workers'?" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_broken_file_is_exit_code_one(run: Run, mseed: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.mseed").write_bytes(b"")
    done = run("run", configuration(tmp_path, mseed), "--set", f'archive.files=["{tmp_path}"]')
    assert done.returncode == 1 and "broken.mseed" in done.stderr
