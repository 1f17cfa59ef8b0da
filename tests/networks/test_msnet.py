from __future__ import annotations

import pytest
import torch
from torch import nn

from onsets.errors import SpecError
from onsets.networks import multiply_adds, parameters, receptive_field
from onsets.networks.msnet import MSNet, MSNetOptions, build, spec


@pytest.mark.parametrize(
    ("width", "levels", "trained", "deployed", "millions"),
    [
        (8, 5, 422_444, 322_475, (58.6, 39.4)),
        (16, 4, 418_900, 320_211, (175, 118)),
        (16, 5, 1_672_788, 1_277_011, (228, 153)),
    ],
)
def test_counts_of_the_forms_that_were_weighed(width, levels, trained, deployed, millions):
    network = build(width, levels)
    assert parameters(network) == trained
    assert multiply_adds(network, 3, 6000) == pytest.approx(1e6 * millions[0], rel=0.01)
    alone = build(width, levels, auxiliary=False)
    assert parameters(alone) == parameters(network.strip()) == deployed
    assert multiply_adds(alone, 3, 6000) == pytest.approx(1e6 * millions[1], rel=0.01)


def test_parts_of_the_docstring_table():
    network = build()
    ways = zip(network.encoder, network.quarter, strict=True)
    assert [parameters(a) + parameters(b) for a, b in ways] == [1_176, 4_400, 16_992, 66_752]
    assert [parameters(part) for part in (network.stem, network.bottom)] == [176, 132_992]
    for decoder, head in ((network.decoder_a, 27), (network.decoder_b, 9)):
        assert (parameters(decoder.levels), parameters(decoder.head)) == (99_960, head)


def test_lengths_on_the_way_down():
    network, lengths = build().eval(), []
    for part in network.quarter:
        part.register_forward_hook(lambda _m, _i, out: lengths.append(out.shape[-1]))
    with torch.no_grad():
        network(torch.zeros(1, 3, 6000))
    assert lengths == [1500, 375, 94, 24]


@pytest.mark.parametrize("samples", [1, 2, 3, 4, 5, 63, 64, 65, 6000, 6001])
def test_removing_b_leaves_a_to_the_last_bit(stir, samples):
    network = stir(build(), torch.randn(2, 3, 1024))
    x = torch.randn(2, 3, samples, generator=torch.Generator().manual_seed(samples))
    stripped = network.strip()
    with torch.no_grad():
        a, b = network(x)
        alone = stripped(x)
    assert (a.shape, b.shape) == ((2, 3, samples), (2, 1, samples))
    assert isinstance(alone, torch.Tensor)
    assert torch.equal(alone, a)
    assert network.decoder_b is not None, "the network itself keeps B"


def test_stripped_weights_fit_the_deployed_network(stir):
    network = stir(build(), torch.randn(2, 3, 1024))
    stripped, deployed = network.strip(), build(**spec(auxiliary=False).options)
    deployed.load_state_dict(stripped.state_dict())
    x = torch.randn(1, 3, 900)
    with torch.no_grad():
        assert torch.equal(deployed.eval()(x), network(x)[0])
    assert not any(key.startswith("decoder_b") for key in stripped.state_dict())


def test_stripped_network_shares_nothing(stir):
    network = stir(build(), torch.randn(2, 3, 1024))
    stripped = network.strip()
    with torch.no_grad():
        stripped.stem.weight.zero_()
    assert network.stem.weight.abs().sum() > 0


def test_b_teaches_the_encoder_only():
    """Its loss moves encoder and B, not A."""
    network = build()
    network(torch.randn(2, 3, 512))[1].square().sum().backward()
    assert network.stem.weight.grad.abs().max() > 0
    assert all(p.grad is not None for p in network.decoder_b.parameters())
    assert all(p.grad is None for p in network.decoder_a.parameters())


def test_decoders_differ_in_their_output_only():
    network = MSNet(MSNetOptions())
    a, b = (
        {key: value.shape for key, value in decoder.state_dict().items() if not key.startswith("head")}
        for decoder in (network.decoder_a, network.decoder_b)
    )
    assert a == b
    kinds = {type(module) for module in network.modules()}
    assert nn.Dropout not in kinds
    assert nn.ReLU not in kinds


def test_view_is_28_s():
    assert receptive_field(build(auxiliary=False), 3, 6000) == 2820


def test_spec_names_b():
    assert spec().auxiliary == ("interval",)
    assert spec(auxiliary=False).auxiliary == ()
    assert (spec().samples, spec().rate_hz, spec().outputs) == (6000, 100.0, ("N", "P", "S"))


@pytest.mark.parametrize("options", [{"width": 0}, {"levels": 1}, {"components": 2}])
def test_wrong_options(options):
    with pytest.raises(SpecError, match="msnet needs"):
        MSNetOptions(**options)
