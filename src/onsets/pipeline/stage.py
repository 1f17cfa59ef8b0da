"""What a step of ``onsets run`` is, and what it can see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from onsets.pipeline.folder import RunFolder
from onsets.pipeline.plan import Plan
from onsets.pipeline.result import Report
from onsets.pipeline.run_config import RunConfig

__all__ = ["Stage", "Step"]


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
