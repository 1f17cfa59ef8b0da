"""Properties that every step of the registry must have."""

from __future__ import annotations

import pytest
import torch

from onsets import config
from onsets.augment import STEPS, Step, augment

NEEDED = {"noise": {"snr_db": [0.0, 20.0]}}


@pytest.fixture(params=list(STEPS))
def step(request) -> Step:
    """Each step by its defaults, as a recipe makes it."""
    return config.make(Step, {"step": request.param, **NEEDED.get(request.param, {})})


def test_shapes_and_finiteness(step, waves, draw) -> None:
    out = augment(waves(), [step], draw())
    assert out.data.shape == (8, 3, 1000) and out.data.dtype == torch.float32
    assert out.data.isfinite().all()
    assert out.arrivals.shape[0] == 8 and out.arrivals.shape[2] == 2
    assert out.coda.shape == out.length.shape == (8,)


def test_noise_stays_noise_and_chance_is_the_generator_s(step, waves, draw) -> None:
    torch.manual_seed(1)
    first = augment(waves(), [step], draw())
    torch.manual_seed(2)
    second = augment(waves(), [step], draw())
    torch.testing.assert_close(first.data, second.data, rtol=0, atol=0)
    torch.testing.assert_close(first.arrivals, second.arrivals, rtol=0, atol=0)
    assert not first.has_event[6:].any()


def test_silence_is_no_trouble(step, waves, draw) -> None:
    silent = waves()
    silent.data.zero_()
    assert augment(silent, [step], draw()).data.isfinite().all()


def test_arrivals_that_are_not_known_stay_unknown(step, waves, draw) -> None:
    one = waves()
    one.arrivals[:6, 0, 1] = torch.nan
    out = augment(one, [step], draw())
    assert not out.arrivals[:6, 0, 1].isfinite().any()


def test_a_single_window(step, waves, draw) -> None:
    assert len(augment(waves(events=1, noise=0), [step], draw())) == 1


def test_the_registry_is_what_recipes_may_name() -> None:
    assert Step.VARIANTS == STEPS
