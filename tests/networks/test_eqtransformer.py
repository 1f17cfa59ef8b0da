from __future__ import annotations

import pytest
import torch

from onsets.errors import SpecError
from onsets.networks import build, multiply_adds, parameters, registry, spec
from onsets.networks.eqtransformer import EQTransformerOptions

COUNTS = {  # trainable, with statistics, multiply-adds of 6,000 samples
    "eqtransformer": (376_423, 378_311, 128_752_064),
    "eqtransformer-original": (371_639, 373_495, 128_535_488),
    "eqtransformer-leqnet-paper": (321_719, 323_063, 126_225_344),
}
# What the LEQNet paper prints of the third: its sums cut the network elsewhere.
PRINTED = {"encoder": 34_672, "blocks": 109_696, "lstm and transformer": 42_372, "rest": 136_323}


@pytest.mark.parametrize("name", COUNTS)
def test_counts(name):
    network = build(name)
    trained, with_statistics, products = COUNTS[name]
    assert (parameters(network), parameters(network, statistics=True)) == (trained, with_statistics)
    assert multiply_adds(network, 3, 6000) == products


def test_printed_parts_of_the_leqnet_paper():
    network = build("eqtransformer-leqnet-paper")
    decoders = (network.decoder_detection, network.branch_p.decoder, network.branch_s.decoder)
    first = sum(parameters(decoder.convs[0]) for decoder in decoders)
    inner = [network.recurrences, network.transformers, network.branch_p.lstm, network.branch_s.lstm]
    inner += [network.branch_p.attention, network.branch_s.attention]
    got = {
        "encoder": parameters(network.encoder),
        "blocks": parameters(network.blocks, statistics=True),
        "lstm and transformer": sum(parameters(part, statistics=True) for part in inner) + first,
        "rest": sum(parameters(decoder) for decoder in decoders) - first,
    }
    assert got == PRINTED
    assert sum(got.values()) == 323_063


def test_the_notebook_of_the_authors():
    """Its summary prints 258,983 parameters, 258,439 of them trained."""
    network = build("eqtransformer", blocks="33", recurrences=1)
    assert (parameters(network), parameters(network, statistics=True)) == (258_439, 258_983)


@pytest.mark.parametrize("samples", [1, 2, 127, 3001, 6000, 12_345])
@pytest.mark.parametrize("crop", ["even", "right"])
def test_any_length(samples, crop):
    network = build("eqtransformer", crop=crop, blocks="32", recurrences=1).eval()
    with torch.no_grad():
        assert network(torch.randn(1, 3, samples)).shape == (1, 3, samples)


def test_options_change_the_function(stir):
    x = torch.randn(2, 3, 6000, generator=torch.Generator().manual_seed(0))
    network = stir(build("eqtransformer", recurrences=2), x)
    with torch.no_grad():
        before = network(x)
        for options in ({"gates": "hard_sigmoid"}, {"crop": "right"}, {"epsilon": 0.1}):
            other = build("eqtransformer", recurrences=2, **options).eval()
            other.load_state_dict(network.state_dict())
            assert float((other(x) - before).abs().max()) > 1e-3


def test_one_component():
    network = build("eqtransformer", components=1).eval()
    with torch.no_grad():
        assert network(torch.randn(1, 1, 1000)).shape == (1, 3, 1000)
    assert spec("eqtransformer", components=1).components == "Z"


@pytest.mark.parametrize(
    "options",
    [
        {"blocks": "303"},
        {"blocks": "3-3"},
        {"recurrences": 0},
        {"gates": "tanh"},
        {"crop": "odd"},
        {"epsilon": 0.0},
        {"dropout": 1.0},
        {"components": 2},
    ],
)
def test_options_that_cannot_be(options):
    (key,) = options
    with pytest.raises(SpecError, match=f"eqtransformer: {key} = "):
        EQTransformerOptions(**options)


def test_spec_of_the_paper():
    got = spec("eqtransformer")
    assert (got.samples, got.rate_hz, got.components, got.bandpass_hz) == (6000, 100.0, "ENZ", (1.0, 45.0))
    assert got.hop_samples == 6000 - 0.3 * 6000
    assert (got.normalisation, got.activation, got.stacking) == ("component-std", "sigmoid", "max")
    assert got.hop_samples <= got.samples - 2 * got.blinding_samples == 5000
    assert got.outputs == ("detection", "P", "S")
    assert got.thresholds == {"detection": 0.5, "P": 0.3, "S": 0.3}
    assert [name for name in registry.names() if name.startswith("eqt")] == list(COUNTS)
