"""Networks to the same networks with less in them: no auxiliary decoder, no batch-norm."""

from __future__ import annotations

import copy
import dataclasses
from collections import Counter
from typing import Any

import torch
from torch import nn

from onsets.deploy._trace import Call, consumers, trace
from onsets.errors import ExportError
from onsets.spec import Spec

__all__ = ["fold_batch_norm", "strip_auxiliary"]

_CONVOLUTIONS = ("conv1d", "conv2d", "conv_transpose1d", "conv_transpose2d")


def strip_auxiliary(network: nn.Module, spec: Spec) -> tuple[nn.Module, Spec]:
    """Return a network without the decoders it was only trained with.

    Parameters
    ----------
    network : Module
        Not changed.
    spec : Spec
        ``spec.auxiliary`` names the outputs that go.

    Returns
    -------
    Module, Spec
        What is left says the same to the last bit. Both as given when there is nothing to remove.

    Raises
    ------
    ExportError
        If the Spec has auxiliary outputs and the network has no ``strip()``.
    """
    if not spec.auxiliary:
        return network, spec
    if not hasattr(network, "strip"):
        raise ExportError(f"{spec.name} has auxiliary outputs {spec.auxiliary} but no strip() to remove them")
    options = {**spec.options, "auxiliary": False}
    strip: Any = network.strip
    return strip().eval(), dataclasses.replace(spec, auxiliary=(), options=options)


def fold_batch_norm(network: nn.Module, spec: Spec) -> nn.Module:
    """Return a network whose convolutions do the work of the batch-norms behind them.

    A norm is folded when it reads what one convolution wrote, whole or cut in time, and nothing else
    does. Norms before an activation or a padded convolution, and those that share a convolution,
    stay: they become one product and one sum a value.

    Parameters
    ----------
    network : Module
        Not changed. Its statistics are those of evaluation.
    spec : Spec
        Gives the shape of a window.

    Returns
    -------
    Module
        In evaluation mode, equal to 1e-5 of the largest output. The registry cannot rebuild it, so it
        is for exporting, not for saving.

    Notes
    -----
    With scale g / sqrt(v + e), a weight becomes w * scale and the bias (b - m) * scale + beta.

    Examples
    --------
    >>> from onsets import networks
    >>> folded = fold_batch_norm(networks.build("lppn"), networks.spec("lppn"))
    >>> sum(isinstance(m, torch.nn.BatchNorm1d) for m in folded.modules())
    0
    """
    twin = copy.deepcopy(network).eval()
    calls = trace(twin, spec)
    for conv, norm in _pairs(calls):
        _fold(twin.get_submodule(conv), twin.get_submodule(norm))
        parent, _, leaf = norm.rpartition(".")
        setattr(twin.get_submodule(parent), leaf, nn.Identity())
    return twin


def _pairs(calls: list[Call]) -> list[tuple[str, str]]:
    """Return paths of convolutions and of the batch-norms that can be folded into them."""
    uses = Counter(call.module for call in calls if call.module)
    readers = consumers(calls)
    wrote = {number: call for call in calls for number in call.outputs}
    found = []
    for norm in calls:
        if norm.name != "batch_norm" or uses[norm.module] != 1:
            continue
        source = norm.inputs[0]
        while len(readers[source]) == 1 and source in wrote and wrote[source].name == "__getitem__":
            source = wrote[source].inputs[0]
        conv = wrote.get(source)
        alone = len(readers[source]) == 1
        if conv is None or conv.name not in _CONVOLUTIONS or not alone:
            continue
        if uses[conv.module] == 1 and (conv.groups == 1 or "transpose" not in conv.name):
            found.append((conv.module, norm.module))
    return found


def _fold(conv: Any, norm: Any) -> None:
    """Put a norm into its convolution, in double precision."""
    with torch.no_grad():
        scale = (norm.running_var.double() + norm.eps).rsqrt()
        if norm.weight is not None:
            scale = scale * norm.weight.double()
        weight, bias = conv.weight, conv.bias
        shift = -norm.running_mean.double() * scale
        if norm.bias is not None:
            shift = shift + norm.bias.double()
        if bias is not None:
            shift = shift + bias.double() * scale
        shape = [1] * weight.ndim
        shape[1 if isinstance(conv, nn.ConvTranspose1d | nn.ConvTranspose2d) else 0] = -1
        conv.weight = nn.Parameter((weight.double() * scale.reshape(shape)).to(weight.dtype))
        conv.bias = nn.Parameter(shift.to(weight.dtype))
