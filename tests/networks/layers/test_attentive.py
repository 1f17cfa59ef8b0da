from __future__ import annotations

import pytest
import torch
from torch import nn

from onsets.networks import build
from onsets.networks.layers import Recurrence, start_as_keras


@pytest.fixture(scope="module", params=["eqtransformer", "leqnet"])
def network(request, stir):
    return stir(build(request.param), torch.randn(2, 3, 6000))


def test_attention_looks_where_the_outputs_come_from(network):
    x = torch.randn(2, 3, 6000)
    with torch.no_grad():
        looked = network.attention(x)
        seen = {}
        hooks = [
            module.register_forward_hook(
                lambda module, inputs, output, name=name: seen.update({name: (module, inputs[0], output)})
            )
            for name, module in network.named_modules()
            if name.endswith(".attention")
        ]
        network(x)
    for hook in hooks:
        hook.remove()
    assert list(looked) == ["global_1", "global_2", "P", "S"]
    for weights, (_, given, output) in zip(looked.values(), seen.values(), strict=True):
        torch.testing.assert_close(weights @ given, output)
        assert float(weights.min()) >= 0
    for key in ("global_1", "global_2"):
        torch.testing.assert_close(looked[key].sum(dim=-1), torch.ones(looked[key].shape[:2]))
    steps = looked["P"].shape[-1]
    near = (torch.arange(steps) - torch.arange(steps)[:, None]).abs() <= 1
    for key in ("P", "S"):
        assert not looked[key][:, ~near].any()


def test_dead_parameters_change_nothing(network):
    x = torch.randn(1, 3, 6000)
    names = network.dead_parameters()
    assert len(names) == 4
    with torch.no_grad():
        before = network(x)
        for name in names:
            network.get_parameter(name).add_(1)
        after = network(x)
    torch.testing.assert_close(after, before, atol=1e-4, rtol=0)


def test_dropout_only_while_training(network):
    x = torch.randn(1, 3, 1500)
    with torch.no_grad():
        assert torch.equal(network(x), network(x))
        network.train()
        assert not torch.equal(network(x), network(x))
    network.eval()


def test_recurrence_keeps_the_steps():
    assert Recurrence(8, 4, gates="sigmoid", dropout=0.1)(torch.randn(2, 8, 7)).shape == (2, 4, 7)


def test_start():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv1d(40, 60, 5), nn.Linear(300, 200), nn.Conv1d(2, 2, 1, bias=False))
    network.apply(start_as_keras)
    conv, linear, _ = network
    limit = (6 / (5 * (40 + 60))) ** 0.5
    assert 0.99 * limit < float(conv.weight.detach().abs().max()) <= limit
    assert float(linear.weight.detach().std()) == pytest.approx((2 / 500) ** 0.5, rel=0.02)
    assert not conv.bias.any()
    assert not linear.bias.any()
