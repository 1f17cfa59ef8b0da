"""Curves of a teacher in the shape of its pupil's."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from onsets import networks
from onsets.errors import ConfigError
from onsets.labels import Targets
from onsets.training.feed import feed
from onsets.training.options import Teacher
from onsets.training.teacher import TeacherNetwork, added, load_teacher

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


def asked(weights: Path, learner: networks.registry.Spec) -> TeacherNetwork:
    return load_teacher(Teacher(weights=str(weights)), learner, CPU)


def test_a_pupil_with_the_same_rows_gets_the_teacher_s_probabilities(saved: dict[str, Path]) -> None:
    teacher = asked(saved["phasenet"], pupil("msnet"))
    windows = torch.randn(2, 3, 600)
    got = teacher.curves(windows)
    network, spec = networks.load(saved["phasenet"])
    with torch.no_grad():
        expected = network(feed(windows, spec)).softmax(1)
    torch.testing.assert_close(got, expected)
    assert not got.requires_grad


def test_detection_p_and_s_become_n_p_and_s(saved: dict[str, Path]) -> None:
    got = asked(saved["eqtransformer"], pupil("phasenet")).curves(torch.randn(2, 3, 600))
    assert got.shape == (2, 3, 600) and got.min() >= 0
    torch.testing.assert_close(got.sum(1), torch.ones(2, 600))


def test_segments_take_the_highest_of_their_samples(saved: dict[str, Path]) -> None:
    teacher, windows = asked(saved["phasenet"], pupil("lppn")), torch.randn(2, 3, 600)
    fine = asked(saved["phasenet"], pupil("phasenet")).curves(windows)
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
            asked(saved["phasenet"], made)
    networks.save(networks.build("lppn"), networks.spec("lppn"), tmp_path / "lppn.safetensors")
    with pytest.raises(ConfigError, match="a finer one"):
        asked(tmp_path / "lppn.safetensors", pupil("phasenet"))


def test_a_teacher_asked_at_several_rates_says_their_mean(saved: dict[str, Path]) -> None:
    """A wave played at half the rate is, to it, the same wave at twice the frequency."""
    network, spec = networks.load(saved["phasenet"])
    at = torch.arange(600) / 100
    slow, fast = (torch.sin(2 * torch.pi * hz * at).expand(1, 3, 600).contiguous() for hz in (1.0, 2.0))
    both = Teacher(weights=str(saved["phasenet"]), rates=(1.0, 0.5))
    got = load_teacher(both, pupil("msnet"), CPU).curves(slow)
    with torch.no_grad():
        own = network(feed(slow, spec)).softmax(1)
        half = network(feed(fast[..., :300].contiguous(), spec)).softmax(1)
    assert got.shape == own.shape
    torch.testing.assert_close(got.sum(1), torch.ones(1, 600))
    heard = (2 * got - own).reshape(1, 3, 300, 2).mean(3)[..., 20:-20]
    torch.testing.assert_close(heard, half[..., 20:-20], atol=2e-3, rtol=0)


def test_a_teacher_adds_arrivals_and_speaks_where_labels_are_silent() -> None:
    spec = pupil("phasenet")
    rows = {label: k for k, label in enumerate(spec.outputs)}
    label, heard = torch.zeros(2, 1, 3, 4)
    label[0, rows["P"]] = torch.tensor([1.0, 0.0, 0.0, 0.8])
    heard[0, rows["P"]] = torch.tensor([0.2, 0.6, 0.0, 0.0])
    heard[0, rows["S"]] = torch.tensor([0.0, 0.0, 0.3, 0.4])
    silent = torch.tensor([[False, True, False, False]])
    weight = torch.tensor([[0.1, 0.0, 0.0, 5.0]])
    targets = added(Targets(label, weight, hidden=silent), heard, spec)
    assert targets.weight.tolist() == [pytest.approx([0.1, 1.0, 0.0, 5.0])]
    assert targets.hidden is None
    assert added(Targets(label, weight), heard, spec).weight is weight
    got = targets.curves[0]
    torch.testing.assert_close(got[rows["P"]], torch.tensor([1.0, 0.6, 0.0, 0.8 / 1.2]))
    torch.testing.assert_close(got[rows["S"]], torch.tensor([0.0, 0.0, 0.3, 0.4 / 1.2]))
    torch.testing.assert_close(got[rows["N"]], torch.tensor([0.0, 0.4, 0.7, 0.0]))


def test_only_a_mean_has_a_share() -> None:
    Teacher(share=1.0)
    for blend, share in (("mean", 0.0), ("mean", 1.5), ("max", 0.5)):
        with pytest.raises(ConfigError, match="share"):
            Teacher(blend=blend, share=share)


def test_rates_that_cannot_be_asked() -> None:
    for rates in ((), (0.0,), (1.0, -0.5)):
        with pytest.raises(ConfigError, match="rates"):
            Teacher(rates=rates)
