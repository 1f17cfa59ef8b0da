"""What picking gives, whether one unit of work or a whole run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from onsets.pipeline.ledger import DAY_NS, day_name
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

    def counts(self) -> dict[str, int]:
        """Return the number of P and S picks, by the ledger."""
        return {
            "P": sum(row.picks_p for row in self.ledger),
            "S": sum(row.picks_s for row in self.ledger),
        }

    @classmethod
    def failed(cls, name: str, station: str, day: int, reason: str) -> PickRun:
        """Return what a station-day gives whose work failed: a problem and a row that says why."""
        lost = Problem(name, reason, station, fatal=True, time_ns=day * DAY_NS)
        row = LedgerRow(station_id=station, day=day_name(day), rejected=reason, why="the work failed")
        return cls(Picks.of([]), Detections.of([]), [row], [lost])

    def within(self, start_ns: int, end_ns: int) -> PickRun:
        """Return what belongs to a span: picks and detections by their (first) time, rows by their day.

        Times are rounded to the microsecond first, as every table is, so that no onset falls between
        two spans.

        Parameters
        ----------
        start_ns, end_ns : int
            ns UTC, end excluded.
        """
        picks = dataclasses.replace(self.picks, time_ns=_whole_us(self.picks.time_ns)).sorted()
        picks = picks.take((picks.time_ns >= start_ns) & (picks.time_ns < end_ns))
        told = self.detections
        told = dataclasses.replace(told, start_ns=_whole_us(told.start_ns), end_ns=_whole_us(told.end_ns))
        told = told.take((told.start_ns >= start_ns) & (told.start_ns < end_ns)).sorted()
        days = {day_name(day) for day in range(start_ns // DAY_NS, (end_ns - 1) // DAY_NS + 1)}
        rows = [_recounted(row, picks) for row in self.ledger if not row.day or row.day in days]
        return PickRun(picks, told, rows, self.problems)

    @classmethod
    def join(cls, runs: Iterable[PickRun]) -> PickRun:
        """Put several runs together."""
        parts = list(runs)
        return cls(
            Picks.concat(part.picks for part in parts).sorted(),
            Detections.concat(part.detections for part in parts),
            [row for part in parts for row in part.ledger],
            list(dict.fromkeys(problem for part in parts for problem in part.problems)),
        )


def _whole_us(time_ns: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return (time_ns + 500) // 1000 * 1000


def _recounted(row: LedgerRow, picks: Picks) -> LedgerRow:
    """Count only the picks that were kept."""
    days = (picks.time_ns // DAY_NS).astype("datetime64[D]").astype(str)
    here = picks.phase[(picks.station_id == row.station_id) & (days == row.day)]
    return dataclasses.replace(row, picks_p=int((here == "P").sum()), picks_s=int((here == "S").sum()))
