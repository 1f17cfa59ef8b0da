"""What picking gives, whether one unit of work or a whole run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from onsets.tables import Detections, LedgerRow, Picks
from onsets.types import Problem

__all__ = ["PickRun", "Report"]

Report = Callable[[float, float, str], None]
"""Called with the work done, the work in all (any one unit), and the station at hand."""


@dataclass(frozen=True, slots=True, eq=False)
class PickRun:
    """What a run gave.

    Attributes
    ----------
    picks : Picks
        By time, station, phase.
    detections : Detections
    ledger : list of LedgerRow
        One a station-day.
    problems : list of Problem
    """

    picks: Picks
    detections: Detections
    ledger: list[LedgerRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def failures(self) -> list[Problem]:
        """Problems by which data asked for were lost (exit code 1)."""
        return [problem for problem in self.problems if problem.fatal]

    @classmethod
    def join(cls, runs: Iterable[PickRun]) -> PickRun:
        """Put several runs together."""
        parts = list(runs)
        return cls(
            Picks.concat(part.picks for part in parts).sorted(),
            Detections.concat(part.detections for part in parts),
            [row for part in parts for row in part.ledger],
            [problem for part in parts for problem in part.problems],
        )
