from __future__ import annotations

import numpy as np
import pytest
import torch

from onsets.networks import parameters
from onsets.networks.layers import AdditiveAttention, Transformer

from .. import keras_reference as keras


def stirred(module):
    torch.manual_seed(0)
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(torch.randn(p.shape))
    return module.double().eval()


def arrays(layer):
    weights = layer.query.weight, layer.key.weight, layer.key.bias, layer.score.weight, layer.score.bias
    return [weight.detach().numpy().T for weight in weights]


@pytest.mark.parametrize(("reach", "width"), [(None, None), (1, 3), (2, 5)])
def test_weights_are_kerass(reach, width):
    layer, x = stirred(AdditiveAttention(16, reach=reach)), np.random.default_rng(1).normal(size=(2, 9, 16))
    with torch.no_grad():
        got, mixed = layer.weights(torch.from_numpy(x)).numpy(), layer(torch.from_numpy(x)).numpy()
    for k in range(2):
        expected = keras.attention(x[k], *arrays(layer), width=width)
        np.testing.assert_allclose(got[k], expected, atol=1e-13)
        np.testing.assert_allclose(mixed[k], expected @ x[k], atol=1e-12)
    if reach is not None:
        far = np.abs(np.subtract.outer(np.arange(9), np.arange(9))) > reach
        assert not got[:, far].any()


def test_a_step_far_off_may_leave_little():
    """As Keras: the largest match is sought among all steps, also those that do not count."""
    layer = stirred(AdditiveAttention(16, reach=1))
    with torch.no_grad():
        layer.score.weight.mul_(30)
        sums = layer.weights(torch.randn(1, 20, 16).double()).sum(dim=-1)
    assert float(sums.max()) <= 1
    assert float(sums.min()) < 1e-6


def test_epsilon():
    x = torch.zeros(1, 4, 16)
    sums = [AdditiveAttention(16, epsilon=e).weights(x).sum(dim=-1).max().item() for e in (1e-7, 0.4)]
    assert sums == pytest.approx([1, 4 / 4.4], abs=1e-6)


def test_the_last_bias_has_no_effect():
    layer, x = stirred(AdditiveAttention(16)), torch.randn(1, 5, 16).double()
    before = layer(x)
    with torch.no_grad():
        layer.score.bias.add_(1)
    torch.testing.assert_close(layer(x), before)


def test_transformer():
    layer, x = stirred(Transformer(16)), np.random.default_rng(1).normal(size=(9, 16))
    with torch.no_grad():
        got = layer(torch.from_numpy(x)[None])[0].numpy()
    gamma, beta, w1, b1, w2, b2, last_gamma, last_beta = (
        p.detach().numpy().T
        for module in (layer.norm_attention, layer.widen, layer.narrow, layer.norm)
        for p in module.parameters()
    )
    y = keras.layer_norm(x + keras.attention(x, *arrays(layer.attention)) @ x, gamma, beta)
    expected = keras.layer_norm(y + keras.relu(y @ w1 + b1) @ w2 + b2, last_gamma, last_beta)
    np.testing.assert_allclose(got, expected, atol=1e-11)
    assert 2 * parameters(layer) == 10_786


def test_equal_values_are_not_divided_by_zero():
    layer = Transformer(16)
    assert torch.isfinite(layer(torch.full((1, 5, 16), 3.0))).all()
    assert torch.finfo(torch.float32).smallest_normal < layer.norm.eps == 1e-14
