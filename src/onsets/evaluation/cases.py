"""One labelled record and all that a picker said of it: the raw material of every figure."""

from __future__ import annotations

import math
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from onsets.classical import refine
from onsets.errors import ConfigError, nearest
from onsets.evaluation.perturb import perturbed
from onsets.picking import ClassicalPicker, NetworkPicker, Onsets, Picker, decode, describe
from onsets.types import Curve, Record, Sample

__all__ = ["PHASES", "Case", "grid_of", "judge", "record_of"]

PHASES = ("P", "S")
STRETCH_S = 1.0
STEPS: dict[str, tuple[float, ...]] = {
    "own": (),
    "coarse": (0.05, *(round(0.1 * k, 1) for k in range(1, 10)), 0.95),
    "fine": tuple(round(0.05 * k, 2) for k in range(1, 20)),
}
NO_ONSETS = Onsets(np.zeros(0), np.zeros(0))
FACTORS = (0.4, 0.6, 0.8, 1.25, 1.6, 2.0, 3.0, 4.5, 7.0)

Float64 = npt.NDArray[np.float64]
Grid = Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A record, its labels, and the picks at every threshold of a grid.

    Attributes
    ----------
    name, dataset, event_id : str
        ``event_id`` is what intervals are drawn by: the record's own name where no event is known.
    hours : float
        Length of the record.
    cost_s : float
        Processor time the picker took, s, with its picks described.
    labels : dict
        Seconds after the record's start by phase; a phase without a label is missing.
    noise : bool
        True when the record holds no labelled arrival at all, so that every pick in it is false.
    picks : dict
        By phase and threshold the onsets: seconds after the record's start and their values.
    stretches : dict
        By phase the highest curve value near the label (empty without one) and that of each stretch
        of a second without label.
    facts : dict
        ``snr_db``, ``distance_km``, ``magnitude``, ``s_minus_p_s``; NaN where unknown.
    """

    name: str
    dataset: str
    event_id: str
    hours: float
    cost_s: float
    labels: dict[str, float]
    noise: bool
    picks: dict[str, dict[float, Onsets]]
    stretches: dict[str, tuple[Float64, Float64]]
    facts: dict[str, float] = field(default_factory=dict)

    def counts(self, phase: str) -> bool:
        """Say whether picks of a phase can be judged: it is labelled, or the record is noise."""
        return phase in self.labels or self.noise

    def row(self, phase: str, threshold: float) -> tuple[Float64, list[float]]:
        """Return pick and label times of a phase at a threshold, s."""
        label = [self.labels[phase]] if phase in self.labels else []
        return self.picks[phase][threshold].seconds, label


def grid_of(picker: Picker, steps: str = "coarse") -> Grid:
    """Return the thresholds at which a picker is looked at, its own among them.

    Parameters
    ----------
    picker : Picker
    steps : str
        ``own`` for nothing else, ``coarse`` (steps of 0.1 in probability) for curves, ``fine`` (0.05)
        for choosing; ratios go from 0.4 to 7 times the own threshold in either.

    Returns
    -------
    dict of str to tuple of float
        Increasing; phases without a threshold are missing.

    Raises
    ------
    ConfigError
        If the steps are unknown.
    """
    if steps not in STEPS:
        raise ConfigError(f"unknown steps {steps!r}; {nearest(steps, list(STEPS))}")
    grid = {}
    for phase in PHASES:
        if phase not in picker.thresholds:
            continue
        own = picker.thresholds[phase]
        others = STEPS[steps]
        if isinstance(picker, ClassicalPicker) and others:
            others = tuple(round(own * factor, 6) for factor in FACTORS)
        grid[phase] = tuple(sorted({*others, own}))
    return grid


def record_of(sample: Sample) -> Record:
    """Return a sample as a record that starts at time 0; components of zeros only are absent."""
    live = np.abs(sample.data).max(axis=1, keepdims=True) > 0
    valid = np.array(np.broadcast_to(live, sample.data.shape))
    return Record(sample.station_id, "", sample.data, valid, 0, sample.rate_hz)


def judge(
    sample: Sample,
    picker: Picker,
    grid: Grid,
    facts: Mapping[str, float] | None = None,
    perturbation: str | None = None,
    seed: int = 0,
) -> Case:
    """Pick one record and keep what evaluation needs.

    Parameters
    ----------
    sample : Sample
    picker : Picker
    grid : mapping
        Thresholds by phase, see :func:`grid_of`.
    facts : mapping, optional
        Distance, magnitude ... of the record.
    perturbation : str, optional
        One of :data:`onsets.evaluation.PERTURBATIONS`.
    seed : int
        Of the perturbation; together with the record's name it gives its random numbers, so that
        neither the order nor the number of processes matters.

    Returns
    -------
    Case
    """
    record = record_of(sample)
    labels = {phase: at / sample.rate_hz for phase, at in sample.arrivals.items() if phase in PHASES}
    noise = not sample.arrivals
    known = {
        "snr_db": _snr_db(record, labels),
        "s_minus_p_s": labels.get("S", math.nan) - labels.get("P", math.nan),
    }
    known |= {key: value for key, value in (facts or {}).items() if value == value}
    if perturbation is not None:
        rng = np.random.default_rng([seed, zlib.crc32(f"{sample.dataset}/{sample.name}".encode())])
        record, labels = perturbed(record, labels, perturbation, rng)
    began = time.process_time()
    picked = picker.apply(record)
    cost = time.process_time() - began
    return Case(
        sample.name,
        sample.dataset,
        sample.event_id or f"{sample.dataset}/{sample.name}",
        record.samples / record.rate_hz / 3600,
        cost,
        labels,
        noise,
        _swept(picker, record, picked.curve, grid),
        {phase: _stretches(picked.curve, record, phase, labels) for phase in grid},
        known,
    )


def _snr_db(record: Record, labels: Mapping[str, float]) -> float:
    """Return the SNR at the P label as picks have it: 2 s after against 2.5 s before."""
    if "P" not in labels:
        return math.nan
    at = Onsets(np.array([labels["P"]]), np.array([1.0]))
    return describe(record, "P", at, model="")[0].snr_db


def _swept(picker: Picker, record: Record, curve: Curve, grid: Grid) -> dict[str, dict[float, Onsets]]:
    """Decode the curve at every threshold, as the picker itself does at its own."""
    shift = (curve.start_ns - record.start_ns) / 1e9
    found: dict[str, dict[float, Onsets]] = {}
    for phase, thresholds in grid.items():
        if isinstance(picker, ClassicalPicker):
            found[phase] = _refined(picker, record, curve, phase, thresholds)
            continue
        decoding = picker.spec.decoding if isinstance(picker, NetworkPicker) else "peaks"
        found[phase] = _decoded(curve, phase, thresholds, shift, decoding)
    return found


def _decoded(
    curve: Curve, phase: str, thresholds: Sequence[float], shift: float, decoding: str
) -> dict[float, Onsets]:
    """Decode at each threshold; equal onsets are one object, which keeps ten thousand records small."""
    highest = float(curve.row(phase).max(initial=0.0))
    found, before = {}, NO_ONSETS
    for threshold in sorted(thresholds, reverse=True):
        if highest >= np.float32(threshold):
            onsets = decode(curve, {phase: threshold}, decoding=decoding)[phase]
            seconds = onsets.seconds + shift
            if not (np.array_equal(seconds, before.seconds) and np.array_equal(onsets.values, before.values)):
                before = Onsets(seconds, onsets.values, onsets.widths_s)
        found[threshold] = before
    return {threshold: found[threshold] for threshold in thresholds}


def _refined(
    picker: ClassicalPicker, record: Record, curve: Curve, phase: str, thresholds: Sequence[float]
) -> dict[float, Onsets]:
    """Decode at all thresholds and refine each crossing once."""
    coarse = {}
    for threshold in thresholds:
        onsets = decode(curve, {phase: threshold}, separation_s=1.0)[phase]
        coarse[threshold] = np.round(onsets.seconds * record.rate_hz).astype(np.int64), onsets.values
    every = np.unique(np.concatenate([at for at, _ in coarse.values()]))
    if not len(every):
        return dict.fromkeys(thresholds, NO_ONSETS)
    seconds = refine(record, every, phase, picker.kind, **picker.options) / record.rate_hz
    return {t: Onsets(seconds[np.searchsorted(every, at)], values) for t, (at, values) in coarse.items()}


def _stretches(
    curve: Curve, record: Record, phase: str, labels: Mapping[str, float]
) -> tuple[Float64, Float64]:
    """Return the highest value within half a stretch of the label, and of the stretches away from it."""
    values = curve.row(phase).astype(np.float64)
    middle = 0.5 if curve.offsets_s is not None else 0.0
    times = (np.arange(len(values)) + middle) / curve.rate_hz + (curve.start_ns - record.start_ns) / 1e9
    positive = np.zeros(0)
    away = np.ones(len(values), dtype=bool)
    if phase in labels:
        off = np.abs(times - labels[phase])
        near = values[off <= STRETCH_S / 2]
        positive = near.max(keepdims=True) if len(near) else np.zeros(1)
        away = off > 2 * STRETCH_S
    number = np.floor(times / STRETCH_S).astype(np.int64)
    if not len(values):
        return positive, np.zeros(0)
    first = np.flatnonzero(np.diff(number, prepend=number[0] - 1))
    highest = np.maximum.reduceat(values, first)
    free = np.minimum.reduceat(away, first)
    return positive, highest[free]
