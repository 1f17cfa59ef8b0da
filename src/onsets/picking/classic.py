"""Classical pickers, through the same curve and the same decoding as the networks."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from onsets.classical import characteristic, refine
from onsets.picking.decode import decode
from onsets.picking.describe import describe, flag_clipped
from onsets.picking.picker import Picked, Progress
from onsets.tables import Detections, Picks
from onsets.types import Record

__all__ = ["ClassicalPicker"]


@dataclass(frozen=True, slots=True, eq=False)
class ClassicalPicker:
    """Pick records by a characteristic function at their own rate.

    Attributes
    ----------
    kind : str
        One of :data:`onsets.classical.CLASSICAL`.
    thresholds : dict
        Ratio of each phase.
    options : dict
        Of :func:`onsets.classical.characteristic`.
    rate_as : float, optional
        As in :class:`onsets.picking.NetworkPicker`.
    """

    kind: str
    thresholds: dict[str, float]
    options: dict[str, Any] = field(default_factory=dict)
    rate_as: float | None = None

    @property
    def name(self) -> str:
        """Name of the picker."""
        return self.kind

    def pick(self, record: Record) -> Picks:
        """Return only the picks of a record."""
        return self.apply(record).picks

    def apply(self, record: Record, progress: Progress | None = None) -> Picked:
        """Return curve and picks of a record; there are no detections, and it is done at once."""
        played = record if self.rate_as is None else dataclasses.replace(record, rate_hz=self.rate_as)
        stretch = played.rate_hz / record.rate_hz
        curve = characteristic(played, self.kind, **self.options)
        picks = []
        for phase, onsets in decode(curve, self.thresholds, separation_s=1.0).items():
            coarse = np.round(onsets.seconds * played.rate_hz).astype(np.int64)
            seconds = refine(played, coarse, phase, self.kind, **self.options) / played.rate_hz
            onsets = dataclasses.replace(onsets, seconds=seconds)
            picks += describe(played, phase, onsets, model=self.kind, probability=False, stretch=stretch)
        picks = flag_clipped(picks, record, stretch)
        curve = dataclasses.replace(curve, rate_hz=curve.rate_hz / stretch)
        return Picked(Picks.of(picks).sorted(), Detections.of([]), curve)
