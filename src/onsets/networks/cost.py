"""What a network costs: parameters, multiply-adds, bytes, receptive field.

``python -m onsets.networks.cost`` rewrites ``figures.json``, which ``onsets models`` reads.
"""

from __future__ import annotations

import dataclasses
import json
import math
import sys
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from onsets.networks import registry
from onsets.spec import Spec

__all__ = ["measure", "multiply_adds", "parameters", "receptive_field"]


def parameters(network: nn.Module, *, statistics: bool = False) -> int:
    """Count trainable parameters, with batch-norm's moving mean and variance if asked for.

    Examples
    --------
    >>> norm = nn.BatchNorm1d(4)
    >>> parameters(norm), parameters(norm, statistics=True)
    (8, 16)
    """
    count = sum(p.numel() for p in network.parameters() if p.requires_grad)
    if statistics:
        count += sum(b.numel() for b in network.buffers() if b.is_floating_point())
    return count


def multiply_adds(network: nn.Module, components: int, samples: int) -> int:
    """Count multiply-adds of one window in convolutions, linear layers and recurrences.

    Biases, norms and activations are not counted. Modules that do other products (attention)
    say so themselves by a method ``multiply_adds(inputs, output)``.

    Parameters
    ----------
    network : Module
    components, samples : int
        Shape of one window.
    """
    total = 0

    def count(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        nonlocal total
        if isinstance(module, nn.Conv1d | nn.Conv2d):
            total += output.numel() * math.prod(module.weight.shape[1:])
        elif isinstance(module, nn.ConvTranspose1d | nn.ConvTranspose2d):
            total += inputs[0].numel() * math.prod(module.weight.shape[1:])
        elif isinstance(module, nn.Linear):
            total += output.numel() * module.in_features
        elif isinstance(module, nn.LSTM | nn.GRU):
            steps = inputs[0].shape[0] * inputs[0].shape[1]
            total += steps * sum(w.numel() for k, w in module.named_parameters() if k.startswith("weight"))
        elif callable(own := getattr(module, "multiply_adds", None)):
            total += own(inputs, output)

    hooks = [module.register_forward_hook(count) for module in network.modules()]
    was = network.training
    network.eval()
    try:
        with torch.no_grad():
            network(torch.zeros(1, components, samples))
    finally:
        for hook in hooks:
            hook.remove()
        network.train(was)
    return total


class _MeanPooling(TorchFunctionMode):
    """Average where a network takes maxima: a maximum's gradient reaches one sample only."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func is functional.max_pool1d:
            shape = {key: kwargs[key] for key in ("stride", "padding", "ceil_mode") if key in kwargs}
            return functional.avg_pool1d(*args, **shape)
        return func(*args, **kwargs)


def receptive_field(network: nn.Module, components: int, samples: int) -> int:
    """Return how many input samples the middle output value depends on, at most ``samples``.

    Measured: weights are set so that no path cancels, an impulse gradient is sent back, and the
    span of non-zero input gradients is read. Maximum pooling counts with all the samples it compares.
    """
    import copy

    probe = copy.deepcopy(network).eval().double()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for p in probe.parameters():
            p.copy_(torch.rand(p.shape, generator=generator, dtype=p.dtype) * 0.5 + 0.05)
            if p.ndim > 1:
                p.div_(p[0].numel())
        for module in probe.modules():
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                module.reset_running_stats()
    x = torch.rand(1, components, samples, generator=generator, dtype=torch.float64).requires_grad_()
    with _MeanPooling():
        out = probe(x)
    first: Tensor = out[0] if isinstance(out, tuple) else out
    first = first if first.ndim == 3 else first[..., None]
    (gradient,) = torch.autograd.grad(first[..., first.shape[-1] // 2].sum(), x)
    touched = gradient.abs().sum(dim=(0, 1)).nonzero().flatten()
    return int(touched[-1] - touched[0] + 1) if len(touched) else 0


def measure(network: nn.Module, spec: Spec) -> dict[str, Any]:
    """Return one row of ``onsets models --json``."""
    components = len(spec.components)
    window = multiply_adds(network, components, spec.samples)
    count = parameters(network)
    return {
        "name": spec.name,
        "paper": spec.paper,
        "parameters": count,
        "parameters_with_statistics": parameters(network, statistics=True),
        "macs_window": window,
        "macs_day": round(window * 86400 * spec.rate_hz / spec.hop_samples),
        "bytes_fp32": 4 * count,
        "bytes_fp16": 2 * count,
        "receptive_field_samples": receptive_field(network, components, spec.samples),
        "rate_hz": spec.rate_hz,
        "window_samples": spec.samples,
        "outputs": list(spec.outputs),
        "spec": dataclasses.asdict(spec),
    }


def main() -> None:
    """Measure every network of the registry and write ``figures.json`` beside this file."""
    rows = []
    for name in registry.names():
        rows.append(measure(registry.build(name), registry.spec(name)))
        sys.stdout.write(f"{name}: {rows[-1]['parameters']:,} parameters\n")
    target = Path(__file__).with_name("figures.json")
    target.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
