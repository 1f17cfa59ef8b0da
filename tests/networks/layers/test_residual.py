from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from onsets.networks.layers import NormConv, Residual

from .. import keras_reference as keras


@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
def test_order_and_padding_are_kerass(kernel, stir):
    layer = stir(NormConv(4, 6, kernel), torch.randn(8, 4, 30)).double()
    x = np.random.default_rng(0).normal(size=(17, 4))
    with torch.no_grad():
        got = layer(torch.from_numpy(x.T.copy())[None])[0].numpy().T
    norm, conv = layer.norm, layer.conv
    numbers = (norm.weight, norm.bias, norm.running_mean, norm.running_var)
    y = keras.relu(keras.norm(x, *(number.detach().numpy() for number in numbers)))
    expected = keras.conv(y, conv.weight.detach().numpy().transpose(2, 1, 0), conv.bias.detach().numpy())
    np.testing.assert_allclose(got, expected, atol=1e-12)
    assert (norm.eps, norm.momentum) == (1e-3, 0.01)


def test_dropout_takes_whole_channels():
    torch.manual_seed(0)
    layer = NormConv(50, 50, 1, dropout=0.5)
    nn.init.eye_(layer.conv.weight[..., 0].detach())
    with torch.no_grad():
        layer.conv.weight.zero_()[..., 0] = torch.eye(50)
        layer.conv.bias.zero_()
    silent = (layer.train()(torch.randn(1, 50, 400)) == 0).all(dim=-1)
    assert 10 < int(silent.sum()) < 40
    assert (layer.eval()(torch.randn(1, 50, 400)) != 0).any(dim=-1).all()


def test_residual_adds_its_input():
    x = torch.randn(2, 3, 4)
    torch.testing.assert_close(Residual(nn.ReLU(), nn.Tanh())(x), x + torch.tanh(torch.relu(x)))
