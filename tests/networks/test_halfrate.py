"""Decoders at half rate give the numbers of the decoders they are made from."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from onsets.networks import registry
from onsets.networks.halfrate import HalfRateAscent, half_rate
from onsets.networks.layers import Ascent


def shaken(network: nn.Module, seed: int) -> nn.Module:
    """Give weights whose outputs vary: with a network's own first weights an error would not show."""
    torch.manual_seed(seed)
    for parameter in network.parameters():
        if parameter.ndim > 1:
            nn.init.kaiming_normal_(parameter)
        else:
            nn.init.normal_(parameter, std=0.1)
    return network.eval()


def ascent(factors: list[int], kernels: list[int], crop: str, seed: int) -> Ascent:
    widths = [4, *range(5, 5 + len(kernels))]
    convs = [nn.Conv1d(a, b, k, padding=k // 2) for a, b, k in zip(widths, widths[1:], kernels, strict=False)]
    made = Ascent(convs, factors, nn.Conv1d(widths[-1], 1, 7, padding=3), crop=crop)
    shaken(made, seed)
    return made


@pytest.mark.parametrize("crop", ["even", "left", "right"])
@pytest.mark.parametrize(
    ("factors", "kernels", "lengths", "steps"),
    [
        ([2, 2, 2], [3, 5, 7], [88, 44, 22], 11),  # nothing is cropped
        ([2, 2, 2], [3, 5, 7], [85, 43, 22], 11),
        ([2, 2, 2], [9, 11, 5], [81, 41, 21], 11),
        ([3, 2, 3], [3, 7, 9], [196, 66, 33], 11),  # LEQNet repeats three times
        ([2, 3], [5, 3], [61, 21], 11),
        ([4, 2], [7, 11], [83, 42], 11),
    ],
)
def test_any_decoder_to_its_last_sample(crop, factors, kernels, lengths, steps) -> None:
    plain = ascent(factors, kernels, crop, seed=1)
    x = torch.randn(2, 4, steps)
    with torch.no_grad():
        expected = plain(x, lengths)
        got = HalfRateAscent(plain)(x, lengths)
    assert got.shape == expected.shape == (2, 1, lengths[0])
    assert float(expected.std()) > 0.1
    torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("options", [{}, {"gates": "hard_sigmoid"}, {"crop": "right"}, {"components": 1}])
def test_eqtransformer_as_it_is(options) -> None:
    network = shaken(registry.build("eqtransformer", **options), 2)
    x = torch.randn(2, options.get("components", 3), 6000)
    fast = half_rate(network)
    with torch.no_grad():
        expected, got = network(x), fast(x)
    spread = expected.std(dim=(0, 2))
    assert (spread > 1e-3).all()
    assert ((got - expected).abs().amax(dim=(0, 2)) <= 1e-4 * spread.clamp(min=0.1)).all()


def test_the_network_itself_is_not_changed() -> None:
    network = registry.build("eqtransformer").eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    fast = half_rate(network)
    assert fast is not network
    assert any(isinstance(module, HalfRateAscent) for module in fast.modules())
    assert list(network.state_dict()) == list(before)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


@pytest.mark.parametrize("name", ["phasenet", "lppn", "leqnet"])
def test_networks_without_such_decoders_come_back(name) -> None:
    network = registry.build(name)
    assert half_rate(network) is network


def test_it_multiplies_less() -> None:
    def products(network: nn.Module) -> int:
        count = 0

        def add(module: nn.Module, inputs: object, output: torch.Tensor) -> None:
            nonlocal count
            count += output[0].numel() * module.weight[0].numel()  # type: ignore[operator,index]

        hooks = [m.register_forward_hook(add) for m in network.modules() if isinstance(m, nn.Conv1d)]
        with torch.no_grad():
            network(torch.zeros(1, 3, 6000))
        for hook in hooks:
            hook.remove()
        return count

    network = registry.build("eqtransformer").eval()
    assert products(half_rate(network)) < 0.75 * products(network)
