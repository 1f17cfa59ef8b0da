"""The moving average, frozen parts, renewed parts."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from onsets.errors import ConfigError
from onsets.training.average import Average, freeze, renew


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv1d(1, 2, 3), nn.BatchNorm1d(2), nn.Conv1d(2, 1, 1))


def test_the_average_follows_by_its_decay() -> None:
    net = network()
    average = Average(net, 0.9)
    expected = net[0].weight.detach().clone()
    for step in range(40):
        with torch.no_grad():
            net[0].weight += 0.1
            net[1].running_mean += 1
        average.follow(net, step)
        keep = min(0.9, (1 + step) / (10 + step))
        expected = keep * expected + (1 - keep) * net[0].weight.detach()
    torch.testing.assert_close(average.network[0].weight.detach(), expected)
    assert 0 < float(average.network[1].running_mean[0]) < 40
    assert not average.network.training


def test_frozen_parts_are_named_by_their_beginning() -> None:
    net = network()
    quiet = freeze(net, ("0", "1"))
    assert [p.requires_grad for p in net.parameters()] == [False] * 4 + [True] * 2
    assert quiet == [net[0], net[1]]
    with pytest.raises(ConfigError, match="nothing to train"):
        freeze(net, ("2",))


def test_renewed_parts_are_those_of_the_fresh_state() -> None:
    net = network()
    fresh = {key: torch.full_like(value, 3) for key, value in net.state_dict().items()}
    renew(net, fresh, ("2",))
    assert net[2].weight.eq(3).all() and not net[0].weight.eq(3).any()
    with pytest.raises(ConfigError, match=r"start\.fresh"):
        renew(net, fresh, ("head",))
