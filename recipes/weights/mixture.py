"""Changes of the mixture that weights are trained on: each takes a recipe and returns another."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from onsets.augment import Overlay
from onsets.training import Recipe
from onsets.training.options import Teacher

__all__ = [
    "RATES",
    "Change",
    "detecting",
    "finish",
    "hearing",
    "overlaid",
    "regional",
    "taught_by",
    "without",
]

Change = Callable[[Recipe], Recipe]
REGIONAL = "synthetic-regional"
HEARD = "heard"
"""Pieces of continuous data without labels (hear.py)."""
RATES = (1.0, 0.5)
"""At what of its own rate the teacher is asked."""


def without(*names: str) -> Change:
    """Return a change that takes datasets away."""
    return lambda recipe: dataclasses.replace(
        recipe,
        data=dataclasses.replace(
            recipe.data,
            sets=tuple(name for name in recipe.data.sets if name not in names),
            weights={name: w for name, w in recipe.data.weights.items() if name not in names},
            rate_as={name: hz for name, hz in recipe.data.rate_as.items() if name not in names},
            label_shift_s={name: s for name, s in recipe.data.label_shift_s.items() if name not in names},
        ),
    )


def regional(recipe: Recipe) -> Recipe:
    """Add records of far events at 40 Hz, played as if they had 100."""
    data = recipe.data
    return dataclasses.replace(
        recipe,
        data=dataclasses.replace(
            data,
            sets=(*data.sets, REGIONAL),
            weights={**data.weights, REGIONAL: 0.5},
            rate_as={**data.rate_as, REGIONAL: 100.0},
        ),
    )


def overlaid(recipe: Recipe) -> Recipe:
    """Add shifted copies of themselves to some windows (MSNet)."""
    cut, *others = recipe.augment
    return dataclasses.replace(
        recipe, augment=(cut, Overlay(probability=0.25, on="events", longest=0.8), *others)
    )


def detecting(recipe: Recipe) -> Recipe:
    """Learn where an event is, too; it weighs a tenth of a phase, as in EQTransformer."""
    network, loss = recipe.network, recipe.loss
    return dataclasses.replace(
        recipe,
        network=dataclasses.replace(network, options={**network.options, "detection": True}),
        loss=dataclasses.replace(loss, rows={**loss.rows, "detection": 0.1}),
    )


def taught_by(teacher: Path, *rates: float, blend: Literal["mean", "max"] = "max") -> Change:
    """Return a change that adds a teacher's curves."""
    return lambda recipe: dataclasses.replace(
        recipe, teacher=Teacher(weights=str(teacher), rates=rates, blend=blend)
    )


def hearing(recipe: Recipe) -> Recipe:
    """Add records without labels, from which only a teacher's curves are learned."""
    return dataclasses.replace(recipe, data=dataclasses.replace(recipe.data, sets=(*recipe.data.sets, HEARD)))


def finish(recipe: Recipe, begun: Path, teacher: Path) -> Recipe:
    """Return the recipe of a second training, which goes on from the first one's weights.

    It lasts 3,000 updates at a third of the rate; whichever is higher, label or teacher's curve, is learned.
    Synthetics are left out, where the teacher is wrong: it takes direct waves behind head waves for P.
    """
    recipe = without("synthetic")(taught_by(teacher, *RATES)(recipe))
    return dataclasses.replace(
        recipe,
        start=dataclasses.replace(recipe.start, weights=str(begun)),
        optimiser=dataclasses.replace(recipe.optimiser, rate=recipe.optimiser.rate / 3),
        run=dataclasses.replace(recipe.run, epochs=12, epoch_steps=250, seed=recipe.run.seed + 1),
    )
