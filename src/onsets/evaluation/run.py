"""Run a picker over a labelled dataset, in this process or in several."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from onsets.datasets import Dataset, event_groups, open_dataset, read_parts
from onsets.errors import CatalogueError
from onsets.evaluation.cases import Case, grid_of, judge
from onsets.picking import Picker, load
from onsets.types import Sample

__all__ = ["Job", "judge_samples", "run"]

CHUNK = 32
FEW = 300
FACTS = ("distance_km", "magnitude")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be run: a model on a dataset, both by name, so that any process can open them.

    Attributes
    ----------
    model : str
        As for :func:`onsets.picking.load`.
    data : str
        Path of a dataset of any kind.
    part : str
        Part of its split; empty for all records.
    parts : str
        Table of the parts instead of the dataset's own split; see :func:`onsets.datasets.read_parts`.
    weights : str, optional
        For a network of the registry.
    thresholds : dict
        Over the model's own.
    steps : str
        Which thresholds are looked at, see :func:`onsets.evaluation.grid_of`.
    perturbation : str, optional
        One of :data:`onsets.evaluation.PERTURBATIONS`.
    seed : int
        Of the perturbation.
    most : int
        Take at most so many records, drawn with the seed; 0 takes all.
    """

    model: str
    data: str
    part: str = ""
    parts: str = ""
    weights: str | None = None
    thresholds: dict[str, float] = field(default_factory=dict)
    steps: str = "coarse"
    perturbation: str | None = None
    seed: int = 0
    most: int = 0

    def picker(self) -> Picker:
        """Return the picker, on one thread: the processes share the cores."""
        return load(self.model, weights=self.weights, thresholds=dict(self.thresholds), threads=1)

    def source(self) -> Dataset:
        """Return the records as their files have them."""
        return _opened(str(Path(self.data)), self.part, self.parts, self.most, self.seed)

    def dataset(self) -> Dataset:
        """Return the records, with an event for each."""
        return _with_events(str(Path(self.data)), self.part, self.parts, self.most, self.seed)


@lru_cache(maxsize=16)
def _opened(path: str, part: str, parts: str, most: int, seed: int) -> Dataset:
    data = read_parts(open_dataset(path), parts) if parts else open_dataset(path)
    data = data.part(part) if part else data
    if 0 < most < len(data):
        data = data.select(np.sort(np.random.default_rng(seed).permutation(len(data))[:most]))
    if not len(data):
        raise CatalogueError(f"{path} holds no record that can be judged")
    return data


@lru_cache(maxsize=16)
def _with_events(path: str, part: str, parts: str, most: int, seed: int) -> Dataset:
    data = _opened(path, part, parts, most, seed)
    return data.assign(event_id=_events(data))


def _events(data: Dataset) -> npt.NDArray[np.str_]:
    """Return an event for each record: by name, by time, or the record itself."""
    try:
        return np.array([f"group {number}" for number in event_groups(data.rows)])
    except CatalogueError:
        named = data.rows["event_id"]
        return np.where(named == "", np.char.add("record ", data.rows["name"]), named)


def judge_samples(
    samples: Sequence[Sample], picker: Picker, grid: Mapping[str, tuple[float, ...]] | None = None
) -> list[Case]:
    """Judge records that are in memory.

    Parameters
    ----------
    samples : sequence of Sample
    picker : Picker
    grid : mapping, optional
        Thresholds by phase; :func:`onsets.evaluation.grid_of` of the picker if not given.
    """
    chosen = grid_of(picker) if grid is None else grid
    return [judge(sample, picker, chosen) for sample in samples]


def _some(job: Job, picker: Picker, indices: Sequence[int]) -> list[Case]:
    data = job.dataset()
    grid = grid_of(picker, job.steps)
    cases = []
    for i, sample in zip(indices, data.read(indices), strict=True):
        facts = {name: float(data.rows[name][i]) for name in FACTS}
        cases.append(judge(sample, picker, grid, facts, job.perturbation, job.seed))
    return cases


_PICKERS: dict[int, tuple[Job, Picker]] = {}


def _remote(job: Job, indices: Sequence[int]) -> list[Case]:
    """Judge a chunk in another process, whose picker is made once."""
    if 0 not in _PICKERS or _PICKERS[0][0] != job:
        _PICKERS[0] = job, job.picker()
    return _some(job, _PICKERS[0][1], indices)


def run(job: Job, workers: int = 1, progress: Callable[[int, int], None] | None = None) -> list[Case]:
    """Judge all records of a job, in their order.

    Parameters
    ----------
    job : Job
    workers : int
        Processes; few records are judged in this one.
    progress : callable, optional
        Told how many records are done, and of how many.

    Returns
    -------
    list of Case
        The same for any number of workers, but for the time each took.
    """
    total = len(job.dataset())
    chunks = [list(range(first, min(first + CHUNK, total))) for first in range(0, total, CHUNK)]
    cases: list[Case] = []
    if workers <= 1 or total < FEW:
        picker = job.picker()
        for chunk in chunks:
            cases += _some(job, picker, chunk)
            if progress is not None:
                progress(len(cases), total)
        return cases
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for part in pool.map(_remote, [job] * len(chunks), chunks):
            cases += part
            if progress is not None:
                progress(len(cases), total)
    return cases
