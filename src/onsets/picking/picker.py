"""What a picker gives and what every picker can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from onsets.tables import Detections, Picks
from onsets.types import Curve, Record
from onsets.waveforms import Head, Piece

__all__ = ["Picked", "Picker", "Progress", "Stream", "StreamingPicker"]

Progress = Callable[[float], None]
"""Called now and then with the share of the record that is done, 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Picked:
    """All that a picker says of one record.

    Attributes
    ----------
    picks : Picks
    detections : Detections
    curve : Curve
        On the true time axis, before any threshold.
    """

    picks: Picks
    detections: Detections
    curve: Curve


class Picker(Protocol):
    """A network or a classical picker, ready to run."""

    @property
    def name(self) -> str:
        """Name for the column ``model``."""
        ...

    @property
    def thresholds(self) -> dict[str, float]:
        """Threshold of each label."""
        ...

    def apply(self, record: Record, progress: Progress | None = None) -> Picked:
        """Return curve, picks and detections of a record, telling how far it is."""
        ...

    def pick(self, record: Record) -> Picks:
        """Return only the picks of a record."""
        ...


class Stream(Protocol):
    """Picks one record that comes piece by piece."""

    @property
    def halo(self) -> int:
        """Neighbouring samples that a piece needs on both sides."""
        ...

    def feed(self, piece: Piece) -> None:
        """Take the next piece."""
        ...

    def finish(self) -> tuple[Picks, Detections]:
        """Return picks and detections of the record, whose last piece has come."""
        ...


@runtime_checkable
class StreamingPicker(Picker, Protocol):
    """A picker whose memory does not grow with the record."""

    def stream(
        self,
        head: Head,
        progress: Progress | None = None,
        listen: Callable[[Curve], None] | None = None,
    ) -> Stream:
        """Return what picks one record; ``listen`` is given each part of its curve."""
        ...
