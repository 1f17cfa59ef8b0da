"""PyTorch as a runtime: for networks that were not exported, and for accelerators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from onsets.errors import MissingExtraError
from onsets.types import Float32

if TYPE_CHECKING:
    from torch import nn

__all__ = ["TorchRunner"]


class TorchRunner:
    """Run a torch module in evaluation mode without gradients.

    Parameters
    ----------
    network : Module
    device : str
        Such as ``cpu`` or ``cuda``.
    """

    def __init__(self, network: nn.Module, device: str = "cpu") -> None:
        self._network = network.eval().to(device)
        self._device = device

    def run(self, batch: Float32) -> tuple[Float32, ...]:
        """Return all outputs for windows of shape ``(batch, components, samples)``."""
        try:
            import torch
        except ImportError as error:
            raise MissingExtraError("torch", "train", "running a network by torch") from error
        with torch.inference_mode():
            x = torch.from_numpy(np.ascontiguousarray(batch, dtype=np.float32)).to(self._device)
            out = self._network(x)
            outputs = out if isinstance(out, tuple) else (out,)
            return tuple(output.float().cpu().numpy() for output in outputs)
