"""Channels that matter least go: a smaller network of the same shape outside."""

from __future__ import annotations

import copy
import math
from collections import Counter

import torch
from torch import Tensor, nn

from onsets.deploy._trace import Call, consumers, trace
from onsets.deploy.fold import fold_batch_norm, strip_auxiliary
from onsets.errors import ConfigError
from onsets.spec import Spec

__all__ = ["prune_channels"]

_PASSING = {
    "relu",
    "leaky_relu",
    "gelu",
    "elu",
    "tanh",
    "sigmoid",
    "pad",
    "__getitem__",
    "max_pool1d",
    "dropout",
}


def prune_channels(network: nn.Module, spec: Spec, share: float, least: int = 4) -> nn.Module:
    """Return a network without a share of its inner channels, those with the smallest weights.

    An inner channel is made by one convolution and read by one other, through activations, pooling and
    depthwise convolutions only; channels that are added or joined to others stay. Fine-tune the result
    with :func:`onsets.deploy.distil`, the network itself as teacher.

    Parameters
    ----------
    network : Module
        Not changed.
    spec : Spec
    share : float
        Of the inner channels of each convolution that go, 0 to under 1.
    least : int
        Channels that stay at least.

    Returns
    -------
    Module
        Folded, in evaluation mode; the registry cannot rebuild it, so it is for exporting.

    Raises
    ------
    ConfigError
        If the share is out of range.

    Notes
    -----
    A channel's weight is the sum of the absolute weights that make it, bias left out (Li et al. 2017,
    arXiv:1608.08710), times the sum of those that read it.
    """
    if not 0 <= share < 1:
        raise ConfigError(f"share {share:g}, expected 0 to under 1 of the channels")
    stripped, own = strip_auxiliary(network, spec)
    twin = copy.deepcopy(fold_batch_norm(stripped, own))
    for chain in _chains(trace(twin, own)):
        first, *middle, last = (twin.get_submodule(path) for path in chain)
        count = max(min(least, _weight(first).shape[0]), math.ceil((1 - share) * _weight(first).shape[0]))
        importance = _weight(first).abs().sum(dim=(1, 2)) * _weight(last).abs().sum(dim=(0, 2))
        keep = importance.argsort(descending=True)[:count].sort().values
        _cut(first, keep, rows=True)
        for module in middle:
            _cut(module, keep, rows=True)
            module.groups = module.in_channels = count  # type: ignore[assignment]
        _cut(last, keep, rows=False)
    return twin.eval()


def _weight(module: nn.Module) -> Tensor:
    weight = module.weight
    assert isinstance(weight, Tensor)  # for type checkers: only convolutions come here
    return weight.detach()


def _chains(calls: list[Call]) -> list[list[str]]:
    """Return paths from a convolution over depthwise ones to the one that reads its channels."""
    uses, readers = Counter(call.module for call in calls if call.module), consumers(calls)
    found = []
    for call in calls:
        if call.name != "conv1d" or call.groups != 1 or uses[call.module] != 1:
            continue
        chain, at = [call.module], call.outputs[0]
        while len(readers.get(at, [])) == 1:
            reader = readers[at][0]
            if reader.name == "conv1d" and uses[reader.module] == 1:
                chain.append(reader.module)
                if reader.groups == 1:
                    found.append(chain)
                    break
            elif reader.name not in _PASSING:
                break
            at = reader.outputs[0]
    return found


def _cut(module: nn.Module, keep: Tensor, *, rows: bool) -> None:
    """Leave only some output (or input) channels of a convolution."""
    with torch.no_grad():
        weight = module.weight
        assert isinstance(weight, Tensor)  # for type checkers
        module.weight = nn.Parameter(weight[keep] if rows else weight[:, keep])
        if rows and isinstance(module.bias, Tensor):
            module.bias = nn.Parameter(module.bias[keep])
        setattr(module, "out_channels" if rows else "in_channels", len(keep))
