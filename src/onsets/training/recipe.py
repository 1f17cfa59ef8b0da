"""A recipe: all that decides a training, as one validated file says it."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field

from onsets import networks
from onsets.augment import Cut, Step
from onsets.errors import ConfigError, SpecError
from onsets.labels import Labels
from onsets.spec import Spec
from onsets.training.options import Data, Loss, Network, Optimiser, Run, Schedule, Start, Stop, Teacher

__all__ = ["Recipe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All of it; read one with ``config.load(Recipe, path)``.

    Attributes
    ----------
    output : str
        Folder for the weights, the log and the checkpoint.
    network, data, labels, loss, optimiser, schedule, stop, start, teacher, run
        Tables of the file.
    augment : tuple of Step
        Steps in their order; without a ``cut`` each window begins with its record.
    """

    output: str
    network: Network
    data: Data
    labels: Labels = field(default_factory=Labels)
    augment: tuple[Step, ...] = ()
    loss: Loss = field(default_factory=Loss)
    optimiser: Optimiser = field(default_factory=Optimiser)
    schedule: Schedule = field(default_factory=Schedule)
    stop: Stop = field(default_factory=Stop)
    start: Start = field(default_factory=Start)
    teacher: Teacher = field(default_factory=Teacher)
    run: Run = field(default_factory=Run)

    def __post_init__(self) -> None:
        cuts = sum(isinstance(step, Cut) for step in self.augment)
        if cuts > 1:
            raise ConfigError(f"augment: {cuts} steps cut, expected one")
        if self.stop.part == "generalisation" and not self.data.generalisation:
            raise ConfigError("stop: part = 'generalisation', but data.generalisation names no dataset")

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, with a cut."""
        has_cut = any(isinstance(step, Cut) for step in self.augment)
        return self.augment if has_cut else (Cut(anchor="start", place=(0.0, 0.0)), *self.augment)

    def spec(self) -> Spec:
        """Return the Spec that is trained for.

        Raises
        ------
        ConfigError
            If an option of the network or a value of the Spec cannot be used.
        """
        table = self.network
        try:
            paper = networks.spec(table.name, **table.options)
            values = {**dataclasses.asdict(paper), **table.spec, "name": table.picker or paper.name}
            return Spec.from_json(json.dumps(values))
        except SpecError as error:
            raise ConfigError(f"network: {error}") from error
