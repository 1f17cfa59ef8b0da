from __future__ import annotations

import pytest
import torch
from torch import nn

from onsets.networks import parameters
from onsets.networks.layers import ConvNorm


@pytest.mark.parametrize("separable", [False, True])
def test_order_is_convolution_norm_activation(stir, separable):
    x = torch.randn(2, 3, 30)
    layer = stir(ConvNorm(3, 6, 5, nn.Sigmoid(), dilation=4, separable=separable), x)
    norm = layer.norm
    with torch.no_grad():
        y = (layer.conv(x) - norm.running_mean[:, None]) / torch.sqrt(norm.running_var[:, None] + norm.eps)
        y = torch.sigmoid(norm.weight[:, None] * y + norm.bias[:, None])
        torch.testing.assert_close(layer(x), y)
    assert layer(x).shape == (2, 6, 30)


@pytest.mark.parametrize(
    ("separable", "scale", "count"),
    [
        (False, True, 5 * 3 * 6 + 12),
        (False, False, 5 * 3 * 6 + 6),
        (True, True, 5 * 3 + 3 * 6 + 12),
        (True, False, 5 * 3 + 3 * 6 + 6),
    ],
)
def test_counts(separable, scale, count):
    assert parameters(ConvNorm(3, 6, 5, nn.ReLU(), separable=separable, scale=scale)) == count


def test_frozen_factor_stays_1_in_training():
    layer = ConvNorm(2, 3, 3, nn.LeakyReLU(0.25), scale=False)
    optimiser = torch.optim.Adam(layer.parameters(), lr=0.1, weight_decay=0.1)
    for _ in range(3):
        optimiser.zero_grad()
        layer(torch.randn(4, 2, 16)).square().sum().backward()
        optimiser.step()
    assert torch.equal(layer.norm.weight, torch.ones(3))
    assert layer.norm.bias.any()
