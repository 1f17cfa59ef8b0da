"""What a network does to its tensors, seen while it runs once.

A function mode sees every call of torch: which tensors go in and come out, and whose parameters are
used. That is enough to know that a batch-norm follows a convolution and nothing else does, and it
needs no rewriting of the network's code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from onsets.spec import Spec

__all__ = ["Call", "consumers", "trace"]

_SILENT = ("__get__", "__set__", "size", "dim", "numel", "__len__", "is_floating_point", "__hash__")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a torch function.

    Attributes
    ----------
    name : str
        Such as ``conv1d``.
    module : str
        Path of the module whose parameter or statistic is used; empty without one.
    inputs, outputs : tuple of int
        Tensors, by number in the order of their first appearance.
    groups : int
        Of a convolution; 1 otherwise.
    """

    name: str
    module: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    groups: int = 1


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _tensors(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _tensors(each)


class _Mode(TorchFunctionMode):
    def __init__(self, owners: dict[int, str]) -> None:
        super().__init__()
        self.owners = owners
        self.calls: list[Call] = []
        self.numbers: dict[int, int] = {}
        self.kept: list[Tensor] = []  # so that no address is used twice

    def number(self, tensor: Tensor) -> int:
        if id(tensor) not in self.numbers:
            self.numbers[id(tensor)] = len(self.numbers)
            self.kept.append(tensor)
        return self.numbers[id(tensor)]

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = kwargs or {}
        out = func(*args, **given)
        name = getattr(func, "__name__", str(func))
        results = list(_tensors(out))
        if name in _SILENT or not results:
            return out
        used = list(_tensors((args, given)))
        module = next((self.owners[id(t)] for t in used if id(t) in self.owners), "")
        inputs = tuple(self.number(t) for t in used if id(t) not in self.owners)
        outputs = tuple(self.number(t) for t in results)
        groups = given.get("groups", args[6] if name == "conv1d" and len(args) > 6 else 1)
        self.calls.append(Call(name, module, inputs, outputs, int(groups)))
        return out


def trace(network: nn.Module, spec: Spec) -> list[Call]:
    """Run a network once on zeros and return its calls in their order.

    Parameters
    ----------
    network : Module
        Switched to evaluation mode.
    spec : Spec
        Gives the shape of a window.

    Returns
    -------
    list of Call
    """
    owners = {}
    for path, module in network.named_modules():
        for tensor in [*module.parameters(recurse=False), *module.buffers(recurse=False)]:
            owners[id(tensor)] = path
    mode = _Mode(owners)
    with torch.no_grad(), mode:
        out = network.eval()(torch.zeros(1, len(spec.components), spec.samples))
    results = out if isinstance(out, tuple) else (out,)
    mode.calls.append(Call("output", "", tuple(mode.number(t) for t in results), ()))
    return mode.calls


def consumers(calls: list[Call]) -> dict[int, list[Call]]:
    """Return the calls that read each tensor."""
    found: dict[int, list[Call]] = {}
    for call in calls:
        for number in set(call.inputs):
            found.setdefault(number, []).append(call)
    return found
