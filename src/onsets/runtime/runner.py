"""What every runtime can do."""

from __future__ import annotations

import os
from typing import Protocol

from onsets.types import Float32

__all__ = ["Runner", "cores"]


class Runner(Protocol):
    """Runs a network on a batch."""

    def run(self, batch: Float32) -> tuple[Float32, ...]:
        """Return all outputs for windows of shape ``(batch, components, samples)``."""
        ...


def cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
