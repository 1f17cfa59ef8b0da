"""What a network of a given Spec should answer to a batch of windows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from onsets.errors import ConfigError
from onsets.labels.curves import box_curves, gaussian_curves, triangle_curves
from onsets.labels.intervals import intervals, unlabelled
from onsets.labels.segments import segment_targets
from onsets.labels.weights import window_curves, yu_weights
from onsets.spec import Spec

__all__ = ["Labels", "Targets", "make_targets"]

Shape = Literal["gaussian", "triangle", "box", "segment", "window"]
KINDS = {"segment": "per_segment", "window": "per_window"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """How arrivals become targets.

    Attributes
    ----------
    shape : str
        Of P and S: ``gaussian``, ``triangle`` or ``box`` for a value a sample, ``segment`` (LPPN) or
        ``window`` (CPIC) for networks that answer so.
    sigma_samples : float
        Of a Gaussian.
    reach_samples : tuple of int
        Samples of a Gaussian before and after the arrival.
    half_width_samples : int
        Of a triangle or box.
    detection : float
        Length of the row ``detection`` in units of S - P.
    weighting : str
        ``none`` or ``yu``: see :func:`onsets.labels.yu_weights`.
    onset_weight, interval_weight, background_weight : float
        Of that weighting.
    tolerance_samples, margin_samples : float
        Of ``window``: see :func:`onsets.labels.window_curves`; the place is ``Spec.onset_samples``.
    hide_unlabelled : bool
        Give samples no weight where a phase without label may begin.
    """

    shape: Shape = "gaussian"
    sigma_samples: float = 10.0
    reach_samples: tuple[int, int] = (20, 19)
    half_width_samples: int = 20
    detection: float = 1.4
    weighting: Literal["none", "yu"] = "none"
    onset_weight: float = 5.0
    interval_weight: float = 5.0
    background_weight: float = 0.1
    tolerance_samples: float = 10.0
    margin_samples: float = 100.0
    hide_unlabelled: bool = True

    def __post_init__(self) -> None:
        right = {
            "sigma_samples": self.sigma_samples > 0,
            "reach_samples": min(self.reach_samples) >= 0,
            "half_width_samples": self.half_width_samples > 0,
            "detection": self.detection >= 1,
            "background_weight": min(self.onset_weight, self.interval_weight, self.background_weight) >= 0,
            "margin_samples": 0 <= self.tolerance_samples <= self.margin_samples,
        }
        for key, value in right.items():
            if not value:
                raise ConfigError(f"labels: {key} = {getattr(self, key)} cannot be used")


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """What a network should answer.

    Attributes
    ----------
    curves : Tensor of float32, shape (batch, rows, values)
        Probability of each row of ``Spec.outputs``.
    weight : Tensor of float32, shape (batch, values)
        How much a value counts; 0 where nobody knows.
    offsets : Tensor of float32, shape (batch, values), or None
        Samples from a segment's start to its onset; NaN without.
    auxiliary : Tensor of float32, shape (batch, rows, samples), or None
        Of each output in ``Spec.auxiliary``.
    hidden : Tensor of bool, shape (batch, values), or None
        Where a phase without label may begin, and the weight is 0 for that; None: nowhere.
    """

    curves: Tensor
    weight: Tensor
    offsets: Tensor | None = None
    auxiliary: Tensor | None = None
    hidden: Tensor | None = None


def make_targets(arrivals: Tensor, spec: Spec, labels: Labels) -> Targets:
    """Return the targets of windows.

    Parameters
    ----------
    arrivals : Tensor, shape (batch, events, 2)
        P and S of each event, samples of the window, fractional. NaN: there, but not labelled.
        Infinite or outside the window: not in it.
    spec : Spec
        Says which rows the network gives, and values of what length.
    labels : Labels

    Returns
    -------
    Targets

    Raises
    ------
    ConfigError
        If the labels do not fit the Spec.

    Notes
    -----
    ``N`` is 1 - P - S. Where P and S overlap to more than 1, both are scaled down to make 1. A
    segment that holds the onsets of P and S is one of S.
    """
    wanted = KINDS.get(labels.shape, "per_sample")
    if wanted != spec.output_kind:
        raise ConfigError(
            f"labels of shape {labels.shape!r} are {wanted}, but {spec.name} is {spec.output_kind}"
        )
    if unknown := set(spec.auxiliary) - {"interval"}:
        raise ConfigError(
            f"{spec.name} has an auxiliary output {sorted(unknown)[0]!r}; there is only 'interval'"
        )
    place = spec.samples / 2 if spec.onset_samples is None else spec.onset_samples
    step = spec.segment_samples
    values = 1 if wanted == "per_window" else -(-spec.samples // step)
    offsets = None
    weight = torch.ones(len(arrivals), values, device=arrivals.device)
    if labels.shape == "segment":
        phases, offsets = _segments(arrivals, values, step)
    elif labels.shape == "window":
        phases, weight = window_curves(
            arrivals,
            place=place,
            tolerance=labels.tolerance_samples,
            margin=labels.margin_samples,
        )
    else:
        phases = _curves(arrivals / step, values, labels, step)
    if labels.weighting == "yu":
        weight = yu_weights(
            phases,
            arrivals,
            onset=labels.onset_weight,
            interval=labels.interval_weight,
            background=labels.background_weight,
        )
    hidden = None
    if labels.hide_unlabelled and bool(arrivals.isnan().any()):
        first = place if wanted == "per_window" else 0.0
        hidden = unlabelled(arrivals - first, values, step=step) & (phases.amax(dim=1) == 0)
        weight = torch.where(hidden, 0.0, weight)
    auxiliary = intervals(arrivals, spec.samples)[:, None] if spec.auxiliary else None
    return Targets(_rows(phases, arrivals, spec, labels), weight, offsets, auxiliary, hidden)


def _curves(arrivals: Tensor, values: int, labels: Labels, step: int) -> Tensor:
    """Draw P and S on values that stand ``step`` samples apart."""
    if labels.shape == "gaussian":
        reach = (labels.reach_samples[0] / step, labels.reach_samples[1] / step)
        return gaussian_curves(arrivals, values, sigma=labels.sigma_samples / step, reach=reach)
    draw = triangle_curves if labels.shape == "triangle" else box_curves
    return draw(arrivals, values, half_width=labels.half_width_samples / step)


def _segments(arrivals: Tensor, segments: int, stride: int) -> tuple[Tensor, Tensor]:
    """Return one-hot curves of P and S and the offsets, the last event winning a shared segment."""
    batch, events, _ = arrivals.shape
    classes = torch.zeros(batch, segments, dtype=torch.int64, device=arrivals.device)
    offsets = torch.full((batch, segments), torch.nan, device=arrivals.device)
    known = torch.where(arrivals.isfinite(), arrivals, torch.nan)
    for event in range(events):
        some, places = segment_targets(known[:, event], segments, stride)
        classes, offsets = torch.where(some > 0, some, classes), torch.where(some > 0, places, offsets)
    return torch.stack([classes == 1, classes == 2], dim=1).float(), offsets


def _rows(phases: Tensor, arrivals: Tensor, spec: Spec, labels: Labels) -> Tensor:
    """Return one row for each output of the Spec."""
    made: dict[str, Tensor] = {}
    if "N" in spec.outputs:
        total = phases.sum(dim=1, keepdim=True)
        phases = phases / total.clamp_min(1.0)
        made["N"] = (1 - total[:, 0]).clamp_min(0.0)
    made["P"], made["S"] = phases[:, 0], phases[:, 1]
    if "detection" in spec.outputs:
        values, step = phases.shape[2], spec.segment_samples
        made["detection"] = intervals(arrivals / step, values, stretch=labels.detection)
    if missing := [row for row in spec.outputs if row not in made]:
        raise ConfigError(f"{spec.name} has a row {missing[0]!r}, for which there is no label")
    return torch.stack([made[row] for row in spec.outputs], dim=1)
