"""``onsets export``: files, cards, wrong usage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from onsets.picking import bundled

from .conftest import Run

SINGLE = bundled()["default"]["figures"]["bytes_fp32"]


def test_half_precision_with_its_card_picks(run: Run, mseed: Path, tmp_path: Path) -> None:
    done = run("export", "default", "--format", "onnx-fp16", "-o", "half.onnx", "--json")
    assert done.returncode == 0, done.stderr
    card = json.loads(done.stdout)
    assert card == json.loads((tmp_path / "half.onnx.card.json").read_text())
    assert card["files"]["half.onnx"]["bytes"] < 0.55 * SINGLE and (tmp_path / "half.onnx.card.md").is_file()
    assert run("pick", mseed, "-m", "half.onnx").returncode == 0


@pytest.mark.parametrize("tune", ["0", "2"])
def test_integers_are_calibrated_with_records(run: Run, mseed: Path, tmp_path: Path, tune: str) -> None:
    done = run("export", "default", "--format", "onnx-int8", "-o", "q.onnx", "--data", mseed, "--tune", tune)
    assert done.returncode == 0, done.stderr
    assert "answers kept" in done.stdout and (tmp_path / "q.onnx").stat().st_size < 0.6 * SINGLE


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["defalt"], "did you mean 'default'"),
        (["default", "--format", "onxx"], "did you mean 'onnx'"),
        (["default", "--format", "onnx-int8", "-o", "x.onnx"], "--data"),
        (["default", "--format", "c", "-o", "x.onnx"], "does not end in .c"),
        (["default", "--int8"], "--format c"),
        (["default", "--tune", "10"], "--format onnx-int8"),
        (["phasenet"], "--weights"),
        (["default", "--format", "onnx-int8", "-o", "x.onnx", "--data", "nowhere"], "not there"),
    ],
)
def test_wrong_usage(run: Run, tmp_path: Path, arguments: list[str], hint: str) -> None:
    done = run("export", *arguments)
    assert done.returncode == 2 and hint in done.stderr and "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_c_cannot_have_names_the_layer(run: Run, tmp_path: Path) -> None:
    import dataclasses

    from onsets import networks

    spec = dataclasses.replace(networks.spec("leqnet"), bandpass_hz=None)
    networks.save(networks.build("leqnet"), spec, tmp_path / "leqnet.safetensors")
    done = run("export", "leqnet.safetensors", "--format", "c", "-o", "x.c")
    assert done.returncode == 1 and "cannot be written in C" in done.stderr and "layer" in done.stderr
