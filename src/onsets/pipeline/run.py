"""``onsets run``: a list of named steps from an archive to results, each done once.

A step reads what earlier steps wrote into the run folder and writes files there. The ledger holds, for
each finished step, a digest of what it was made from and of the files it made: with ``resume`` a step
is done again only when one of them changed. To add a step: its table in :class:`RunConfig`, a function
of a :class:`Stage` that returns what it made, and its line in :data:`STEPS`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from onsets.errors import ConfigError
from onsets.pipeline.archive import Archive
from onsets.pipeline.batch import Crew, pick_into
from onsets.pipeline.day import PickOptions
from onsets.pipeline.folder import RunFolder
from onsets.pipeline.plan import Plan
from onsets.pipeline.result import PickRun, Report
from onsets.store import check_target, write_detections, write_ledger, write_picks
from onsets.tables import time_ns
from onsets.waveforms import stations_list

__all__ = [
    "STEPS",
    "ArchiveTable",
    "OutputTable",
    "PickTable",
    "RunConfig",
    "RunDone",
    "Stage",
    "Step",
    "run",
]


@dataclass(frozen=True, slots=True)
class ArchiveTable:
    """``[archive]``: where waveforms are.

    Attributes
    ----------
    sds : str, optional
        Root of an SDS archive; needs ``start`` and ``end``.
    files : tuple of str
        Files, folders and patterns instead.
    start, end : str, optional
        ISO 8601 UTC, end excluded.
    stations : str, optional
        CSV of the stations wanted, for an SDS archive.
    """

    sds: str | None = None
    files: tuple[str, ...] = ()
    start: str | None = None
    end: str | None = None
    stations: str | None = None

    def __post_init__(self) -> None:
        if (self.sds is None) == (not self.files):
            raise ConfigError("give sds or files, one of them")
        if self.stations is not None and self.sds is None:
            raise ConfigError("stations belongs to sds")

    def archive(self) -> Archive:
        """Return the archive."""
        start, end = (
            None if text is None else time_ns(text, key)
            for text, key in ((self.start, "archive.start"), (self.end, "archive.end"))
        )
        names = None if self.stations is None else tuple(stations_list(self.stations))
        return Archive(self.files, self.sds, start, end, names)


@dataclass(frozen=True, slots=True)
class PickTable:
    """``[pick]``: which picker, and who does the work; as the options of ``onsets pick``."""

    model: str = "default"
    weights: str | None = None
    thresholds: dict[str, float] = field(default_factory=dict)
    rate_as: float | None = None
    mode: str = "exact"
    threads: int = 1
    workers: int = 1
    scheduler: str | None = None

    def __post_init__(self) -> None:
        for key in ("threads", "workers"):
            if getattr(self, key) < 1:
                raise ConfigError(f"{key} is {getattr(self, key)}, expected 1 or more")

    def options(self) -> PickOptions:
        """Return the picker's options."""
        limits = tuple(sorted(self.thresholds.items()))
        return PickOptions(self.model, self.weights, limits, self.rate_as, self.threads, self.mode)


@dataclass(frozen=True, slots=True)
class OutputTable:
    """``[output]``: the run folder, and the files in it (empty: not written).

    Attributes
    ----------
    folder : str
    picks, detections, ledger : str
        Names in the folder, with the suffix of a format.
    """

    folder: str
    picks: str = "picks.csv"
    detections: str = ""
    ledger: str = "stations.csv"


@dataclass(frozen=True, slots=True)
class RunConfig:
    """The whole file."""

    archive: ArchiveTable
    output: OutputTable
    pick: PickTable = PickTable()


