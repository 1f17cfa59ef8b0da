"""Depthwise-separable convolution: each channel is filtered alone, then the channels are mixed."""

from __future__ import annotations

from torch import Tensor, nn

from onsets.networks.layers.padding import same_padding

__all__ = ["Separable"]


class Separable(nn.Module):
    """Filter each channel, then mix them by a 1x1 convolution; nothing in between.

    ``kernel x inputs + inputs x outputs`` weights stand for the ``kernel x inputs x outputs`` of a
    full convolution.

    Parameters
    ----------
    inputs, outputs : int
        Channels in and out.
    kernel : int
        Odd width of the filter, samples; the length of the record is kept.
    dilation : int
        Samples between the taps of the filter.
    bias : bool
        Whether the 1x1 convolution has one; the filter never has.

    Examples
    --------
    >>> sum(p.numel() for p in Separable(32, 64, 3).parameters()) == 3 * 32 + 32 * 64
    True
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, dilation: int = 1, bias: bool = False
    ) -> None:
        super().__init__()
        padding, _ = same_padding(1, kernel, dilation=dilation)
        self.filter = nn.Conv1d(
            inputs, inputs, kernel, padding=padding, dilation=dilation, groups=inputs, bias=False
        )
        self.mix = nn.Conv1d(inputs, outputs, 1, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, inputs, samples)`` to ``(batch, outputs, samples)``."""
        y: Tensor = self.mix(self.filter(x))
        return y
