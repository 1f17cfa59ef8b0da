"""Curves of a teacher in the shape of its pupil's."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from onsets import networks
from onsets.errors import ConfigError
from onsets.training.feed import feed
from onsets.training.teacher import load_teacher

CPU = torch.device("cpu")


@pytest.fixture
def saved(tmp_path: Path) -> dict[str, Path]:
    """Weights of an untrained PhaseNet and EQTransformer."""
    torch.manual_seed(0)
    files = {}
    for name, options in (("phasenet", {"width": 2}), ("eqtransformer", {})):
        files[name] = tmp_path / f"{name}.safetensors"
        spec = dataclasses.replace(
            networks.spec(name, **options), samples=600, hop_samples=300, blinding_samples=0
        )
        networks.save(networks.build(name, **options), spec, files[name])
    return files


def pupil(name: str, **changes: object) -> networks.registry.Spec:
    hop = 304 if name == "lppn" else 300
    spec = dataclasses.replace(networks.spec(name), samples=600, hop_samples=hop, blinding_samples=0)
    return dataclasses.replace(spec, **changes)  # type: ignore[arg-type]


def test_a_pupil_with_the_same_rows_gets_the_teacher_s_probabilities(saved: dict[str, Path]) -> None:
    teacher = load_teacher(str(saved["phasenet"]), pupil("msnet"), CPU)
    windows = torch.randn(2, 3, 600)
    got = teacher.curves(windows)
    network, spec = networks.load(saved["phasenet"])
    with torch.no_grad():
        expected = network(feed(windows, spec)).softmax(1)
    torch.testing.assert_close(got, expected)
    assert not got.requires_grad


def test_detection_p_and_s_become_n_p_and_s(saved: dict[str, Path]) -> None:
    got = load_teacher(str(saved["eqtransformer"]), pupil("phasenet"), CPU).curves(torch.randn(2, 3, 600))
    assert got.shape == (2, 3, 600) and got.min() >= 0
    torch.testing.assert_close(got.sum(1), torch.ones(2, 600))


def test_segments_take_the_highest_of_their_samples(saved: dict[str, Path]) -> None:
    teacher, windows = load_teacher(str(saved["phasenet"]), pupil("lppn"), CPU), torch.randn(2, 3, 600)
    fine = load_teacher(str(saved["phasenet"]), pupil("phasenet"), CPU).curves(windows)
    got = teacher.curves(windows)
    assert got.shape == (2, 3, 75)
    highest = fine.reshape(2, 3, 75, 8).amax(3)
    total = (highest[:, 1] + highest[:, 2]).clamp_min(1)
    torch.testing.assert_close(got[:, 1], highest[:, 1] / total)
    torch.testing.assert_close(got.sum(1), torch.ones(2, 75))


def test_a_teacher_that_cannot_teach_is_refused(saved: dict[str, Path], tmp_path: Path) -> None:
    for made, message in (
        (pupil("eqtransformer", bandpass_hz=None), "needs P, S, detection"),
        (pupil("phasenet", rate_hz=50.0), "at 50 Hz"),
        (networks.spec("cpic-v1"), "a finer one"),
    ):
        with pytest.raises(ConfigError, match=message):
            load_teacher(str(saved["phasenet"]), made, CPU)
    networks.save(networks.build("lppn"), networks.spec("lppn"), tmp_path / "lppn.safetensors")
    with pytest.raises(ConfigError, match="a finer one"):
        load_teacher(str(tmp_path / "lppn.safetensors"), pupil("phasenet"), CPU)
