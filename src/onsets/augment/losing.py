"""Steps that take away: gaps, components, what is above a clipping level."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

import torch

from onsets.augment.step import Step
from onsets.augment.waves import Draw, Waves

__all__ = ["Clip", "DropComponents", "Gap", "SwapComponents"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap(Step):
    """Set a stretch of all components to zero; arrivals in it are gone.

    Attributes
    ----------
    start : tuple of float
        Range of its first sample, as a share of the window.
    end : float
        Latest end, as a share.
    longest : float
        Longest, as a share. EQTransformer: start (0, 4000/6000), end 5500/6000.
    """

    start: tuple[float, float] = (0.0, 1.0)
    end: float = 1.0
    longest: float = 1.0

    def checks(self) -> dict[str, bool]:
        """Return for each option with bounds whether it lies in them."""
        return {
            "start": 0 <= self.start[0] <= self.start[1] <= 1,
            "end": self.start[0] < self.end <= 1,
            "longest": 0 < self.longest <= 1,
        }

    def change(self, waves: Waves, draw: Draw) -> Waves:
        """Return the windows with a gap."""
        n, batch = waves.samples, len(waves)
        first = n * draw.uniform(waves.data, batch, *self.start)
        latest = torch.minimum(torch.full_like(first, self.end * n), first + self.longest * n)
        last = first + (latest - first).clamp_min(0) * draw.uniform(waves.data, batch)
        at = torch.arange(n, device=first.device)
        gap = (at >= first[:, None]) & (at < last[:, None])
        lost = (waves.arrivals >= first[:, None, None]) & (waves.arrivals < last[:, None, None])
        return dataclasses.replace(
            waves,
            data=waves.data.masked_fill_(gap[:, None], 0.0),
            arrivals=waves.arrivals.masked_fill(lost, torch.inf),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DropComponents(Step):
    """Lose components; a window that would lose all of its signal stays as it is.

    Attributes
    ----------
    kind : str
        ``each``: each component is kept with a chance of 1/2 (EQTransformer). ``few``: both
        horizontals half of the time, else one component.
    rescale : bool
        Multiply what is kept by components / kept, as EQTransformer does.
    """

    kind: Literal["each", "few"] = "each"
    rescale: bool = False

    def change(self, waves: Waves, draw: Draw) -> Waves:
        """Return the windows with fewer components."""
        batch, rows, _ = waves.data.shape
        if self.kind == "each":
            keep = draw.uniform(waves.data, (batch, rows)) < 0.5
        else:
            keep = torch.ones(batch, rows, dtype=torch.bool, device=waves.data.device)
            both = draw.uniform(waves.data, batch) < 0.5
            one = draw.integers(0, torch.full((batch,), rows, device=keep.device))
            keep[~both, one[~both]] = False
            keep[both, 1:] = False
        live = waves.data.abs().amax(dim=2) > 0
        keep |= ~(keep & live).any(dim=1, keepdim=True)
        factor = keep.float()
        if self.rescale:
            factor = factor * rows / keep.sum(dim=1, keepdim=True)
        return dataclasses.replace(waves, data=waves.data.mul_(factor[..., None]))


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapComponents(Step):
    """Exchange components, as where a channel is named wrongly.

    Attributes
    ----------
    kind : str
        ``horizontals``: N and E. ``any``: all in a random order.
    """

    kind: Literal["horizontals", "any"] = "horizontals"

    def change(self, waves: Waves, draw: Draw) -> Waves:
        """Return the windows with their components in another order."""
        batch, rows, n = waves.data.shape
        if self.kind == "horizontals":
            order = torch.tensor([0, 2, 1], device=waves.data.device).expand(batch, rows)
        else:
            order = draw.uniform(waves.data, (batch, rows)).argsort(dim=1)
        return dataclasses.replace(waves, data=waves.data.gather(1, order[..., None].expand(-1, -1, n)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip(Step):
    """Cut off what is above a level, as a saturated instrument does.

    Attributes
    ----------
    level : tuple of float
        Range of the level as a share of each window's largest absolute value.
    """

    level: tuple[float, float] = (0.1, 0.9)

    def checks(self) -> dict[str, bool]:
        """Return for each option with bounds whether it lies in them."""
        return {"level": 0 < self.level[0] <= self.level[1] <= 1}

    def change(self, waves: Waves, draw: Draw) -> Waves:
        """Return the windows clipped."""
        level = draw.uniform(waves.data, len(waves), *self.level)[:, None, None]
        level = level * waves.data.abs().amax(dim=(1, 2), keepdim=True)
        return dataclasses.replace(waves, data=waves.data.clamp(-level, level))
