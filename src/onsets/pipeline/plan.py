"""The plan: which station-days there are, in which files, before anything is picked."""

from __future__ import annotations

import hashlib
import math
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from onsets.picking import NetworkPicker, Picker
from onsets.pipeline.ledger import DAY_NS, day_name, station_days
from onsets.pipeline.result import PickRun, Report
from onsets.tables import Detections, Picks
from onsets.types import Problem
from onsets.waveforms import index_files, runs_beyond, sds_files

__all__ = ["Margins", "Plan", "StationDay", "margins", "plan_files", "plan_sds"]

_PAD_S = 30
_CLASSICAL_S = (120, 60)
_EVER_NS = (-(2**62), 2**62)


@dataclass(frozen=True, slots=True)
class Margins:
    """How far a station-day reads into its neighbours, so that its picks are those of a longer run.

    Attributes
    ----------
    left_ns, right_ns : int
        At least so much before and after.
    step_ns : Fraction
        Reading begins at a multiple of this since 1970: the hop of the network, so that the windows
        of neighbouring days lie on one grid.
    """

    left_ns: int
    right_ns: int
    step_ns: Fraction

    def around(self, start_ns: int, end_ns: int) -> tuple[int, int]:
        """Return start and end of what is read for a span, ns UTC."""
        hops = Fraction(start_ns - self.left_ns) // self.step_ns
        return round(hops * self.step_ns), end_ns + self.right_ns


def margins(picker: Picker) -> Margins:
    """Return the margins a picker needs.

    A network's curve at a sample is made from the windows that hold it; the last window of what is
    read may lie off the grid, so there is a window more after the end.
    """
    if not isinstance(picker, NetworkPicker):
        return Margins(_CLASSICAL_S[0] * 10**9, _CLASSICAL_S[1] * 10**9, Fraction(10**9))
    spec = picker.spec
    window_s = math.ceil(spec.samples / spec.rate_hz)
    step_ns = Fraction(10**9 * spec.hop_samples) / Fraction(spec.rate_hz)
    return Margins((window_s + _PAD_S) * 10**9, (2 * window_s + _PAD_S) * 10**9, step_ns)


@dataclass(frozen=True, slots=True)
class StationDay:
    """One unit of work: a station and a day, or the part of it that was asked for.

    Attributes
    ----------
    station : str
        ``NET.STA.LOC``.
    day : int
        Days since 1970.
    start_ns, end_ns : int
        What is picked, ns UTC, end excluded, within the day.
    files : tuple of str
        They hold samples of it, or should by their names.
    beside : tuple of str
        Further files that hold samples of the margins.
    bytes : int
        Size of ``files``.
    stamp : str
        Changes when a file does.
    alone : bool
        Whether other stations in the files are left out: they have station-days of their own.
    """

    station: str
    day: int
    start_ns: int
    end_ns: int
    files: tuple[str, ...]
    beside: tuple[str, ...]
    bytes: int
    stamp: str
    alone: bool

    @property
    def name(self) -> str:
        """Day and station: unique in a plan, and the order of the work."""
        return f"{day_name(self.day)}/{self.station}"


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """All the work of a run.

    Attributes
    ----------
    units : tuple of StationDay
        By day, then station.
    problems : list of Problem
        What cannot be planned.
    """

    units: tuple[StationDay, ...]
    problems: list[Problem]

    @property
    def station_days(self) -> int:
        """Number of station-days that have files of their own."""
        return sum(1 for unit in self.units if unit.files)

    @property
    def bytes(self) -> int:
        """Size of all files, those that hold several station-days counted for each."""
        return sum(unit.bytes for unit in self.units)

    def told(self) -> PickRun:
        """Return what is to be said before anything is picked."""
        rows = station_days([], [], self.problems, {})
        return PickRun(Picks.of([]), Detections.of([]), rows, self.problems)


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    size: int
    stamp: str  # enough to notice that the file changed, wherever the archive is mounted


def _file(path: str, size: int, mtime_ns: int) -> _File:
    return _File(path, size, f"{os.path.basename(path)} {size} {mtime_ns}")


