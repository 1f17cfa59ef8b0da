"""How well a network does on a part, quickly: one pick a window, the highest value of each phase.

This steers a training. What a picker is worth is measured on whole records by
:mod:`onsets.evaluation`.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from onsets.spec import Spec

__all__ = ["THRESHOLD", "TOLERANCE_S", "f1", "probabilities", "window_counts"]

PHASES = ("P", "S")
TOLERANCE_S = 0.5
THRESHOLD = 0.3


def probabilities(logits: Tensor, spec: Spec) -> Tensor:
    """Apply the Spec's activation to logits of shape ``(batch, rows, values)``."""
    if spec.activation == "softmax":
        return logits.softmax(dim=1)
    return logits.sigmoid() if spec.activation == "sigmoid" else logits


def window_counts(curves: Tensor, offset: Tensor | None, arrivals: Tensor, spec: Spec) -> Tensor:
    """Count right, false and missing picks, the highest value of each window being its pick.

    Parameters
    ----------
    curves : Tensor, shape (batch, rows, values)
        Probabilities.
    offset : Tensor, shape (batch, 1, values), or None
        Samples from a segment's start, for networks that give them.
    arrivals : Tensor, shape (batch, events, 2)
        As :func:`onsets.labels.make_targets` takes them.
    spec : Spec

    Returns
    -------
    Tensor of float64, shape (2, 3)
        For P and S: true positives, false positives, false negatives. A window in which the phase may
        be without a label is left out.

    Notes
    -----
    A pick is a value of 0.3 or more; it is right within 0.5 s of an arrival of its phase, at a
    per-window network anywhere in the window. Of segments the sum over three neighbours counts, as in
    picking.
    """
    counts = torch.zeros(2, 3, dtype=torch.float64, device=curves.device)
    tolerance = spec.samples if spec.output_kind == "per_window" else TOLERANCE_S * spec.rate_hz
    for k, phase in enumerate(PHASES):
        if phase not in spec.outputs:
            continue
        values = curves[:, spec.outputs.index(phase)]
        if offset is not None:
            values = 3 * functional.avg_pool1d(values[:, None], 3, 1, padding=1)[:, 0]
        highest, cell = values.max(dim=1)
        at = cell.double() * spec.segment_samples
        if offset is not None:
            at = at + offset[:, 0].gather(1, cell[:, None])[:, 0].double()
        labels = arrivals[:, :, k]
        inside = (labels >= 0) & (labels < spec.samples)
        near = (((labels - at[:, None]).abs() <= tolerance) & inside).any(dim=1)
        known, picked, there = ~labels.isnan().any(dim=1), highest >= THRESHOLD, inside.any(dim=1)
        right = known & picked & near
        counts[k] += torch.stack(
            [right.sum(), (known & picked & ~near).sum(), (known & there & ~right).sum()]
        )
    return counts


def f1(counts: Tensor) -> tuple[float, float, float]:
    """Return F1 of P, of S, and their mean; 0 where nothing was right.

    Examples
    --------
    >>> f1(torch.tensor([[3.0, 1.0, 1.0], [1.0, 1.0, 1.0]]))
    (0.75, 0.5, 0.625)
    """
    right, false, missed = counts.double().unbind(1)
    p, s = (2 * right / (2 * right + false + missed).clamp_min(1)).tolist()
    return p, s, (p + s) / 2
