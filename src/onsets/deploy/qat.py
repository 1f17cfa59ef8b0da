"""Fine-tuning for integers: learn with weights and signals rounded as they will be."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from onsets.deploy.distilling import Distilling, distil
from onsets.deploy.fold import fold_batch_norm, strip_auxiliary
from onsets.errors import ExportError
from onsets.spec import Spec
from onsets.types import Float32

__all__ = ["train_for_int8"]

_ROUNDED = (nn.Conv1d, nn.ConvTranspose1d, nn.Linear)
RANGED, _BATCH = 512, 16
"""Windows that ranges are looked for in."""


class _RoundedWeight(nn.Module):
    """Weights to 255 steps a channel, gradients straight through."""

    def __init__(self, axis: int) -> None:
        super().__init__()
        self.axis = axis

    def forward(self, weight: Tensor) -> Tensor:
        others = [k for k in range(weight.ndim) if k != self.axis]
        scale = (weight.detach().abs().amax(dim=others, keepdim=True) / 127).clamp_min(1e-12)
        return weight + ((weight / scale).round().clamp(-127, 127) * scale - weight).detach()


class _RoundedInput:
    """A signal cut to a range and rounded to 256 steps of it; straight through.

    First the range is looked for: the extremes of what passes, cut to a share. When learning is over only
    the cut is left, which says in the exported file what the range is.
    """

    def __init__(self, clip: float) -> None:
        self.clip, self.low, self.high = clip, 0.0, 0.0
        self.work = "look"

    def __call__(self, module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        x = inputs[0]
        if self.work == "look":
            self.low = min(self.low, self.clip * float(x.min()))
            self.high = max(self.high, self.clip * float(x.max()))
            return inputs
        cut = x.clamp(self.low, self.high)
        if self.work == "round":
            scale = max(self.high - self.low, 1e-12) / 255
            cut = cut + ((cut / scale).round() * scale - cut).detach()
        return (cut, *inputs[1:])


def train_for_int8(
    network: nn.Module,
    spec: Spec,
    windows: Float32,
    options: Distilling | None = None,
    *,
    skip: int = 3,
    clip: float = 0.7,
) -> nn.Module:
    """Return a network that bears being rounded to 8 bits.

    Batch-norms are folded first, then the network learns to say in rounded numbers what it said
    before (see :func:`onsets.deploy.distil`). The result has plain weights: export it as ``onnx-int8``.

    Parameters
    ----------
    network : Module
        Not changed; the teacher.
    spec : Spec
    windows : ndarray of float32, shape (windows, components, samples)
        To learn from; more are better than for calibrating.
    options : Distilling, optional
    skip : int
        First layers that stay in single precision, and so does the last.
    clip : float
        What the ranges of signals are cut to.

    Returns
    -------
    Module
        Folded; the registry cannot rebuild it.

    Raises
    ------
    ExportError
        If the network has no layer that is rounded.
    """
    stripped, own = strip_auxiliary(network, spec)
    teacher = fold_batch_norm(stripped, own)
    student = copy.deepcopy(teacher)
    rounded = [m for m in student.modules() if isinstance(m, _ROUNDED)][skip:-1]
    if not rounded:
        raise ExportError(f"{spec.name} has no layer to round after the first {skip}")
    inputs = [_RoundedInput(clip) for _ in rounded]
    for module, each in zip(rounded, inputs, strict=True):
        module.register_forward_pre_hook(each)
    with torch.no_grad():
        for k in range(0, min(len(windows), RANGED), _BATCH):
            student(torch.from_numpy(windows[k : k + _BATCH]))
    for module, each in zip(rounded, inputs, strict=True):
        axis = 1 if isinstance(module, nn.ConvTranspose1d) else 0
        parametrize.register_parametrization(module, "weight", _RoundedWeight(axis))
        each.work = "round"
    with torch.random.fork_rng():
        distil(student, teacher, windows, own, options)
    for module, each in zip(rounded, inputs, strict=True):
        each.work = "cut"
        parametrize.remove_parametrizations(module, "weight", leave_parametrized=False)
    return student.eval()
