from __future__ import annotations

import pytest
import torch
from torch import nn

from onsets.errors import SpecError
from onsets.networks import multiply_adds, parameters, receptive_field
from onsets.networks.cnn7 import CNN7, CNN7Options, build, spec


@pytest.mark.parametrize(("separable", "count", "macs"), [(False, 229_283, 233e6), (True, 78_758, 80e6)])
def test_counts_of_the_paper(separable, count, macs):
    network = build(separable)
    assert isinstance(network, CNN7)
    assert parameters(network) == count
    assert parameters(network.convs) == count - 387
    assert multiply_adds(network, 1, 1024) == pytest.approx(macs, rel=0.01)


@pytest.mark.parametrize(
    ("dilations", "samples"),
    [
        ((1, 2, 4, 8, 16, 32, 64), 255),
        ((1,) * 7, 15),
        ((1, 1, 1, 2, 4, 8, 16), 67),
        ((2, 4, 8, 16, 32, 64, 128), 509),
    ],
)
def test_dilations_widen_the_view_at_no_cost(dilations, samples):
    network = build(dilations=dilations)
    assert receptive_field(network, 1, 1024) == samples
    assert parameters(network) == 229_283


def test_separable_folds_into_as_many_numbers_as_the_paper_counts(stir):
    """Batch-norm goes into the mixing convolution: its factor into the weights, the rest into a bias."""
    x = torch.randn(2, 1, 300)
    network = stir(build(separable=True), x)
    with torch.no_grad():
        folded: list[nn.Module] = []
        for layer in network.convs:
            mix, norm = layer.conv.mix, layer.norm
            assert torch.equal(norm.weight, torch.ones_like(norm.weight))
            factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            new = nn.Conv1d(mix.in_channels, mix.out_channels, 1)
            new.weight.copy_(mix.weight * factor[:, None, None])
            new.bias.copy_(norm.bias - norm.running_mean * factor)
            folded += [layer.conv.filter, new, layer.activation]
        deployed = nn.Sequential(*folded, network.head)
        torch.testing.assert_close(deployed(x), network(x), rtol=1e-4, atol=1e-4)
    assert sum(p.numel() for p in deployed.parameters()) == 78_758


@pytest.mark.parametrize("dilations", [(1, 2), (0, 1, 1, 1, 1, 1, 1)])
def test_wrong_dilations(dilations):
    with pytest.raises(SpecError, match="seven dilations"):
        CNN7Options(dilations=dilations)


def test_spec_holds_the_options():
    made = spec(separable=True, dilations=(1,) * 7)
    assert made.options == {"separable": True, "dilations": [1] * 7}
    assert receptive_field(build(**made.options), 1, 64) == 15
