from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from onsets.networks.layers import Inverted


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("samples", [1, 2, 7, 100])
def test_length_is_rounded_up(stride, samples):
    assert Inverted(3, 4, stride).eval()(torch.randn(2, 3, samples)).shape == (2, 4, -(-samples // stride))


@pytest.mark.parametrize(("i", "o", "stride"), [(3, 8, 1), (8, 8, 1), (8, 8, 2)])
def test_count(i, o, stride):
    """1x1 to 2 i, depthwise 3, 1x1 to o; no bias; two numbers a channel in each batch-norm."""
    count = sum(p.numel() for p in Inverted(i, o, stride).parameters())
    assert count == i * 2 * i + 3 * 2 * i + 2 * i * o + 2 * (2 * i + 2 * i + o)


@pytest.mark.parametrize(("i", "o", "stride", "added"), [(8, 8, 1, True), (8, 8, 2, False), (8, 4, 1, False)])
def test_input_is_added_when_the_shape_stays(i, o, stride, added):
    block = Inverted(i, o, stride).eval()
    nn.init.zeros_(block.project[0].weight)  # with a fresh norm the branch says nothing
    x = torch.randn(2, i, 20)
    expected = x if added else torch.zeros(2, o, -(-20 // stride))
    torch.testing.assert_close(block(x), expected)


def test_agrees_with_the_formula(stir):
    x = torch.randn(2, 3, 21)
    block = stir(Inverted(3, 5, 2), x)
    (w1, n1, _), (w2, n2, _), (w3, n3) = block.widen, block.filter, block.project

    def normal(y, norm):
        y = (y - norm.running_mean[:, None]) / torch.sqrt(norm.running_var[:, None] + norm.eps)
        return y * norm.weight[:, None] + norm.bias[:, None]

    with torch.no_grad():
        y = normal(torch.einsum("oc,bcs->bos", w1.weight[..., 0], x), n1).clamp(min=0)
        taps = functional.pad(y, (1, 1)).unfold(-1, 3, 2)
        y = normal(torch.einsum("bcsk,ck->bcs", taps, w2.weight[:, 0]), n2).clamp(min=0)
        y = normal(torch.einsum("oc,bcs->bos", w3.weight[..., 0], y), n3)
        torch.testing.assert_close(block(x), y, rtol=1e-4, atol=1e-5)
