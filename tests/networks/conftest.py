"""Random weights and statistics: with a fresh network's many a check would hold for nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor, nn

NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.LayerNorm)
CONVS = (nn.Conv1d, nn.Conv2d)


def draw(module: nn.Module, name: str, p: Tensor, generator: torch.Generator) -> Tensor:
    """Return a norm's numbers near 1 and 0, Kaiming weights, or small biases."""
    normal = torch.randn(p.shape, generator=generator)
    if isinstance(module, NORMS):
        return 0.5 + torch.rand(p.shape, generator=generator) if name == "weight" else 0.1 * normal
    if p.ndim < 2:
        return 0.1 * normal
    if isinstance(module, nn.ConvTranspose1d | nn.ConvTranspose2d):
        return math.sqrt(2 / p.shape[0]) * normal
    if isinstance(module, CONVS):
        return math.sqrt(2 / math.prod(p.shape[1:])) * normal
    return math.sqrt(1 / p.shape[-1]) * normal  # a factor of 2 makes recurrence and attention chaotic


def stir_weights(network: nn.Module, x: Tensor, seed: int = 0) -> nn.Module:
    """Draw weights; batch-norm's statistics are those of ``x``, then shaken; frozen numbers stay."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(seed)  # for dropout
        for module in network.modules():
            for name, p in module.named_parameters(recurse=False):
                if p.requires_grad:
                    p.copy_(draw(module, name, p, generator))
        norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)]
        momenta = [norm.momentum for norm in norms]
        for norm in norms:
            norm.momentum = 1.0
        network.train()(x)
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
            mean, var = norm.running_mean, norm.running_var
            mean.add_(0.1 * var.sqrt() * torch.randn(mean.shape, generator=generator))
            var.mul_(0.5 + torch.rand(var.shape, generator=generator)).add_(1e-3)
    return network.eval()


@pytest.fixture(scope="session")
def stir() -> Callable[..., nn.Module]:
    """Function ``stir(network, x, seed=0)``: random weights, statistics from ``x``, ready to evaluate."""
    return stir_weights


@pytest.fixture(autouse=True, scope="package")
def one_thread() -> Iterator[None]:
    """Sums come in one order, and the machine stays free for others."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
