"""A network with its Spec, a runtime and thresholds: the picker most people use."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from onsets.picking.picker import Picked, Progress
from onsets.picking.stream import NetworkStream
from onsets.runtime import Runner
from onsets.spec import Spec
from onsets.tables import Picks
from onsets.types import Curve, Record
from onsets.waveforms import Head, pieces

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
        parts: list[Curve] = []
        stream = self.stream(Head.of(record), progress, parts.append)
        for piece in pieces(record, stream.halo):
            stream.feed(piece)
        picks, detections = stream.finish()
        offsets = [part.offsets_s for part in parts if part.offsets_s is not None]
        curve = dataclasses.replace(
            parts[0],
            values=np.concatenate([part.values for part in parts], axis=1),
            offsets_s=np.concatenate(offsets, axis=1) if offsets else None,
        )
        return Picked(picks, detections, curve)

    def stream(
        self,
        head: Head,
        progress: Progress | None = None,
        listen: Callable[[Curve], None] | None = None,
    ) -> NetworkStream:
        """Return what picks a record that comes piece by piece, see :class:`NetworkStream`."""
        return NetworkStream(head, self.spec, self.runner, self.thresholds, self.rate_as, progress, listen)
