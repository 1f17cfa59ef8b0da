"""The moving average of a network's weights, and parts of it that stay as they are."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from onsets.errors import ConfigError, nearest

__all__ = ["Average", "freeze", "renew"]


class Average:
    """A network whose weights follow those of another slowly.

    Parameters
    ----------
    network : Module
    decay : float
        Share that is kept at each update; at the beginning less, (1 + k) / (10 + k).
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.network = copy.deepcopy(network).eval()

    @torch.no_grad()
    def follow(self, network: nn.Module, step: int) -> None:
        """Move towards a network after an update; statistics move too, counters are copied."""
        keep = min(self.decay, (1 + step) / (10 + step))
        state = network.state_dict()
        for key, value in self.network.state_dict().items():
            if value.is_floating_point():
                value.lerp_(state[key], 1 - keep)
            else:
                value.copy_(state[key])


def freeze(network: nn.Module, parts: tuple[str, ...]) -> list[nn.Module]:
    """Keep parts of a network from being trained.

    Parameters
    ----------
    network : Module
    parts : tuple of str
        Beginnings of the names of its parameters.

    Returns
    -------
    list of Module
        What must be put in evaluation mode after ``network.train()``, so that batch-norm's statistics
        stay too.

    Raises
    ------
    ConfigError
        If nothing begins so, or nothing is left to train.
    """
    quiet = []
    for part in parts:
        for parameter in _parameters(network, part, "start.frozen"):
            parameter.requires_grad_(False)
        quiet += [module for name, module in network.named_modules() if name and name.startswith(part)]
    if not any(parameter.requires_grad for parameter in network.parameters()):
        raise ConfigError(f"start.frozen = {list(parts)} leaves nothing to train")
    return quiet


def renew(network: nn.Module, fresh: dict[str, Tensor], parts: tuple[str, ...]) -> None:
    """Give parts of a network the weights and statistics of an untrained one.

    Parameters
    ----------
    network : Module
        Changed in place.
    fresh : dict of str to Tensor
        State of the untrained one.
    parts : tuple of str
        Beginnings of names.

    Raises
    ------
    ConfigError
        If nothing begins so.
    """
    for part in parts:
        _parameters(network, part, "start.fresh")
        for key, value in network.state_dict().items():
            if key.startswith(part):
                value.copy_(fresh[key])


def _parameters(network: nn.Module, part: str, where: str) -> list[nn.Parameter]:
    found = [p for name, p in network.named_parameters() if name.startswith(part)]
    if not found:
        names = [name for name, _ in network.named_children()]
        raise ConfigError(f"{where}: no part of the network begins with {part!r}; {nearest(part, names)}")
    return found
