"""Named ways to make a record worse, to see what a picker stands."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from onsets.errors import ConfigError, nearest
from onsets.types import Float32, Mask, Record
from onsets.waveforms import resample

__all__ = ["PERTURBATIONS", "perturbed"]

Labels = dict[str, float]
Changed = tuple[Record, Labels]
GAPS, GAP_S, CLEAR_S = 3, 2.0, 1.0


def _noise(share: float) -> Callable[[Record, Labels, np.random.Generator], Changed]:
    """Return a change that adds Gaussian noise whose variance is a share of the component's own.

    Yu et al. (2020) test with 0.1 and 0.3 of the variance of their normalised records.
    """

    def change(record: Record, labels: Labels, rng: np.random.Generator) -> Changed:
        noise = rng.standard_normal(record.data.shape)
        spread = np.array(
            [row[ok].std() if ok.any() else 0.0 for row, ok in zip(record.data, record.valid, strict=True)]
        )
        data = record.data + np.sqrt(share) * spread[:, None] * noise
        return dataclasses.replace(record, data=_masked(data, record.valid)), labels

    return change


def _masked(data: object, valid: Mask) -> Float32:
    return np.where(valid, np.asarray(data), 0).astype(np.float32)


def gaps(record: Record, labels: Labels, rng: np.random.Generator) -> Changed:
    """Take three stretches of 2 s out of all components, none nearer than 1 s to a label."""
    valid, length = record.valid.copy(), record.samples / record.rate_hz
    for _ in range(GAPS):
        for start in rng.uniform(0, max(0.0, length - GAP_S), size=20):
            if all(at < start - CLEAR_S or at > start + GAP_S + CLEAR_S for at in labels.values()):
                valid[:, int(start * record.rate_hz) : int((start + GAP_S) * record.rate_hz)] = False
                break
    return dataclasses.replace(record, valid=valid, data=_masked(record.data, valid)), labels


def _only(rows: tuple[int, ...]) -> Callable[[Record, Labels, np.random.Generator], Changed]:
    """Return a change that keeps some components, if any of them was recorded."""

    def change(record: Record, labels: Labels, rng: np.random.Generator) -> Changed:
        valid = record.valid.copy()
        valid[[row for row in range(3) if row not in rows]] = False
        if not valid.any():
            return record, labels
        return dataclasses.replace(record, valid=valid, data=_masked(record.data, valid)), labels

    return change


def half_rate(record: Record, labels: Labels, rng: np.random.Generator) -> Changed:
    """Resample to half the rate, as a slower station would have recorded it."""
    return resample(record, record.rate_hz / 2), labels


def shifted(record: Record, labels: Labels, rng: np.random.Generator) -> Changed:
    """Cut a random piece off the beginning, at most up to 5 s before the first label."""
    first = min(labels.values(), default=record.samples / record.rate_hz / 2)
    cut = int(rng.uniform(0, max(0.0, first - 5.0)) * record.rate_hz)
    moved = {phase: at - cut / record.rate_hz for phase, at in labels.items()}
    data, valid = np.ascontiguousarray(record.data[:, cut:]), record.valid[:, cut:].copy()
    return dataclasses.replace(record, data=data, valid=valid), moved


PERTURBATIONS: dict[str, Callable[[Record, Labels, np.random.Generator], Changed]] = {
    "noise-0.1": _noise(0.1),
    "noise-0.3": _noise(0.3),
    "gaps": gaps,
    "vertical-only": _only((0,)),
    "no-vertical": _only((1, 2)),
    "half-rate": half_rate,
    "shifted": shifted,
}
"""Name -> change of a record and its labels (s after its start), with a random generator."""


def perturbed(record: Record, labels: Labels, name: str, rng: np.random.Generator) -> Changed:
    """Return a changed record and its labels.

    Parameters
    ----------
    record : Record
    labels : dict
        Seconds after the record's start by phase.
    name : str
        One of :data:`PERTURBATIONS`.
    rng : numpy Generator

    Raises
    ------
    ConfigError
        If there is no such perturbation.
    """
    if name not in PERTURBATIONS:
        raise ConfigError(f"unknown perturbation {name!r}; {nearest(name, list(PERTURBATIONS))}")
    return PERTURBATIONS[name](record, dict(labels), rng)
