"""Folding and stripping change nothing that is said."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import nn

from onsets import networks
from onsets.deploy.fold import fold_batch_norm, strip_auxiliary
from onsets.errors import ExportError

LEFT = {
    "eqtransformer": 7,
    "eqtransformer-original": 7,
    "eqtransformer-leqnet-paper": 5,
    "leqnet": 4,
    "msnet": 4,
}
"""Norms that stand before an activation or a padded convolution."""


def outputs(network, x):
    with torch.no_grad():
        out = network(x)
    return out if isinstance(out, tuple) else (out,)


@pytest.mark.parametrize("name", networks.names())
def test_folded_says_the_same(stirred, name):
    network, spec = stirred(name)
    folded = fold_batch_norm(network, spec)
    norms = [m for m in folded.modules() if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)]
    assert len(norms) == LEFT.get(name, 0)
    x = torch.randn(2, len(spec.components), spec.samples, generator=torch.Generator().manual_seed(5))
    for got, want in zip(outputs(folded, x), outputs(network, x), strict=True):
        assert float((got - want).abs().max()) <= 1e-5 * max(1.0, float(want.abs().max()))


def test_the_network_itself_stays(small):
    before = {key: value.clone() for key, value in small[0].state_dict().items()}
    fold_batch_norm(*small)
    assert all(torch.equal(before[key], value) for key, value in small[0].state_dict().items())


def test_auxiliary_decoder_goes_and_nothing_else_changes(stirred):
    network, spec = stirred("msnet")
    light, own = strip_auxiliary(network, spec)
    x = torch.randn(1, 3, spec.samples)
    assert torch.equal(outputs(light, x)[0], outputs(network, x)[0]) and len(outputs(light, x)) == 1
    assert own.auxiliary == () and own.options["auxiliary"] is False
    assert sum(p.numel() for p in light.parameters()) == 322_475


def test_nothing_to_strip(small):
    assert strip_auxiliary(*small) == small


def test_auxiliary_without_strip_is_refused(small):
    with pytest.raises(ExportError, match="strip"):
        strip_auxiliary(small[0], dataclasses.replace(small[1], auxiliary=("box",)))
