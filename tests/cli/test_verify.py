"""``onsets verify``: what is right passes, what was altered is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.evaluation.conftest import write_dataset

from .conftest import Run


@pytest.mark.parametrize(("form", "name"), [("onnx", "x.onnx"), ("c", "x.c")])
def test_parity_picks_and_card(run: Run, tmp_path: Path, form: str, name: str) -> None:
    if form == "c" and shutil.which("gcc") is None:
        pytest.skip("no gcc")
    data = write_dataset(tmp_path / "made", count=3, noise=1)
    assert run("export", "default", "--format", form, "-o", name).returncode == 0
    done = run("verify", name, "--data", data, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)["verification"]
    assert said["passed"] and said["picks_equal_share"] == 1 and said["max_dp real windows"] <= 1e-4
    assert said["ms_a_window"] > 0 and said["peak_memory_bytes"] > 0
    assert "max dp random windows" in (tmp_path / f"{name}.card.md").read_text()
    assert run("verify", name).returncode == 0  # the card was rewritten with its hashes


@pytest.mark.parametrize(
    ("damage", "hint"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-9]), "truncated or altered"),
        (lambda path: path.write_bytes(path.read_bytes()[:-9] + b"123456789"), "it was altered"),
        (lambda path: path.with_name("x.onnx.card.json").unlink(), "no card"),
    ],
)
def test_damage_is_refused(run: Run, tmp_path: Path, damage, hint: str) -> None:  # type: ignore[no-untyped-def]
    assert run("export", "default", "-o", "x.onnx").returncode == 0
    damage(tmp_path / "x.onnx")
    done = run("verify", "x.onnx")
    assert done.returncode == 1 and hint in done.stderr and "Traceback" not in done.stderr


def test_another_source_is_refused(run: Run, tmp_path: Path) -> None:
    from onsets import networks

    networks.save(networks.build("lppn"), networks.spec("lppn"), tmp_path / "other.safetensors")
    assert run("export", "default", "-o", "x.onnx").returncode == 0
    done = run("verify", "x.onnx", "--source", "other.safetensors")
    assert done.returncode == 1 and "--source" in done.stderr
