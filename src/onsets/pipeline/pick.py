"""Files and archives to picks; bad data at one station never stops the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from onsets.errors import ConfigError, MissingExtraError, OnsetsError
from onsets.picking import Picked, Picker
from onsets.pipeline.ledger import station_days
from onsets.tables import Detections, LedgerRow, Picks
from onsets.types import Problem, Record, Trace
from onsets.waveforms import gather, read_traces, sds_files, trim

__all__ = ["PickRun", "pick_files", "pick_sds", "pick_traces"]

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


def pick_files(paths: Sequence[str | Path], picker: Picker, progress: Report | None = None) -> PickRun:
    """Pick files, folders and glob patterns.

    Parameters
    ----------
    paths : sequence of str or Path
    picker : Picker
        From :func:`onsets.picking.load`.
    progress : callable, optional

    Returns
    -------
    PickRun
        The same whatever the order of the files and however a day is cut into files.

    Raises
    ------
    ConfigError
        If a path does not exist or a pattern matches nothing.
    """
    traces, problems = read_traces([str(path) for path in paths])
    return pick_traces(traces, picker, problems, progress)


def pick_sds(
    root: str | Path,
    start_ns: int,
    end_ns: int,
    picker: Picker,
    stations: list[str] | None = None,
    progress: Report | None = None,
) -> PickRun:
    """Pick a span of an SDS archive, one station after another.

    Parameters
    ----------
    root : str or Path
        Holds ``YEAR/NET/STA/CHAN.D/NET.STA.LOC.CHAN.D.YEAR.DAY``.
    start_ns, end_ns : int
        Span, ns UTC, end excluded.
    picker : Picker
    stations : list of str, optional
        Patterns ``NET.STA`` or ``NET.STA.LOC``; all when not given.
    progress : callable, optional
    """
    files, problems = sds_files(root, start_ns, end_ns, stations)
    by_station: dict[str, list[Path]] = {}
    for path in files:
        by_station.setdefault(".".join(path.name.split(".")[:2]), []).append(path)
    runs = [pick_traces([], picker, problems)]
    for done, (station, members) in enumerate(sorted(by_station.items())):
        traces, faults = read_traces([str(path) for path in members])
        runs.append(pick_traces(trim(traces, start_ns, end_ns), picker, faults))
        if progress is not None:
            progress(done + 1, len(by_station), station)
    return PickRun.join(runs)


def pick_traces(
    traces: Sequence[Trace],
    picker: Picker,
    problems: Sequence[Problem] = (),
    progress: Report | None = None,
) -> PickRun:
    """Pick traces of any number of stations.

    Parameters
    ----------
    traces : sequence of Trace
    picker : Picker
    problems : sequence of Problem
        Met before, to be booked in the ledger.
    progress : callable, optional
    """
    records, faults = gather(list(traces))
    noted = [*problems, *faults]
    results: list[tuple[Record, Picked | None]] = []
    total = sum(record.samples for record in records)
    done = 0
    for record in records:
        inside = None if progress is None else _within(progress, done, record, total)
        try:
            results.append((record, picker.apply(record, inside)))
        except (ConfigError, MissingExtraError):
            raise  # would fail at every station
        except (OnsetsError, ArithmeticError, ValueError, RuntimeError, MemoryError) as error:
            results.append((record, None))
            reason = f"{type(error).__name__}: {error}"
            noted.append(
                Problem(
                    record.station_id,
                    reason,
                    record.station_id,
                    record.samples,
                    fatal=True,
                    time_ns=record.start_ns,
                )
            )
        done += record.samples
        if progress is not None:
            progress(done, total, record.station_id)
    said = [picked for _, picked in results if picked is not None]
    return PickRun(
        Picks.concat(picked.picks for picked in said).sorted(),
        Detections.concat(picked.detections for picked in said),
        station_days(traces, results, noted, picker.thresholds),
        noted,
    )


def _within(report: Report, done: int, record: Record, total: int) -> Callable[[float], None]:
    """Turn a share of one record into work of the whole run."""
    return lambda share: report(done + share * record.samples, total, record.station_id)
