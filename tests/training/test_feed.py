"""What a network is fed while it is trained is what it is fed when it picks."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from onsets.spec import NORMALISATIONS, Spec
from onsets.training.feed import feed, normalise_on_device
from onsets.types import Record
from onsets.waveforms import cut, normalise


def spec(**changes: object) -> Spec:
    made = Spec(name="x", network="lppn", rate_hz=100.0, samples=500, outputs=("N", "P", "S"))
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def windows() -> np.ndarray:
    """Batches of all kinds: offset, gap, dead component, constant, silent, tiny, huge."""
    x = np.random.default_rng(0).normal(3, 2, (20, 3, 500)).astype(np.float32)
    x[1, :, 100:200] = 0
    x[2, 1:] = 0
    x[3] = 7.5
    x[4] = 0
    x[5] *= 1e-12
    x[6] *= 1e12
    x[7, 0] *= 1e4
    return x


@pytest.mark.parametrize("components", ["ZNE", "ENZ", "Z"])
@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_a_window_is_the_same_as_in_picking(components: str, normalisation: str) -> None:
    wanted = spec(components=components, normalisation=normalisation)
    data = windows()
    got = feed(torch.from_numpy(data), wanted).numpy()
    for one, expected in zip(data, got, strict=True):
        if not one.any():
            continue  # picking leaves such windows out
        (cuts,) = cut(Record("", "", one, one != 0, 0, 100.0), wanted)
        np.testing.assert_array_equal(normalise(cuts.data, cuts.valid, wanted)[0], expected)


@pytest.mark.parametrize("tone", [False, True])
@pytest.mark.parametrize("demean", [False, True])
@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_the_twin_for_accelerators_is_equal(normalisation: str, demean: bool, tone: bool) -> None:
    wanted, data = spec(normalisation=normalisation, demean=demean, tone=tone), windows()
    expected = normalise(data, data != 0, wanted)
    got = normalise_on_device(torch.from_numpy(data), torch.from_numpy(data != 0), wanted).numpy()
    scale = np.maximum(np.abs(expected).max(axis=(1, 2), keepdims=True), 1e-30)
    np.testing.assert_allclose(got / scale, expected / scale, atol=2e-6)


def test_the_input_is_left_alone() -> None:
    data = torch.from_numpy(windows())
    before = data.clone()
    feed(data, spec(components="ENZ"))
    assert torch.equal(data, before)
