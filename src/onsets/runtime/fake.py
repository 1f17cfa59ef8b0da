"""A runtime that calls a function, so that picking can be tested without a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from onsets.types import Float32

__all__ = ["FakeRunner"]


@dataclass(frozen=True, slots=True)
class FakeRunner:
    """Run a plain function of the batch.

    Attributes
    ----------
    function : callable
        From ``(batch, components, samples)`` to a tuple of outputs.
    """

    function: Callable[[Float32], tuple[Float32, ...]]

    def run(self, batch: Float32) -> tuple[Float32, ...]:
        """Return what the function says."""
        return self.function(batch)
