"""Teach a network what another says: after pruning, before integers, or into a smaller one.

No labels are needed: the teacher's probabilities on any windows are the target. So a network that was
pruned, or whose numbers will be rounded, finds its way back to what it said before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from onsets.errors import ConfigError
from onsets.spec import Spec
from onsets.types import Float32

__all__ = ["Distilling", "distil"]


@dataclass(frozen=True, slots=True)
class Distilling:
    """How long and how fast to learn.

    Attributes
    ----------
    steps : int
        Updates.
    batch : int
        Windows an update.
    rate : float
        Adam's, falling to 0 along a cosine.
    offset_weight : float
        Of the squared difference of onset offsets (samples), where the teacher hears an onset.
    seed : int
        Of the drawing of windows.
    """

    steps: int = 300
    batch: int = 16
    rate: float = 1e-3
    offset_weight: float = 0.05
    seed: int = 0


def distil(
    student: nn.Module,
    teacher: nn.Module,
    windows: Float32,
    spec: Spec,
    options: Distilling | None = None,
    report: Callable[[int, float], None] | None = None,
) -> nn.Module:
    """Fit a student to what a teacher says on windows; batch-norm's statistics stay as they are.

    Parameters
    ----------
    student : Module
        Changed in place. Its outputs have the shape of the teacher's.
    teacher : Module
        Not changed.
    windows : ndarray of float32, shape (windows, components, samples)
        Normalised, see :func:`onsets.deploy.calibration_windows`; never those that will judge it.
    spec : Spec
        Says how logits become probabilities.
    options : Distilling, optional
    report : callable, optional
        Told the number and the loss of each update.

    Returns
    -------
    Module
        The student in evaluation mode.

    Raises
    ------
    ConfigError
        If the outputs differ in shape or there are no windows.

    Notes
    -----
    The loss is the cross entropy of the student's probabilities under the teacher's, each value
    weighted by 1 + 20 times what the teacher gives to P and S there, so that the long quiet stretches
    do not drown the onsets (after Hinton et al. 2015, arXiv:1503.02531, without temperature).
    """
    how = options or Distilling()
    if not len(windows):
        raise ConfigError("there are no windows to learn from")
    data, rng = torch.from_numpy(np.ascontiguousarray(windows)), np.random.default_rng(how.seed)
    student.eval()
    teacher.eval()
    trained = [p for p in student.parameters() if p.requires_grad]
    optimiser = torch.optim.Adam(trained, lr=how.rate)
    fall = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(1, how.steps))
    for step in range(how.steps):
        x = data[rng.integers(len(data), size=min(how.batch, len(data)))]
        with torch.no_grad():
            wanted = _outputs(teacher, x)
        loss = _loss(_outputs(student, x), wanted, spec, how.offset_weight)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        fall.step()
        if report is not None:
            report(step, float(loss.detach()))
    return student.eval()


def _outputs(network: nn.Module, x: Tensor) -> tuple[Tensor, ...]:
    out = network(x)
    return out if isinstance(out, tuple) else (out,)


def _loss(got: tuple[Tensor, ...], wanted: tuple[Tensor, ...], spec: Spec, offset_weight: float) -> Tensor:
    if got[0].shape != wanted[0].shape:
        raise ConfigError(f"the student gives {tuple(got[0].shape)}, the teacher {tuple(wanted[0].shape)}")
    rows = [spec.outputs.index(label) for label in spec.labels]
    if spec.activation == "softmax":
        p = wanted[0].softmax(dim=1)
        each = -(p * got[0].log_softmax(dim=1)).sum(dim=1)
    else:
        p = wanted[0].sigmoid() if spec.activation == "sigmoid" else wanted[0].clamp(0, 1)
        pairs = functional.binary_cross_entropy_with_logits if spec.activation == "sigmoid" else None
        each = (pairs(got[0], p, reduction="none") if pairs else (got[0] - p).square()).sum(dim=1)
    onset = p[:, rows].sum(dim=1)
    loss = (each * (1 + 20 * onset)).mean()
    if spec.output_kind == "per_segment":
        loss = loss + offset_weight * ((got[1] - wanted[1])[:, 0].square() * onset).mean()
    return loss
