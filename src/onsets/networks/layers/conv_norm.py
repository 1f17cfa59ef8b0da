"""Convolution, batch-norm, activation, in that order."""

from __future__ import annotations

from torch import Tensor, nn

from onsets.networks.layers.padding import same_padding
from onsets.networks.layers.separable import Separable

__all__ = ["ConvNorm"]


class ConvNorm(nn.Module):
    """Convolve without bias and without changing the length, normalise, activate.

    Parameters
    ----------
    inputs, outputs : int
        Channels in and out.
    kernel : int
        Odd width, samples.
    activation : Module
        Applied last.
    dilation : int
        Samples between the taps.
    separable : bool
        Filter and mix (:class:`Separable`) in place of a full convolution.
    scale : bool
        False freezes batch-norm's factor at 1, which leaves one trainable number a channel.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        activation: nn.Module,
        *,
        dilation: int = 1,
        separable: bool = False,
        scale: bool = True,
    ) -> None:
        super().__init__()
        padding, _ = same_padding(1, kernel, dilation=dilation)
        self.conv = (
            Separable(inputs, outputs, kernel, dilation=dilation)
            if separable
            else nn.Conv1d(inputs, outputs, kernel, padding=padding, dilation=dilation, bias=False)
        )
        self.norm = nn.BatchNorm1d(outputs)
        self.norm.weight.requires_grad_(scale)
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, inputs, samples)`` to ``(batch, outputs, samples)``."""
        y: Tensor = self.activation(self.norm(self.conv(x)))
        return y
