from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from onsets.networks.layers import Separable


@pytest.mark.parametrize(("kernel", "dilation"), [(1, 1), (3, 1), (5, 32)])
@pytest.mark.parametrize("bias", [False, True])
def test_is_a_full_convolution_of_rank_one_kernels(kernel, dilation, bias):
    layer = Separable(3, 5, kernel, dilation=dilation, bias=bias)
    x = torch.randn(2, 3, 40)
    full = layer.mix.weight * layer.filter.weight[None, :, 0]
    with torch.no_grad():
        expected = functional.conv1d(x, full, layer.mix.bias, dilation=dilation, padding="same")
        torch.testing.assert_close(layer(x), expected)
    assert sum(p.numel() for p in layer.parameters()) == kernel * 3 + 3 * 5 + 5 * bias
