"""Pruning: fewer inner channels, the same shape outside."""

from __future__ import annotations

import pytest
import torch

from onsets.deploy.prune import prune_channels
from onsets.errors import ConfigError


def count(network):
    return sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize("name", ["lppn", "cnn7", "cnn7-separable", "msnet", "leqnet"])
def test_smaller_and_still_running(stirred, name):
    network, spec = stirred(name)
    pruned = prune_channels(network, spec, 0.5)
    x = torch.randn(1, len(spec.components), spec.samples)
    with torch.no_grad():
        got, want = pruned(x), network(x)
    first = got[0] if isinstance(got, tuple) else got
    assert first.shape == (want[0] if isinstance(want, tuple) else want).shape and torch.isfinite(first).all()
    left = count(pruned) / count(prune_channels(network, spec, 0.0))
    assert left < (0.99 if name == "leqnet" else 0.9)  # LEQNet adds or shares nearly all its channels


def test_nothing_pruned_says_the_same(small):
    network, spec = small
    x = torch.randn(1, 3, spec.samples)
    with torch.no_grad():
        assert torch.allclose(prune_channels(network, spec, 0.0)(x)[0], network(x)[0], atol=1e-3)


def test_the_least_important_channels_go(stirred):
    """A channel without weights changes nothing when it goes."""
    import copy

    network, spec = stirred("cnn7")
    dead = copy.deepcopy(network)
    last = [m for m in dead.modules() if isinstance(m, torch.nn.Conv1d)][1:]
    with torch.no_grad():
        for conv in last:
            conv.weight[:, ::2] = 0
    pruned = prune_channels(dead, spec, 0.5)
    x = torch.randn(1, 1, spec.samples)
    with torch.no_grad():
        assert float((pruned(x) - dead(x)).abs().max()) < 1e-4
    assert count(pruned) < 0.5 * count(dead)


def test_share_out_of_range(small):
    with pytest.raises(ConfigError, match="share 1"):
        prune_channels(*small, 1.0)
