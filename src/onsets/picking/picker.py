"""What a picker gives and what every picker can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from onsets.tables import Detections, Picks
from onsets.types import Curve, Record

__all__ = ["Picked", "Picker", "Progress"]

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
