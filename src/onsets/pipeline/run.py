"""``onsets run``: a list of named steps from an archive to results, each done once.

A step reads what earlier steps wrote into the run folder and writes files there. The ledger holds, for
each finished step, a digest of what it was made from and of the files it made: with ``resume`` a step
is done again only when one of them changed. To add a step: its table in :class:`RunConfig`, a function
of a :class:`Stage` that returns what it made, and its line in :data:`STEPS`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from onsets.pipeline.batch import Crew, pick_into
from onsets.pipeline.chain import CHAIN, check_network
from onsets.pipeline.folder import RunFolder
from onsets.pipeline.result import PickRun, Report
from onsets.pipeline.run_config import RunConfig
from onsets.pipeline.stage import Stage, Step
from onsets.store import write_detections, write_ledger, write_picks
from onsets.types import Problem

__all__ = ["STEPS", "RunConfig", "RunDone", "Stage", "Step", "run"]


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

    @property
    def notes(self) -> list[Problem]:
        """What steps after the picking left out, and why."""
        return [Problem(*pair) for told in self.steps.values() for pair in told.get("problems", ())]


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
    settings.check()
    check_network(settings)
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


def _pick_source(stage: Stage) -> Any:
    """A failed unit is tried again, so it counts as something new."""
    stamps = [[unit.name, unit.stamp] for unit in stage.plan.units]
    counts = stage.folder.book.counts()
    return [stamps, stage.config.output.targets(), counts.get("failed", 0) + counts.get("waiting", 0)]


def _pick(stage: Stage) -> dict[str, Any]:
    table = stage.config.pick
    crew = Crew(table.workers, table.scheduler)
    picked = pick_into(stage.folder, stage.plan, table.options(), crew, stage.progress)
    for name, content in stage.config.output.targets():
        if content == "picks":
            write_picks(stage.folder.picks(), stage.path(name))
        elif content == "detections":
            write_detections(stage.folder.detections(), stage.path(name))
        else:
            write_ledger(picked.ledger, stage.path(name))
    return {
        "files": [name for name, _ in stage.config.output.targets()],
        "station_days": stage.plan.station_days,
        **picked.counts(),
    }


STEPS: tuple[Step, ...] = (Step("pick", _pick_source, _pick), *CHAIN)
"""In the order they are done."""