@dataclass(slots=True, eq=False)
class Stage:
    """What a step can see.

    Attributes
    ----------
    config : RunConfig
    folder : RunFolder
        Its ``path`` is where steps read and write; ``picks()`` gives the picks a day at a time.
    progress : callable or None
        Told work done, work in all, and a name.
    plan : Plan
    told : dict
        What earlier steps returned, by name.
    """

    config: RunConfig
    folder: RunFolder
    plan: Plan
    progress: Report | None = None
    told: dict[str, dict[str, Any]] = field(default_factory=dict)

    def path(self, name: str) -> Path:
        """Return a file of the run folder."""
        return self.folder.path / name


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run.

    Attributes
    ----------
    name : str
    made_from : callable
        Returns what decides the step's result besides the steps it ``reads``, as JSON can hold it;
        None when the configuration does not ask for the step.
    work : callable
        Does it; returns what it has to tell, with the names of its files under ``files``.
    reads : tuple of str
        Earlier steps whose files it reads.
    """

    name: str
    made_from: Callable[[Stage], Any]
    work: Callable[[Stage], dict[str, Any]]
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class RunDone:
    """What a run gave.

    Attributes
    ----------
    steps : dict
        What each step told, by name.
    skipped : tuple of str
        Steps that were done before.
    picked : PickRun
        Ledger and problems of the picking; the picks are in the folder.
    """

    steps: dict[str, dict[str, Any]]
    skipped: tuple[str, ...]
    picked: PickRun


def run(settings: RunConfig, *, resume: bool = False, progress: Report | None = None) -> RunDone:
    """Do the steps of a run.

    Parameters
    ----------
    settings : RunConfig
    resume : bool
        Go on with the run folder that is there.
    progress : callable, optional

    Raises
    ------
    ConfigError, MissingExtraError, SpecError
        If something asked for cannot be done, or the folder belongs to another run.
    StoreError, LedgerError
        If the folder cannot be written any longer; what is in it is kept.
    """
    output = settings.output
    for name, content in _tables(output):
        if Path(name).name != name:
            raise ConfigError(f"output.{content} is {name!r}, expected a file name without a folder")
        check_target(f"./{name}", content)
    options, archive = settings.pick.options(), settings.archive.archive()
    plan = archive.plan(options.picker(), progress)
    folder = RunFolder(output.folder, {**archive.facts(), **options.facts()}, resume=resume)
    try:
        stage = Stage(settings, folder, plan, progress)
        skipped = [step.name for step in STEPS if _do(step, stage) is False]
        picked = PickRun.join([plan.told(), folder.book.summary()])
        return RunDone(stage.told, tuple(skipped), picked)
    finally:
        folder.close()


def _do(step: Step, stage: Stage) -> bool | None:
    """Do a step unless it was done; False if it was, None if it is not wanted."""
    source = step.made_from(stage)
    if source is None:
        return None
    read = {name: stage.told.get(name, {}).get("digests") for name in step.reads}
    made_from = hashlib.sha256(json.dumps([source, read], sort_keys=True).encode()).hexdigest()
    known = stage.folder.book.step(step.name)
    if known is not None and known[0] == made_from and _digests(stage, known[1]) == known[1]["digests"]:
        stage.told[step.name] = known[1]
        return False
    told = step.work(stage)
    told["digests"] = _digests(stage, told)
    stage.told[step.name] = told
    stage.folder.book.step_done(step.name, made_from, told)
    return True


def _digests(stage: Stage, told: dict[str, Any]) -> dict[str, str]:
    """Return a digest of each file a step made; of one that is gone, none."""
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name in told.get("files", [])
        if (path := stage.path(name)).is_file()
    }


def _tables(output: OutputTable) -> list[tuple[str, str]]:
    named = ((output.picks, "picks"), (output.detections, "detections"), (output.ledger, "ledger"))
    return [(name, content) for name, content in named if name]


def _pick_source(stage: Stage) -> Any:
    """A failed unit is tried again, so it counts as something new."""
    stamps = [[unit.name, unit.stamp] for unit in stage.plan.units]
    counts = stage.folder.book.counts()
    return [stamps, _tables(stage.config.output), counts.get("failed", 0) + counts.get("waiting", 0)]


def _pick(stage: Stage) -> dict[str, Any]:
    table = stage.config.pick
    crew = Crew(table.workers, table.scheduler)
    picked = pick_into(stage.folder, stage.plan, table.options(), crew, stage.progress)
    for name, content in _tables(stage.config.output):
        if content == "picks":
            write_picks(stage.folder.picks(), stage.path(name))
        elif content == "detections":
            write_detections(stage.folder.detections(), stage.path(name))
        else:
            write_ledger(picked.ledger, stage.path(name))
    return {
        "files": [name for name, _ in _tables(stage.config.output)],
        "station_days": stage.plan.station_days,
        **picked.counts(),
    }


STEPS: tuple[Step, ...] = (Step("pick", _pick_source, _pick),)
"""In the order they are done. Association, location, catalogue and report follow here."""
