from __future__ import annotations

import pytest
import torch

from onsets.networks import names, spec
from onsets.networks._yu2020 import head, leaky

YU = ["cnn3", "cnn7", "cnn7-separable", "unet", "unet-1d", "cnn-gru", "wavenet", "wavenet-separable"]


def test_all_are_in_the_registry():
    assert set(YU) <= set(names())


@pytest.mark.parametrize("name", YU)
def test_spec_is_the_papers(name):
    made = spec(name)
    assert (made.rate_hz, made.samples, made.hop_samples, made.components) == (5.0, 1024, 512, "Z")
    assert (made.normalisation, made.bandpass_hz, made.demean) == ("window-std", None, True)
    assert (made.outputs, made.activation, made.output_kind) == (("N", "P", "S"), "softmax", "per_sample")
    assert "10.11939/jass.20190154" in made.paper


def test_activation_is_equation_6():
    x = torch.linspace(-3, 3, 13)
    assert torch.equal(leaky()(x), torch.maximum(0.25 * x, x))


def test_head_is_dense_at_each_sample():
    layer = head(5)
    x = torch.randn(2, 5, 7)
    dense = torch.einsum("oc,bcs->bos", layer.weight[..., 0], x) + layer.bias[:, None]
    torch.testing.assert_close(layer(x), dense)
