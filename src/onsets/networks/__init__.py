"""Networks: tensors in, logits out; the registry, their cost, their weights.

Torch is imported only when a network is built, its cost is measured, or weights are loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onsets.networks.registry import REGISTRY, Entry, build, figures, names, spec
from onsets.networks.weights import load, read_spec, save, sha256

if TYPE_CHECKING:
    from onsets.networks.cost import measure, multiply_adds, parameters, receptive_field
    from onsets.networks.export import to_onnx

__all__ = [
    "REGISTRY",
    "Entry",
    "build",
    "figures",
    "load",
    "measure",
    "multiply_adds",
    "names",
    "parameters",
    "read_spec",
    "receptive_field",
    "save",
    "sha256",
    "spec",
    "to_onnx",
]

_LAZY = {
    "measure": "cost",
    "multiply_adds": "cost",
    "parameters": "cost",
    "receptive_field": "cost",
    "to_onnx": "export",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        import importlib

        return getattr(importlib.import_module(f"onsets.networks.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
