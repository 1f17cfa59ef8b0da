"""Train an LPPN on labelled records held in memory.

Every window is drawn anew: a random record, a random place of its onset in the window, a random
speed, other events and noise mixed in, components dropped and turned.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from onsets.augment import cut_shifted, drop_components, flip_polarity, insert_gap, mix, rotate_horizontal
from onsets.errors import CatalogueError
from onsets.labels import segment_targets
from onsets.spec import Spec
from onsets.types import Sample
from onsets.waveforms import normalise

__all__ = ["Packed", "SegmentTraining", "draw_batch", "fit_segments", "pack", "segment_loss"]

PHASES = ("P", "S")


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentTraining:
    """How to train; probabilities are per window.

    Attributes
    ----------
    steps, batch : int
        Number of updates and windows in each.
    rate : float
        Peak of the one-cycle learning rate (AdamW).
    weight_decay : float
        Of AdamW.
    average : float
        Decay of the moving average of the weights, which is what is returned.
    offset_weight : float
        Of the offset's loss (the paper: 0.1).
    jitter : float
        Windows are played at ``exp(U(-log jitter, log jitter))`` times their speed.
    noise_only, second_event, noise, drop, gap : float
        Probability of a window of noise, a second event, added noise, dropped components, a gap.
    seed : int
    """

    steps: int = 2400
    batch: int = 32
    rate: float = 3e-3
    weight_decay: float = 1e-2
    average: float = 0.995
    offset_weight: float = 0.1
    jitter: float = 1.6
    noise_only: float = 0.12
    second_event: float = 0.25
    noise: float = 0.6
    drop: float = 0.25
    gap: float = 0.05
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """Records as tensors: ``data (records, 3, length)``, ``arrivals (records, 2)`` and ``weight``.

    An arrival that is not labelled is NaN; the weight is a record's relative chance to be drawn.
    """

    data: Tensor
    arrivals: Tensor
    weight: Tensor


def pack(samples: list[Sample], weights: dict[str, float] | None = None, shortest: int = 0) -> Packed:
    """Put records into one zero-padded tensor, each without mean and with a peak of 1.

    Parameters
    ----------
    samples : list of Sample
        Of one rate.
    weights : dict, optional
        Relative chance of a record to be drawn, by dataset; 1 where not given.
    shortest : int
        Records shorter than this are continued by their mirror image (noise stretches).

    Raises
    ------
    CatalogueError
        If there are no records, or of several rates.
    """
    if len({sample.rate_hz for sample in samples}) != 1:
        rates = sorted({sample.rate_hz for sample in samples})
        raise CatalogueError(f"records have rates {rates}, expected one; read them with rate_hz=")
    length = max(shortest, *(sample.data.shape[1] for sample in samples))
    data = np.zeros((len(samples), 3, length), dtype=np.float32)
    for row, sample in zip(data, samples, strict=True):
        x = sample.data - sample.data.mean(axis=1, keepdims=True)
        if x.shape[1] < shortest:
            x = np.pad(x, ((0, 0), (0, shortest - x.shape[1])), mode="symmetric")
        row[:, : x.shape[1]] = x / max(float(np.abs(x).max()), 1e-20)
    arrivals = [[sample.arrivals.get(phase, math.nan) for phase in PHASES] for sample in samples]
    weight = [(weights or {}).get(sample.dataset, 1.0) for sample in samples]
    return Packed(torch.from_numpy(data), torch.tensor(arrivals, dtype=torch.float64), torch.tensor(weight))


def _events(
    records: Packed, options: SegmentTraining, samples: int, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Draw windows around arrivals: data and arrivals (batch, 2) in samples of the window."""
    n = options.batch
    index = torch.multinomial(records.weight, n, replacement=True, generator=generator)
    arrivals = records.arrivals[index]
    first = torch.where(arrivals[:, 0].isnan(), arrivals[:, 1], arrivals[:, 0])
    factor = options.jitter ** (2 * torch.rand(n, generator=generator, dtype=torch.float64) - 1)
    place = samples * (1.1 * torch.rand(n, generator=generator, dtype=torch.float64) - 0.1)
    start = first - place * factor
    windows = cut_shifted(records.data, index, start, factor, samples)
    return windows, (arrivals - start[:, None]) / factor[:, None]


