from __future__ import annotations

import dataclasses

import pytest
import torch

from onsets.errors import SpecError
from onsets.networks import build, multiply_adds, parameters, spec

# Of each part, batch-norm's moving statistics included.
PARTS = {
    "encoder": 1_289,
    "blocks": 3_712,
    "recurrences": 11_680,
    "transformers": 10_786,
    "decoder_detection": 1_969,
    "branch_p": 1_969 + 3_201,
    "branch_s": 1_969 + 3_201,
}


def test_counts():
    network = build("leqnet")
    assert (parameters(network), parameters(network, statistics=True)) == (39_328, 39_776)
    assert multiply_adds(network, 3, 6000) == 12_670_400
    assert {name: parameters(part, statistics=True) for name, part in network.named_children()} == PARTS


def test_reduction_is_as_printed():
    """87.68 %, cut off after two digits, against the totals that Keras prints."""
    before = parameters(build("eqtransformer-leqnet-paper"), statistics=True)
    share = 1 - parameters(build("leqnet"), statistics=True) / before
    assert int(share * 10_000) == 8768
    products = multiply_adds(build("eqtransformer-leqnet-paper"), 3, 6000) / multiply_adds(
        build("leqnet"), 3, 6000
    )
    assert products == pytest.approx(9.96, abs=0.01)


def test_two_stages_share_a_layer():
    network = build("leqnet")
    calls = []
    for part in (network.encoder, network.decoder_detection):
        part.convs[2].register_forward_hook(lambda *_: calls.append(1))
    network(torch.randn(1, 3, 6000))
    assert len(calls) == 4
    assert len({p.data_ptr() for p in network.parameters()}) == len(list(network.parameters()))


def test_lengths_on_the_way():
    network, lengths = build("leqnet"), []
    network.encoder.register_forward_hook(lambda module, inputs, output: lengths.extend(output[1]))
    assert network(torch.randn(1, 3, 6000)).shape == (1, 3, 6000)
    assert lengths == [6000, 2000, 667, 223, 112]


@pytest.mark.parametrize("samples", [1, 107, 5999, 6001])
def test_any_length(samples):
    network = build("leqnet").eval()
    with torch.no_grad():
        assert network(torch.randn(2, 3, samples)).shape == (2, 3, samples)


def test_spec_is_that_of_eqtransformer():
    ours, theirs = spec("leqnet"), spec("eqtransformer")
    assert (
        dataclasses.replace(
            ours, name=theirs.name, network=theirs.network, options=theirs.options, paper=theirs.paper
        )
        == theirs
    )
    assert spec("leqnet", components=1).components == "Z"


@pytest.mark.parametrize("options", [{"gates": "relu"}, {"dropout": -0.1}, {"components": 4}])
def test_options_that_cannot_be(options):
    with pytest.raises(SpecError, match="leqnet cannot be built with"):
        build("leqnet", **options)
