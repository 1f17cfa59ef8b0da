"""Steps that damage: glitches and steps of the instrument."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import torch

from onsets.augment.step import Step
from onsets.augment.waves import Draw, Waves

__all__ = ["Glitch", "Offset"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glitch(Step):
    """Add a one-sided pulse to one component: a jump that dies away.

    Attributes
    ----------
    height : tuple of float
        Range of its height in units of the window's largest absolute value; either sign.
    decay_s : tuple of float
        Range of the time in which it falls to 1/e; 0 is a spike of one sample.
    """

    height: tuple[float, float] = (0.2, 3.0)
    decay_s: tuple[float, float] = (0.0, 0.5)

    def checks(self) -> dict[str, bool]:
        """Return for each option with bounds whether it lies in them."""
        return {
            "height": 0 <= self.height[0] <= self.height[1],
            "decay_s": 0 <= self.decay_s[0] <= self.decay_s[1],
        }

    def change(self, waves: Waves, draw: Draw) -> Waves:
        """Return the windows with a glitch."""
        batch, rows, n = waves.data.shape
        decay = (draw.uniform(waves.data, batch, *self.decay_s) * draw.rate_hz).clamp_min(1e-3)[:, None]
        since = torch.arange(n, device=decay.device) - (n * draw.uniform(waves.data, batch)[:, None]).floor()
        pulse = torch.where(since >= 0, torch.exp(-since.clamp_min(0) / decay), 0.0)
        return _onto_one(waves, pulse, self.height, draw, rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offset(Step):
    """Add a step to one component: from some sample on the instrument's zero is elsewhere.

    Attributes
    ----------
    height : tuple of float
        Range of its height in units of the window's largest absolute value; either sign.
    """

    height: tuple[float, float] = (0.1, 2.0)

    def checks(self) -> dict[str, bool]:
        """Return for each option with bounds whether it lies in them."""
        return {"height": 0 <= self.height[0] <= self.height[1]}

    def change(self, waves: Waves, draw: Draw) -> Waves:
        """Return the windows with a step."""
        batch, rows, n = waves.data.shape
        since = torch.arange(n, device=waves.data.device) - n * draw.uniform(waves.data, batch)[:, None]
        return _onto_one(waves, (since >= 0).float(), self.height, draw, rows)


def _onto_one(waves: Waves, shape: torch.Tensor, height: tuple[float, float], draw: Draw, rows: int) -> Waves:
    """Add a shape ``(batch, samples)`` to one live component of each window."""
    batch = len(waves)
    peak = waves.data.abs().amax(dim=2)
    sign = torch.where(draw.uniform(peak, batch) < 0.5, 1.0, -1.0)
    size = sign * draw.uniform(peak, batch, *height) * peak.amax(dim=1)
    which = (draw.uniform(peak, (batch, rows)) * (peak > 0)).argmax(dim=1)
    data = waves.data
    data[torch.arange(batch, device=data.device), which] += size[:, None] * shape
    return dataclasses.replace(waves, data=data)
