"""All models on all datasets by the same code, with thresholds that never saw the test records."""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from onsets.datasets import Dataset, check_parts, event_groups, join
from onsets.errors import CatalogueError, ConfigError, nearest
from onsets.evaluation.cases import Case
from onsets.evaluation.cost import cost_of
from onsets.evaluation.perturb import PERTURBATIONS
from onsets.evaluation.run import Job, run
from onsets.evaluation.thresholds import choose_thresholds
from onsets.picking import ClassicalPicker
from onsets.types import Problem

__all__ = ["Plan", "Result", "check_apart", "compare", "names_of"]

Said = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is evaluated on what.

    Attributes
    ----------
    models : tuple of str
        As for :func:`onsets.picking.load`.
    data : tuple of str
        Paths of datasets.
    part : str
        Part of each dataset's split that is tested; empty for all records.
    parts : str
        Table of the parts, such as a training's ``parts.csv``; empty: each dataset's own split.
    development : str
        Path of a dataset, or name of a part of the tested one, on which thresholds are chosen; empty
        keeps each model's own.
    tolerances_s : tuple of float
    perturbations : tuple of str
        Some of :data:`onsets.evaluation.PERTURBATIONS`.
    thresholds : dict
        Over the models' own, by phase; not together with ``development``.
    seed : int
        Of perturbations, bootstrap and choice of records.
    workers : int
        Processes.
    most : int
        At most so many records of a dataset; 0 for all.
    """

    models: tuple[str, ...]
    data: tuple[str, ...]
    part: str = ""
    parts: str = ""
    development: str = ""
    tolerances_s: tuple[float, ...] = (0.1, 0.5)
    perturbations: tuple[str, ...] = ()
    thresholds: dict[str, float] = field(default_factory=dict)
    seed: int = 0
    workers: int = 1
    most: int = 0

    def __post_init__(self) -> None:
        if not self.models or not self.data:
            raise ConfigError("nothing to evaluate: give at least one model and one dataset")
        for what in ("models", "data"):
            names = getattr(self, what)
            if again := sorted({name for name in names if names.count(name) > 1}):
                raise ConfigError(f"{again[0]} is given twice among the {what}; give it once")
        if not self.tolerances_s or not all(0 < t < math.inf for t in self.tolerances_s):
            raise ConfigError(f"tolerances {list(self.tolerances_s)}, expected numbers above 0 s")
        if self.development and self.thresholds:
            raise ConfigError("thresholds are either given or chosen on a development set, not both")
        if self.parts and not self.part:
            raise ConfigError(f"parts of {self.parts}: say which one is tested (--part test)")
        if self.development and self.development == self.part:
            raise ConfigError(f"part {self.part!r} is tested; thresholds must be chosen on another part")

    @property
    def main_s(self) -> float:
        """Tolerance of pictures and of the choice of thresholds: 0.5 s if asked for, else the largest."""
        return 0.5 if 0.5 in self.tolerances_s else max(self.tolerances_s)


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One model on one dataset.

    Attributes
    ----------
    model, dataset : str
        Names for tables.
    cases : list of Case
    thresholds : dict
        By phase: those that count.
    source : str
        Where they come from, in words.
    cost : dict
        See :func:`onsets.evaluation.cost_of`.
    classical : bool
    perturbed : dict
        Name of a perturbation -> cases.
    problems : tuple of Problem
        Records and labels of the dataset that could not be used.
    """

    model: str
    dataset: str
    cases: list[Case]
    thresholds: dict[str, float]
    source: str
    cost: dict[str, Any]
    classical: bool
    perturbed: dict[str, list[Case]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def compare(plan: Plan, said: Said | None = None) -> list[Result]:
    """Run a plan: every model on every dataset.

    Parameters
    ----------
    plan : Plan
    said : callable, optional
        Told what is running, how many records are done, and of how many.

    Returns
    -------
    list of Result
        Datasets in order, models within.

    Raises
    ------
    CatalogueError
        If a dataset has nothing to judge, or development and test records share an event.
    ConfigError
        If a model or a dataset is unknown.
    """
    names = names_of(plan.models)
    jobs = {(d, m): _job(plan, d, m) for d in plan.data for m in plan.models}
    for (_, model), job in jobs.items():  # fail before the first long run
        job.picker()
        job.dataset()
        if plan.development and model == plan.models[0]:
            check_apart(_development(plan, job).source(), job.source())
    chosen: dict[tuple[str, str], dict[str, float]] = {}
    results = []
    for (data, model), job in jobs.items():
        title = f"{names[model]} on {Path(data).name}"
        job, source = _with_thresholds(plan, job, chosen, said)
        picker = job.picker()
        cases = run(job, plan.workers, _telling(said, title))
        worse = {
            name: run(
                dataclasses.replace(job, perturbation=name, steps="own"),
                plan.workers,
                _telling(said, f"{title}, {name}"),
            )
            for name in plan.perturbations
        }
        thresholds = {phase: value for phase, value in picker.thresholds.items() if phase in cases[0].picks}
        results.append(
            Result(
                names[model], _name_of(data, plan.part), cases, thresholds, source,
                cost_of(picker, cases), isinstance(picker, ClassicalPicker), worse, job.source().problems,
            )
        )  # fmt: skip
    return results


def names_of(models: Sequence[str]) -> dict[str, str]:
    """Return a short name for each model, the file's if it is one; with a number where they are alike."""
    found: dict[str, str] = {}
    for model in models:
        name = Path(model).stem if model.endswith((".onnx", ".safetensors")) else model
        k = sum(other == name or other.startswith(f"{name} ") for other in found.values())
        found[model] = f"{name} {k + 1}" if k else name
    return found


def _name_of(data: str, part: str) -> str:
    name = Path(os.path.abspath(data)).name
    return f"{name} ({part})" if part else name


def _telling(said: Said | None, title: str) -> Callable[[int, int], None] | None:
    return None if said is None else lambda done, total: said(title, done, total)


def _job(plan: Plan, data: str, model: str) -> Job:
    for name in plan.perturbations:
        if name not in PERTURBATIONS:
            raise ConfigError(f"unknown perturbation {name!r}; {nearest(name, list(PERTURBATIONS))}")
    return Job(
        model=model,
        data=data,
        part=plan.part,
        parts=plan.parts,
        thresholds=plan.thresholds,
        seed=plan.seed,
        most=plan.most,
    )


def _development(plan: Plan, job: Job) -> Job:
    """Return the job on the development records: a dataset of its own or a part of the tested one."""
    if Path(plan.development).exists():
        return dataclasses.replace(job, data=plan.development, part="", parts="", steps="fine", most=0)
    if not plan.part:
        raise ConfigError(
            f"development {plan.development!r} is no dataset; to use it as a part of the split, "
            "say which part is tested (--part test)"
        )
    return dataclasses.replace(job, part=plan.development, steps="fine", most=0)


def _with_thresholds(
    plan: Plan, job: Job, chosen: dict[tuple[str, str], dict[str, float]], said: Said | None
) -> tuple[Job, str]:
    """Return the job with the thresholds that count, and where they come from."""
    if plan.thresholds:
        return job, "given by the user"
    if not plan.development:
        return job, "the model's own defaults"
    dev = _development(plan, job)
    key = dev.model, f"{dev.data} {dev.part}"
    cases = run(dev, plan.workers, _telling(said, f"{job.model}: thresholds")) if key not in chosen else []
    if cases:
        chosen[key] = choose_thresholds(cases, plan.main_s)
    where = _name_of(dev.data, dev.part)
    source = f"best F1 at {plan.main_s:g} s on {where}, which shares no record with the test"
    return dataclasses.replace(job, thresholds=chosen[key]), source


def check_apart(development: Dataset, test: Dataset) -> None:
    """Fail loudly when development and test records share an event, a record or a stretch of a station.

    Raises
    ------
    CatalogueError
        Naming what they share.
    """
    both = join(
        [
            part.assign(split=np.full(len(part), name))
            for name, part in (("development", development), ("test", test))
        ]
    )
    check_parts(both)
    try:
        groups = event_groups(both.rows)
    except CatalogueError:
        return  # without event and time only names can be compared
    own, other = groups[: len(development)], groups[len(development) :]
    if shared := set(own.tolist()) & set(other.tolist()):
        i = int(np.flatnonzero(np.isin(groups, list(shared)))[0])
        raise CatalogueError(
            f"{len(shared)} events (or noise of one station and day) are in both 'development' and 'test', "
            f"such as that of {both.rows['name'][i]}; split by event with onsets data split"
        )
