"""Convolution after its norm, and a chain of them that adds its input."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from onsets.networks.layers.padding import same_padding

__all__ = ["NormConv", "Residual"]


class NormConv(nn.Module):
    """Batch-norm, ReLU, spatial dropout, convolution with bias; the length is kept.

    Parameters
    ----------
    inputs, outputs : int
        Channels in and out.
    kernel : int
        Width, samples; of an even one the odd sample of padding is on the right, as TensorFlow's.
    dropout : float
        Share of channels set to zero while training.

    Notes
    -----
    Epsilon and momentum of the norm are Keras's: 0.001 and 0.99 (0.01 as torch counts it).
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(inputs, eps=1e-3, momentum=0.01)
        self.dropout = nn.Dropout1d(dropout)
        left, right = same_padding(1, kernel)
        self.conv = nn.Conv1d(inputs, outputs, kernel, padding=left)
        self.odd = right - left

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, inputs, samples)`` to ``(batch, outputs, samples)``."""
        x = self.dropout(torch.relu(self.norm(x)))
        y: Tensor = self.conv(functional.pad(x, (0, self.odd)) if self.odd else x)
        return y


class Residual(nn.Sequential):
    """Modules in a row, whose input is added to what the last one gives."""

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, channels, samples)`` to the same shape."""
        y = x
        for module in self:
            y = module(y)
        return x + y
