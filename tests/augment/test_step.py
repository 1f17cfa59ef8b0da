"""Which windows a step changes, and that chance comes from the generator alone."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch

from onsets.augment import STEPS, Draw, Noise, Scale, Step, Waves, augment
from onsets.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark(Step):
    """Set what it changes to 1."""

    def change(self, waves: Waves, draw: Draw) -> Waves:
        waves.data.fill_(1.0)
        return waves


def marked(waves, draw, **options) -> list[bool]:
    """Which windows a step with these options changed."""
    out = augment(waves(), [Mark(**options)], draw())
    return (out.data == 1).all(dim=(1, 2)).tolist()


def test_a_step_changes_only_what_it_may(waves, draw) -> None:
    assert marked(waves, draw) == [True] * 8
    assert marked(waves, draw, probability=0.0) == [False] * 8
    assert marked(waves, draw, on="events") == [True] * 6 + [False] * 2
    assert marked(waves, draw, on="noise") == [False] * 6 + [True] * 2
    assert marked(waves, draw, half=1) == [True] * 4 + [False] * 4
    assert marked(waves, draw, half=2) == [False] * 4 + [True] * 4
    assert marked(waves, draw, snr_above_db=10) == [True] * 8
    assert marked(waves, draw, snr_above_db=30) == [False] * 6 + [True] * 2


def test_the_share_is_the_probability(waves, draw) -> None:
    out = augment(waves(events=4000, noise=0, samples=420), [Mark(probability=0.3)], draw())
    assert (out.data[:, 0, 0] == 1).float().mean() == pytest.approx(0.3, abs=0.03)


def test_the_same_seed_gives_the_same_windows(waves, draw) -> None:
    steps = [Scale(probability=0.5), Noise(probability=0.5, snr_db=(0, 20))]
    a, b, c = (augment(waves(), steps, draw(seed)).data for seed in (1, 1, 2))
    assert torch.equal(a, b) and not torch.equal(a, c)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("noise", {}),
        ("noise", {"snr_db": (3.0, 1.0)}),
        ("noise", {"snr_db": (0.0, 1.0), "share": (0.0, 0.1)}),
        ("cut", {"jitter": 0.5}),
        ("cut", {"probability": 0.5}),
        ("cut", {"place": (1.0, 0.0)}),
        ("rate-jitter", {"factor": 0.9}),
        ("second-event", {"apart_s": -1.0}),
        ("overlay", {"longest": 1.0}),
        ("gap", {"start": (0.5, 0.2)}),
        ("gap", {"longest": 0.0}),
        ("clip", {"level": (0.0, 0.5)}),
        ("scale", {"level_db": (1.0, 0.0)}),
        ("rotate", {"angle_deg": (10.0, 0.0)}),
        ("pre-emphasis", {"share": 1.5}),
        ("band-pass", {"low_hz": (5.0, 50.0)}),
        ("glitch", {"decay_s": (1.0, 0.5)}),
        ("offset", {"height": (-1.0, 0.5)}),
        ("shift", {"probability": 1.1}),
    ],
)
def test_options_out_of_bounds_are_refused(name, options) -> None:
    with pytest.raises(ConfigError):
        STEPS[name](**options)
