"""After learning with rounded numbers, rounding costs less."""

from __future__ import annotations

import pytest
import torch

from onsets.deploy.distil import Distilling
from onsets.deploy.qat import _RoundedWeight, train_for_int8
from onsets.errors import ExportError


def test_weights_are_rounded_to_255_steps_a_channel():
    weight = torch.randn(4, 3, 5, generator=torch.Generator().manual_seed(0))
    rounded = _RoundedWeight(0)(weight)
    steps = rounded / (weight.abs().amax(dim=(1, 2), keepdim=True) / 127)
    assert torch.allclose(steps, steps.round(), atol=1e-3) and not torch.equal(weight, rounded)


def test_the_result_is_plain_and_learned(small, windows):
    network, spec = small
    done = train_for_int8(network, spec, windows, Distilling(steps=3, batch=4))
    assert not any("parametrizations" in key for key in done.state_dict())
    x = torch.from_numpy(windows[:2])
    with torch.no_grad():
        assert done(x)[0].shape == network(x)[0].shape
    assert all(torch.isfinite(p).all() for p in done.parameters())


def test_nothing_to_round(stirred, windows):
    network, spec = stirred("cnn3")
    with pytest.raises(ExportError, match="no layer to round"):
        train_for_int8(network, spec, windows[:, :1], skip=9)
