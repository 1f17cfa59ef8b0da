"""From an archive to written picks: what ``onsets pick`` and ``onsets run`` do."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onsets.errors import ConfigError, MissingExtraError
from onsets.picking import Picker
from onsets.pipeline.batch import Crew, pick_into, pick_plan
from onsets.pipeline.day import PickOptions
from onsets.pipeline.folder import RunFolder
from onsets.pipeline.plan import Plan, margins, plan_files, plan_sds
from onsets.pipeline.result import PickRun, Report
from onsets.store import check_target, sweep, write_detections, write_ledger, write_picks
from onsets.tables import Detections, Picks

__all__ = ["Archive", "Targets", "pick_archive"]


@dataclass(frozen=True, slots=True)
class Archive:
    """Where waveforms are, and what of them is wanted.

    Attributes
    ----------
    files : tuple of str
        Files, folders and patterns.
    sds : str or None
        Root of an SDS archive instead.
    start_ns, end_ns : int or None
        Span, ns UTC, end excluded; an SDS archive needs both.
    stations : tuple of str or None
        Patterns ``NET.STA`` or ``NET.STA.LOC``, of an SDS archive.
    """

    files: tuple[str, ...] = ()
    sds: str | None = None
    start_ns: int | None = None
    end_ns: int | None = None
    stations: tuple[str, ...] | None = None

    def plan(self, picker: Picker, progress: Report | None = None) -> Plan:
        """Return the station-days.

        Raises
        ------
        ConfigError
            If there is nothing of that name, or the span is missing or empty.
        """
        if self.sds is None:
            return plan_files(self.files, margins(picker), progress, self.start_ns, self.end_ns)
        if self.start_ns is None or self.end_ns is None or self.start_ns >= self.end_ns:
            raise ConfigError("--sds needs --start and a later --end")
        return plan_sds(self.sds, self.start_ns, self.end_ns, self.stations)

    def facts(self) -> dict[str, Any]:
        """Return what it is, as JSON can hold it."""
        files = sorted(os.path.abspath(path) for path in self.files)
        sds = None if self.sds is None else os.path.abspath(self.sds)
        return {
            "files": files,
            "sds": sds,
            "start_ns": self.start_ns,
            "end_ns": self.end_ns,
            "stations": None if self.stations is None else sorted(self.stations),
        }


@dataclass(frozen=True, slots=True)
class Targets:
    """Where results go.

    Attributes
    ----------
    picks : str or None
        File, or ``-`` for CSV on standard output; None writes none and keeps them in memory.
    detections, ledger : str or None
        Files.
    folder : str or None
        Run folder that is kept. Without one, a run of several station-days whose picks go to a file
        has ``PICKS.run`` until all is done.
    resume : bool
        Go on with the run folder that is there.
    """

    picks: str | None = "-"
    detections: str | None = None
    ledger: str | None = None
    folder: str | None = None
    resume: bool = False

    def check(self) -> None:
        """Say at once what cannot be written.

        Raises
        ------
        ConfigError, MissingExtraError
        """
        for target, content in (
            (self.picks, "picks"),
            (self.detections, "detections"),
            (self.ledger, "ledger"),
        ):
            if target is not None:
                check_target(target, content)
        if self.resume and self.folder is None and self.picks in ("-", None):
            raise ConfigError("--resume needs -o FILE or --folder DIR, where the run left its state")

    def sweep(self) -> None:
        """Remove what a killed run left of the files it was writing."""
        for target in (self.picks, self.detections, self.ledger):
            if target not in ("-", None):
                sweep(target)

    def place(self, plan: Plan) -> Path | None:
        """Return the run folder to use, if any."""
        if self.folder is not None:
            return Path(self.folder)
        beside = None if self.picks in ("-", None) else Path(f"{self.picks}.run")
        if beside is None or (len(plan.units) < 2 and not beside.exists()):
            return None
        return beside if self.resume or beside.exists() or _parquet() else None


def _parquet() -> bool:
    """Whether a run folder can be written at all."""
    try:
        check_target("picks.parquet", "picks")
    except MissingExtraError:
        return False
    return True


def pick_archive(
    archive: Archive,
    options: PickOptions,
    crew: Crew,
    targets: Targets,
    progress: Report | None = None,
) -> PickRun:
    """Pick an archive and write what was found.

    Parameters
    ----------
    archive : Archive
    options : PickOptions
    crew : Crew
    targets : Targets
    progress : callable, optional
        Told files or station-days done, how many there are, and a name.

    Returns
    -------
    PickRun
        Ledger, problems and numbers; the picks themselves only where they went to standard output
        or no run folder was used.

    Raises
    ------
    ConfigError, MissingExtraError, SpecError
        If anything about the call cannot be done; nothing was picked then.
    StoreError, LedgerError
        If something cannot be written; the run folder holds what was done.
    """
    targets.check()
    picker = options.picker()
    plan = archive.plan(picker, progress)
    place = targets.place(plan)
    if place is None:
        run = pick_plan(plan, options, crew, progress)
        _write(targets, run, [run.picks], [run.detections])
        return run
    folder = RunFolder(place, {**archive.facts(), **options.facts()}, resume=targets.resume)
    try:
        if targets.resume:  # the ledger is ours now, so nobody else writes them
            targets.sweep()
        run = pick_into(folder, plan, options, crew, progress)
        if targets.picks in ("-", None):
            picks, detections = Picks.concat(folder.picks()), Detections.concat(folder.detections())
            run = dataclasses.replace(run, picks=picks, detections=detections)
            _write(targets, run, [run.picks], [run.detections])
        else:
            _write(targets, run, folder.picks(), folder.detections())
        whole = targets.folder is None and "failed" not in folder.book.counts()
    except BaseException:
        folder.close()
        raise
    folder.close(remove=whole)
    return run


def _write(targets: Targets, run: PickRun, picks: Iterable[Any], detections: Iterable[Any]) -> None:
    if targets.picks is not None:
        write_picks(picks, targets.picks)
    if targets.detections is not None:
        write_detections(detections, targets.detections)
    if targets.ledger is not None:
        write_ledger(run.ledger, targets.ledger)
