"""Inverted bottleneck of MobileNet v2, in one dimension."""

from __future__ import annotations

from torch import Tensor, nn

__all__ = ["Inverted"]


class Inverted(nn.Module):
    """Widen to twice the input channels, filter each channel, project back.

    1x1 convolution, batch-norm, ReLU; depthwise convolution of width 3 with the stride, batch-norm,
    ReLU; 1x1 convolution, batch-norm. The input is added when the shape is unchanged. No
    convolution has a bias.

    Parameters
    ----------
    inputs, outputs : int
        Channels in and out.
    stride : int
        Of the depthwise convolution; the output has ceil(samples / stride) values.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        wide = 2 * inputs
        self.widen = nn.Sequential(nn.Conv1d(inputs, wide, 1, bias=False), nn.BatchNorm1d(wide), nn.ReLU())
        self.filter = nn.Sequential(
            nn.Conv1d(wide, wide, 3, stride=stride, padding=1, groups=wide, bias=False),
            nn.BatchNorm1d(wide),
            nn.ReLU(),
        )
        self.project = nn.Sequential(nn.Conv1d(wide, outputs, 1, bias=False), nn.BatchNorm1d(outputs))
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, inputs, samples)`` to ``(batch, outputs, ceil(samples / stride))``."""
        y: Tensor = self.project(self.filter(self.widen(x)))
        return x + y if self.residual else y
