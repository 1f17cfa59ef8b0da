"""One step of an augmentation, and how a list of them is run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from onsets.augment.waves import Draw, Waves
from onsets.errors import ConfigError

__all__ = ["Step", "augment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What every step has: which windows it changes.

    Attributes
    ----------
    probability : float
        Share of the windows it may change that it does change.
    on : str
        ``all``, or only windows of ``events`` or of ``noise``.
    half : int
        1 or 2: only windows of the first or second half of the batch. EQTransformer puts each record
        into a batch twice and treats the halves differently.
    snr_above_db : float or None
        Only events with a higher ratio of signal to noise; noise is not held back.
    """

    TAG: ClassVar[str] = "step"
    VARIANTS: ClassVar[dict[str, Any]] = {}

    probability: float = 1.0
    on: Literal["all", "events", "noise"] = "all"
    half: Literal[0, 1, 2] = 0
    snr_above_db: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ConfigError(f"probability = {self.probability} is not between 0 and 1")
        for key, right in self.checks().items():
            if not right:
                raise ConfigError(f"{key} = {getattr(self, key)!r} cannot be used")

    def checks(self) -> dict[str, bool]:
        """Return for each option with bounds whether it lies in them."""
        return {}

    def eligible(self, waves: Waves) -> Tensor:
        """Say which windows the step may change, bool, shape (batch,)."""
        may = torch.ones(len(waves), dtype=torch.bool, device=waves.data.device)
        if self.half:
            second = torch.arange(len(waves), device=may.device) >= (len(waves) + 1) // 2
            may &= second if self.half == 2 else ~second
        if self.on == "all" and self.snr_above_db is None:
            return may
        event = waves.has_event
        if self.on != "all":
            may &= event if self.on == "events" else ~event
        if self.snr_above_db is not None:
            may &= ~event | (waves.snr_db > self.snr_above_db)
        return may

    def change(self, waves: Waves, draw: Draw) -> Waves:
        """Return the windows changed; the step owns what it is given."""
        raise NotImplementedError

    def change_rows(self, waves: Waves, rows: Tensor, draw: Draw) -> Waves:
        """Return the batch with some of its windows changed, given by their numbers."""
        return waves.put(rows, self.change(waves.take(rows), draw))


def augment(waves: Waves, steps: Iterable[Step], draw: Draw) -> Waves:
    """Run steps one after another, each on the windows it draws.

    Parameters
    ----------
    waves : Waves
        Changed in place.
    steps : iterable of Step
    draw : Draw
        The same generator state gives the same windows.

    Returns
    -------
    Waves
        Arrivals moved together with the waveforms.
    """
    for step in steps:
        chosen = step.eligible(waves)
        if step.probability < 1:
            chosen &= draw.uniform(waves.data, len(waves)) < step.probability
        rows = chosen.nonzero().flatten()
        if len(rows) == len(waves):
            waves = step.change(waves, draw)
        elif len(rows):
            waves = step.change_rows(waves, rows, draw)
    return waves
