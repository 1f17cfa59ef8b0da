"""A network with its Spec, a runtime and thresholds: the picker most people use."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

from onsets.picking.annotate import annotate
from onsets.picking.decode import decode, intervals
from onsets.picking.describe import describe, flag_clipped
from onsets.picking.picker import Picked, Progress
from onsets.runtime import Runner
from onsets.spec import Spec
from onsets.tables import Detections, Picks
from onsets.types import Curve, Record
from onsets.waveforms import resample

__all__ = ["NetworkPicker"]


@dataclass(frozen=True, slots=True, eq=False)
class NetworkPicker:
    """Pick records with a network.

    Attributes
    ----------
    spec : Spec
    runner : Runner
    thresholds : dict
        By label.
    rate_as : float, optional
        Treat every record as if it had this rate: one of 500 Hz with ``rate_as=100`` is played five
        times slower, so that a network trained on earthquakes sees a microseismic event in its own
        time scale. Without it records are resampled to the network's rate.
    """

    spec: Spec
    runner: Runner
    thresholds: dict[str, float]
    rate_as: float | None = None

    @property
    def name(self) -> str:
        """Name of the Spec."""
        return self.spec.name

    def pick(self, record: Record) -> Picks:
        """Return only the picks of a record."""
        return self.apply(record).picks

    def apply(self, record: Record, progress: Progress | None = None) -> Picked:
        """Return curve, picks and detections of a record.

        Parameters
        ----------
        record : Record
            Of any rate and length; one shorter than the window is padded and its picks carry the
            flag ``short``.
        progress : callable, optional
            Told the share that is done after each batch of windows.
        """
        played = record if self.rate_as is None else dataclasses.replace(record, rate_hz=self.rate_as)
        stretch = played.rate_hz / record.rate_hz
        played = resample(played, self.spec.rate_hz)
        if played.samples < self.spec.samples:
            played = dataclasses.replace(played, flags=played.flags | {"short"})
        curve = annotate(played, self.runner, self.spec, progress=progress)
        picks = []
        for phase, onsets in decode(curve, self.thresholds).items():
            shift = (curve.start_ns - played.start_ns) / 1e9
            onsets = dataclasses.replace(onsets, seconds=onsets.seconds + shift)
            picks += describe(
                played,
                phase,
                onsets,
                model=self.name,
                uncertainty_s=self.spec.uncertainty_s.get(phase, math.nan),
                stretch=stretch,
            )
        picks = flag_clipped(picks, record, stretch)
        curve = _stretched(curve, record.start_ns, stretch)
        return Picked(Picks.of(picks).sorted(), self._detections(curve), curve)

    def _detections(self, curve: Curve) -> Detections:
        if "detection" not in curve.labels or "detection" not in self.thresholds:
            return Detections.of([])
        values = curve.row("detection")
        return Detections.of(
            (
                curve.station_id,
                curve.start_ns + round(int(a) * 1e9 / curve.rate_hz),
                curve.start_ns + round(int(b) * 1e9 / curve.rate_hz),
                float(values[a : b + 1].max()),
                self.name,
            )
            for a, b in intervals(values, self.thresholds["detection"])
        )


def _stretched(curve: Curve, start_ns: int, stretch: float) -> Curve:
    """Return a curve of a slowly played record on the true time axis."""
    if stretch == 1.0:
        return curve
    offsets = None if curve.offsets_s is None else (curve.offsets_s * stretch).astype("float32")
    start = start_ns + round((curve.start_ns - start_ns) * stretch)
    return dataclasses.replace(curve, start_ns=start, rate_hz=curve.rate_hz / stretch, offsets_s=offsets)