def plan_files(
    paths: str | Path | Iterable[str | Path],
    needs: Margins,
    progress: Report | None = None,
    start_ns: int | None = None,
    end_ns: int | None = None,
) -> Plan:
    """Plan files, folders and patterns by what their headers say.

    Parameters
    ----------
    paths : str, Path, or iterable of them
        As in :func:`onsets.waveforms.find_files`.
    needs : Margins
    progress : callable, optional
        Told files done, files in all, and a word.
    start_ns, end_ns : int, optional
        Only this span, ns UTC, end excluded.

    Raises
    ------
    ConfigError
        If a path does not exist or a pattern matches nothing.
    """
    held, problems = index_files(paths, progress)
    first, last = _EVER_NS[0] if start_ns is None else start_ns, _EVER_NS[1] if end_ns is None else end_ns
    reach_ns = needs.left_ns + math.ceil(needs.step_ns)
    home: defaultdict[tuple[int, str], set[_File]] = defaultdict(set)
    near: defaultdict[tuple[int, str], set[_File]] = defaultdict(set)
    for one in held:
        file = _file(one.path, one.size, one.mtime_ns)
        for begin, end in one.spans:
            for day in range((begin - needs.right_ns) // DAY_NS, (end - 1 + reach_ns) // DAY_NS + 1):
                near[day, one.station_id].add(file)
            begin, end = max(begin, first), min(end, last)
            for day in range(begin // DAY_NS, (end - 1) // DAY_NS + 1) if begin < end else ():
                home[day, one.station_id].add(file)
    return _plan(home, near, (first, last), problems, alone=True)


def plan_sds(root: str | Path, start_ns: int, end_ns: int, stations: Sequence[str] | None = None) -> Plan:
    """Plan a span of an SDS archive by the names of its files.

    A file is opened only where no file of the next day follows it.

    Parameters
    ----------
    root : str or Path
        Holds ``YEAR/NET/STA/CHAN.D/NET.STA.LOC.CHAN.D.YEAR.DAY``.
    start_ns, end_ns : int
        Span, ns UTC, end excluded.
    stations : sequence of str, optional
        As in :func:`onsets.waveforms.sds_files`.

    Returns
    -------
    Plan
        A day without a file is there as well where the file of the day before runs over midnight.

    Raises
    ------
    ConfigError
        If the span is empty, a pattern is malformed, or ``root`` is no SDS archive.
    """
    files, problems = sds_files(root, start_ns, end_ns, stations, day_after=True)
    known: defaultdict[tuple[int, str], set[_File]] = defaultdict(set)
    epoch = date(1970, 1, 1).toordinal()
    for path in files:
        network, station, location, _, _, year, of_year = path.name.split(".")
        day = date(int(year), 1, 1).toordinal() - epoch + int(of_year) - 1
        try:
            facts = os.stat(path)
        except OSError as error:
            problems.append(Problem(str(path), f"cannot be read: {error.strerror or error}", fatal=True))
            continue
        file = _file(str(path), facts.st_size, facts.st_mtime_ns)
        known[day, f"{network}.{station}.{location}"].add(file)
    home: dict[tuple[int, str], set[_File]] = {}
    near: defaultdict[tuple[int, str], set[_File]] = defaultdict(set)
    for (day, station), some in sorted(known.items()):
        home[day, station] = some
        after = (day + 1, station)
        if after not in known and any(runs_beyond(file.path, after[0] * DAY_NS) for file in some):
            home[after] = set()
        for other in (day - 1, day, day + 1):
            near[other, station] |= some
    return _plan(home, near, (start_ns, end_ns), problems, alone=False)


def _plan(
    home: dict[tuple[int, str], set[_File]],
    near: dict[tuple[int, str], set[_File]],
    span: tuple[int, int],
    problems: list[Problem],
    *,
    alone: bool,
) -> Plan:
    units = []
    for day, station in sorted(home):
        start_ns, end_ns = max(day * DAY_NS, span[0]), min((day + 1) * DAY_NS, span[1])
        if start_ns >= end_ns:
            continue
        files = sorted(home[day, station], key=lambda file: file.path)
        beside = sorted(near[day, station] - home[day, station], key=lambda file: file.path)
        stamps = sorted(file.stamp for file in (*files, *beside))
        units.append(
            StationDay(
                station,
                day,
                start_ns,
                end_ns,
                tuple(file.path for file in files),
                tuple(file.path for file in beside),
                sum(file.size for file in files),
                hashlib.sha256("\n".join(stamps).encode()).hexdigest()[:16],
                alone,
            )
        )
    return Plan(tuple(units), problems)
