"""``onsets weights``: published files become ours, or are refused by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from onsets import networks

from .conftest import Run


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """An LPPN file as its program writes it, with random weights."""
    ours = networks.build("lppn", width=4, stride=16).state_dict()
    names = {"units": "layers", "contract": "class_encoder"}
    stages = {"widen.0": "conv.0.0", "widen.1": "conv.0.1", "filter.0": "conv.1.0", "filter.1": "conv.1.1"}
    stages |= {"project.0": "conv.2", "project.1": "conv.3"}
    theirs = {}
    for key, value in ours.items():
        room, _, rest = key.partition(".")
        if room in names:
            number, _, rest = rest.partition(".")
            stage = next(s for s in stages if rest.startswith(s))
            key = f"{names[room]}.{number}.{stages[stage]}{rest[len(stage) :]}"
        elif room == "expand":
            number, _, rest = rest.partition(".")
            part, _, leaf = rest.partition(".")
            key = f"class_encoder.{3 + int(number)}.{ {'conv': 1, 'norm': 2}[part] }.{leaf}"
        else:
            key = key.replace("head_class", "cl").replace("head_offset", "tm")
        theirs[key] = value[:, :, None] if value.ndim == 3 else value
    torch.save(theirs, tmp_path / "16-4.wave")
    return tmp_path / "16-4.wave"


def test_import_then_info_then_pick(run: Run, published: Path, mseed: Path, tmp_path: Path) -> None:
    ours = tmp_path / "ours.safetensors"
    done = run("weights", "import", published, "--from", "lppn", "-o", ours, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["parameters"] == 16_260 and len(said["output_sha256"]) == 64
    shown = json.loads(run("weights", "info", ours, "--json").stdout)
    assert shown["sha256"] == said["output_sha256"] and shown["spec"]["segment_samples"] == 16
    assert run("pick", mseed, "-m", ours).returncode == 0


@pytest.mark.parametrize(
    ("source", "hint"),
    [("keras", "16-4.wave"), ("phasenet-tf", "16-4.wave"), ("lpnn", "did you mean 'lppn'?")],
)
def test_another_source_is_refused_and_nothing_is_written(
    run: Run, published: Path, tmp_path: Path, source: str, hint: str
) -> None:
    done = run("weights", "import", published, "--from", source, "-o", tmp_path / "x.safetensors")
    assert done.returncode == 2 and hint in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "x.safetensors").exists()


def test_info_refuses_a_truncated_file(run: Run, published: Path, tmp_path: Path) -> None:
    ours = tmp_path / "ours.safetensors"
    assert run("weights", "import", published, "--from", "lppn", "-o", ours).returncode == 0
    ours.write_bytes(ours.read_bytes()[:-100])
    done = run("weights", "info", ours)
    assert done.returncode == 2 and "ours.safetensors" in done.stderr