def draw_batch(
    events: Packed, noise: Packed, spec: Spec, options: SegmentTraining, generator: Generator
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Draw one augmented batch.

    Returns
    -------
    windows : Tensor, shape (batch, 3, samples)
        Normalised as for picking.
    classes : Tensor of int64, shape (batch, segments)
        -1 where an unlabelled phase may hide: such segments do not count.
    offsets : Tensor, shape (batch, segments)
        Samples; NaN without onset.
    arrivals : Tensor, shape (batch, 2)
        P and S of the main event, samples.
    """
    n, samples = options.batch, spec.samples
    windows, arrivals = _events(events, options, samples, generator)
    windows = windows / windows.abs().amax(dim=(1, 2), keepdim=True).clamp_min(1e-20)
    second, later = _events(events, options, samples, generator)
    twice = torch.rand(n, generator=generator) < options.second_event
    ratio = 10 ** (-1.5 * torch.rand(n, generator=generator) + 0.5) * twice
    second = second / second.abs().amax(dim=(1, 2), keepdim=True).clamp_min(1e-20)
    windows = windows + second * ratio[:, None, None]
    later = torch.where(twice[:, None], later, torch.full_like(later, math.nan))
    quiet = torch.rand(n, generator=generator) < options.noise_only
    windows[quiet], arrivals[quiet], later[quiet] = 0, math.nan, math.nan

    index = torch.multinomial(noise.weight, n, replacement=True, generator=generator)
    start = torch.rand(n, generator=generator) * max(1, noise.data.shape[2] - samples)
    recorded = cut_shifted(noise.data, index, start, torch.ones(n), samples)
    windows[quiet] = recorded[quiet]
    windows = mix(windows, recorded, options.noise, -3.0, 40.0, generator)
    white = torch.randn(windows.shape, generator=generator)
    windows = mix(windows, white, 0.3, 0.0, 40.0, generator)
    windows = mix(windows, white.cumsum(dim=2), 0.15, -6.0, 30.0, generator)
    windows = rotate_horizontal(flip_polarity(windows, generator), 0.5, generator)
    windows = drop_components(windows, options.drop, generator)
    windows = insert_gap(windows, options.gap, samples // 3, generator)

    segments = -(-samples // spec.segment_samples)
    classes, offsets = segment_targets(arrivals, segments, spec.segment_samples)
    classes2, offsets2 = segment_targets(later, segments, spec.segment_samples)
    offsets = torch.where(classes2 > 0, offsets2, offsets)
    classes = torch.where(classes2 > 0, classes2, classes)
    for pair in (arrivals, later):
        classes = _hide_unlabelled(classes, pair, spec.segment_samples)
    data = windows.numpy()
    # gaps, dropped components and what lies beyond a record are exact zeros: masked as in picking
    return torch.from_numpy(normalise(data, data != 0, spec)), classes, offsets, arrivals


def _hide_unlabelled(classes: Tensor, arrivals: Tensor, stride: int) -> Tensor:
    """Set noise segments to -1 after a P without S, and before an S without P."""
    at = torch.arange(classes.shape[1]) * stride
    p, s = arrivals[:, :1], arrivals[:, 1:]
    hidden = (s.isnan() & (at > p + 3 * stride)) | (p.isnan() & (at < s - 3 * stride))
    return torch.where(hidden & (classes == 0), -1, classes)


def segment_loss(logits: Tensor, offset: Tensor, classes: Tensor, offsets: Tensor, weight: float) -> Tensor:
    """LPPN's loss a window: cross entropy over segments and the offsets' error where an onset is.

    Summed over the segments as in print; the squared error is Huber's beyond one sample, so that
    labels which are wrong by a second do not rule.
    """
    entropy = functional.cross_entropy(logits, classes, ignore_index=-1, reduction="sum")
    onset = ~offsets.isnan()
    error = functional.smooth_l1_loss(offset[:, 0][onset], offsets[onset], reduction="sum")
    return (entropy + weight * error) / len(logits)


def fit_segments(
    network: nn.Module,
    spec: Spec,
    events: Packed,
    noise: Packed,
    options: SegmentTraining,
    report: Callable[[int, float], None] | None = None,
) -> nn.Module:
    """Train and return the moving average of the network, in evaluation mode.

    Parameters
    ----------
    network : Module
        Returns class logits and offsets; trained in place.
    spec : Spec
    events, noise : Packed
    options : SegmentTraining
    report : callable, optional
        Called with the step and its loss.

    Raises
    ------
    CatalogueError
        If an event has neither P nor S: there is nothing to place in a window.
    """
    if bare := int(events.arrivals.isnan().all(dim=1).sum()):
        raise CatalogueError(f"{bare} of {len(events.arrivals)} events have no arrival; leave them out")
    generator = Generator().manual_seed(options.seed)
    optimiser = torch.optim.AdamW(network.parameters(), options.rate, weight_decay=options.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.rate, options.steps, pct_start=0.15)
    averaged = copy.deepcopy(network)
    network.train()
    for step in range(options.steps):
        windows, classes, offsets, _ = draw_batch(events, noise, spec, options, generator)
        logits, offset = network(windows)
        loss = segment_loss(logits, offset, classes, offsets, options.offset_weight)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        keep = min(options.average, (1 + step) / (10 + step))
        with torch.no_grad():
            state = network.state_dict()
            for key, value in averaged.state_dict().items():
                value.lerp_(state[key], 1 - keep) if value.is_floating_point() else value.copy_(state[key])
        if report is not None:
            report(step, float(loss.detach()))
    return averaged.eval()
