"""Killed at random times and resumed, a run gives the same bytes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pyarrow")
SCRIPT = Path(__file__).parents[2] / "benchmarks" / "kills.py"


def experiment(tmp_path: Path, *args: str) -> dict[str, object]:
    command = [sys.executable, str(SCRIPT), *args, "-o", str(tmp_path / "log.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, object] = json.loads((tmp_path / "log.json").read_text())
    return told


def test_three_kills(tmp_path: Path) -> None:
    told = experiment(tmp_path, "--kills", "3", "--stations", "2", "--seconds", "600", "--seed", "3")
    assert (told["kills"], told["identical"]) == (3, True)
    assert isinstance(told["files"], int) and told["files"] >= 6


@pytest.mark.slow
def test_twenty_kills(tmp_path: Path) -> None:
    told = experiment(tmp_path, "--kills", "20", "--stations", "4")
    assert (told["kills"], told["identical"]) == (20, True)
