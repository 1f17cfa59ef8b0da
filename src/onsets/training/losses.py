"""Losses of all papers: what a network's outputs are compared with, and how.

============================  =================================================================
paper                         loss
============================  =================================================================
PhaseNet, CPIC                cross entropy over N, P, S, mean
Yu et al.                     the same, weighted 5 / 5 / 0.1, divided by the sum of weights
EQTransformer, LEQNet         binary cross entropy of detection, P, S, weighted .05 / .40 / .55,
                              and 1e-4 of the absolute values of some weights
LPPN                          cross entropy summed over segments + 0.1 squared error of offsets
MSNet                         cross entropy of P and S + binary cross entropy of the interval
============================  =================================================================
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from onsets.errors import ConfigError, nearest
from onsets.labels import Targets
from onsets.spec import Spec
from onsets.training.options import Loss

__all__ = ["curve_loss", "l1_norm", "network_loss"]


def network_loss(outputs: Tensor | tuple[Tensor, ...], targets: Targets, spec: Spec, loss: Loss) -> Tensor:
    """Return the loss of one batch.

    Parameters
    ----------
    outputs : Tensor or tuple of Tensor
        Logits as the network gives them: curves, then offsets (per segment) and auxiliary outputs.
    targets : Targets
    spec : Spec
    loss : Loss

    Returns
    -------
    Tensor, a number
        Finite also for a batch without any onset, or in which nothing counts.
    """
    first, *more = outputs if isinstance(outputs, tuple) else (outputs,)
    total = curve_loss(first, targets.curves, targets.weight, spec, loss)
    if targets.offsets is not None:
        total = total + loss.offset * _offset_loss(more.pop(0), targets, loss)
    if targets.auxiliary is not None:
        entropy = functional.binary_cross_entropy_with_logits(more[0], targets.auxiliary, reduction="none")
        total = total + loss.auxiliary * _reduce(entropy.mean(dim=1), targets.weight, loss)
    return total


def curve_loss(logits: Tensor, curves: Tensor, weight: Tensor, spec: Spec, loss: Loss) -> Tensor:
    """Return the loss of the rows of the Spec.

    Parameters
    ----------
    logits, curves : Tensor, shape (batch, rows, values)
        What the network says, and probabilities.
    weight : Tensor, shape (batch, values)
    spec : Spec
    loss : Loss

    Notes
    -----
    Cross entropy: ``-sum_rows curve log softmax(logit)``. Binary: the entropy of each row times its
    weight (1 if not named), summed over rows.
    """
    if loss.kind == "cross-entropy":
        each = -(curves * functional.log_softmax(logits, dim=1)).sum(dim=1)
    else:
        entropy = functional.binary_cross_entropy_with_logits(logits, curves, reduction="none")
        rows = torch.tensor([loss.rows.get(row, 1.0) for row in spec.outputs], device=logits.device)
        each = (entropy * rows[:, None]).sum(dim=1)
    return _reduce(each, weight, loss)


def _reduce(each: Tensor, weight: Tensor, loss: Loss) -> Tensor:
    """Sum over each window, or divide by the sum of weights."""
    if each.shape != weight.shape:  # an auxiliary row has a value a sample
        weight = functional.interpolate(weight[:, None], each.shape[1:], mode="nearest")[:, 0]
    total = (each * weight).sum()
    return total / len(each) if loss.reduction == "sum" else total / weight.sum().clamp_min(1e-6)


def _offset_loss(offset: Tensor, targets: Targets, loss: Loss) -> Tensor:
    """Return the error of onsets in their segments, a window or an onset, by the reduction."""
    wanted: Tensor = targets.offsets  # type: ignore[assignment]
    onset = wanted.isfinite()
    got, wanted = offset[:, 0][onset], wanted[onset]
    if loss.offset_error == "huber":
        error = functional.smooth_l1_loss(got, wanted, reduction="sum")
    else:
        error = functional.mse_loss(got, wanted, reduction="sum")
    return error / (len(offset) if loss.reduction == "sum" else max(1, len(got)))


def l1_norm(network: nn.Module, loss: Loss) -> Tensor:
    """Return the sum of absolute numbers of the convolutions in some parts of a network.

    Parameters
    ----------
    network : Module
    loss : Loss
        ``l1_parts`` are beginnings of the names of its modules.

    Raises
    ------
    ConfigError
        If a part holds no convolution.
    """
    total = torch.zeros((), device=next(network.parameters()).device)
    for part in loss.l1_parts:
        found = [
            module
            for name, module in network.named_modules()
            if name.startswith(part) and isinstance(module, nn.Conv1d | nn.ConvTranspose1d)
        ]
        if not found:
            names = [name for name, _ in network.named_children()]
            raise ConfigError(f"loss.l1_parts: no convolution in {part!r}; {nearest(part, names)}")
        for module in found:
            for name, parameter in module.named_parameters():
                if loss.l1_of == "all" or name == "bias":
                    total = total + parameter.abs().sum()
    return total
