"""Steps that scale and turn: amplitude, polarity, horizontal rotation."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Literal

import torch

from onsets.augment.step import Step
from onsets.augment.waves import Draw, Waves

__all__ = ["Polarity", "Rotate", "Scale"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale(Step):
    """Multiply by a random amplitude.

    Attributes
    ----------
    level_db : tuple of float
        Range, drawn evenly in dB.
    per : str
        One factor a ``window``, or one a ``component``, as where gains differ.
    """

    level_db: tuple[float, float] = (-20.0, 20.0)
    per: Literal["component", "window"] = "window"

    def checks(self) -> dict[str, bool]:
        """Return for each option with bounds whether it lies in them."""
        return {"level_db": self.level_db[0] <= self.level_db[1]}

    def change(self, waves: Waves, draw: Draw) -> Waves:
        """Return the windows scaled."""
        shape = (len(waves), waves.data.shape[1] if self.per == "component" else 1, 1)
        factor = 10 ** (draw.uniform(waves.data, shape, *self.level_db) / 20)
        return dataclasses.replace(waves, data=waves.data.mul_(factor))


@dataclass(frozen=True, slots=True, kw_only=True)
class Polarity(Step):
    """Turn the sign of all components; with a probability of 0.5 both signs are as likely."""

    def change(self, waves: Waves, draw: Draw) -> Waves:
        """Return the windows upside down."""
        return dataclasses.replace(waves, data=waves.data.neg_())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotate(Step):
    """Turn N and E by an angle, as an unknown orientation of the sensor does.

    Attributes
    ----------
    angle_deg : tuple of float
        Range, from N towards E.
    """

    angle_deg: tuple[float, float] = (0.0, 360.0)

    def checks(self) -> dict[str, bool]:
        """Return for each option with bounds whether it lies in them."""
        return {"angle_deg": self.angle_deg[0] <= self.angle_deg[1]}

    def change(self, waves: Waves, draw: Draw) -> Waves:
        """Return the windows as turned sensors would have recorded them."""
        angle = draw.uniform(waves.data, len(waves), *self.angle_deg) * (math.pi / 180)
        cos, sin = angle.cos()[:, None], angle.sin()[:, None]
        z, n, e = waves.data.unbind(1)
        return dataclasses.replace(waves, data=torch.stack([z, cos * n + sin * e, cos * e - sin * n], dim=1))
