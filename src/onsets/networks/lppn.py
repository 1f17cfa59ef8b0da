"""LPPN: one class and one onset offset for each segment of ``stride`` samples.

A detector in the manner of object detection: seven inverted bottlenecks shorten the record to one
cell a segment, a pyramid of three halvings and three doublings widens the view, and two 1x1 heads
say which phase begins in the cell and how many samples after the cell's start.

===========  ============================  ===========  ==================
stage        layers                        channels     values (stride 8)
===========  ============================  ===========  ==================
units        7 inverted bottlenecks        n to 5 n     3072 to 384
contract     3 inverted, stride 2          5 n          192, 96, 48
expand       3 x (upsample 2, conv k5)     5 n          96, 192, 384
heads        1x1 on both, concatenated     3 + 1        384
===========  ============================  ===========  ==================

As printed: the units and their factor of two, strides 8 to 128, n of 4, 8 and 16, cross entropy
and squared error. From the authors' program, not in print: widths 1 2 2 3 3 4 5 times n, the three
halvings, linear upsampling with aligned corners. Ours: any input length (each doubling returns
exactly to the length it came from); the offset is given in samples and not clamped, as theirs.

Published weights need an input tone that neither the paper nor the training program mentions
(``Spec.tone``); networks trained here do not use it.

>>> from onsets.networks import parameters
>>> [parameters(LPPN(LPPNOptions(width=n))) for n in (4, 8, 16)]
[16260, 60200, 231312]

References
----------
Yu, Z., Wang, W. (2022). LPPN: A Lightweight Network for Fast Phase Picking. Seismological Research
Letters. doi:10.1785/0220210309
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from onsets.errors import SpecError
from onsets.networks.layers import Inverted
from onsets.spec import Spec

__all__ = ["LPPN", "LPPNOptions", "build", "spec"]

STRIDES = {8: "1121212", 16: "2121212", 32: "2221212", 64: "2222212", 128: "2222222"}


@dataclass(frozen=True, slots=True)
class LPPNOptions:
    """Width and stride of an LPPN.

    Attributes
    ----------
    width : int
        The paper's n, >= 1.
    stride : int
        Samples a segment: 8, 16, 32, 64 or 128.
    components : int
        Input rows.
    """

    width: int = 8
    stride: int = 8
    components: int = 3

    def __post_init__(self) -> None:
        if self.stride not in STRIDES:
            raise SpecError(f"lppn has strides {', '.join(map(str, STRIDES))}, got {self.stride}")
        if self.width < 1 or self.components < 1:
            raise SpecError(f"lppn needs width and components >= 1, got {self.width} and {self.components}")


class _Expand(nn.Module):
    """Upsample linearly to a given length, then convolve."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(channels, channels, 5, padding=2)
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, x: Tensor, values: int) -> Tensor:
        x = functional.interpolate(x, size=values, mode="linear", align_corners=True)
        return torch.relu(self.norm(self.conv(x)))


class LPPN(nn.Module):
    """The network; see the module for its stages.

    Parameters
    ----------
    options : LPPNOptions
    """

    def __init__(self, options: LPPNOptions) -> None:
        super().__init__()
        n = options.width
        widths = [options.components, n, 2 * n, 2 * n, 3 * n, 3 * n, 4 * n, 5 * n]
        strides = [int(digit) for digit in STRIDES[options.stride]]
        self.stride = options.stride
        self.units = nn.Sequential(*(Inverted(widths[i], widths[i + 1], strides[i]) for i in range(7)))
        self.contract = nn.ModuleList(Inverted(5 * n, 5 * n, 2) for _ in range(3))
        self.expand = nn.ModuleList(_Expand(5 * n) for _ in range(3))
        self.head_class = nn.Conv1d(10 * n, 3, 1)
        self.head_offset = nn.Conv1d(10 * n, 1, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return class logits ``(batch, 3, segments)`` and offsets in samples ``(batch, 1, segments)``."""
        near = self.units(x)  # (batch, 5 n, segments)
        far, lengths = near, []
        for unit in self.contract:  # halve three times
            lengths.append(far.shape[-1])
            far = unit(far)
        for unit, values in zip(self.expand, reversed(lengths), strict=True):  # and back
            far = unit(far, values)
        both = torch.cat([near, far], dim=1)  # (batch, 10 n, segments)
        return self.head_class(both), self.head_offset(both) * self.stride


def build(width: int = 8, stride: int = 8, components: int = 3) -> LPPN:
    """Build an untrained LPPN."""
    return LPPN(LPPNOptions(width, stride, components))


def spec(width: int = 8, stride: int = 8, components: int = 3) -> Spec:
    """Return the Spec of the paper: 3,072 samples at 100 Hz, components E N Z over their maximum.

    Windows overlap by half here (the paper's program uses one window a record). The mean is removed
    first: the authors' records had none.
    """
    return Spec(
        name="lppn",
        network="lppn",
        options={"width": width, "stride": stride, "components": components},
        rate_hz=100.0,
        samples=3072,
        hop_samples=1536,
        components="ENZ" if components == 3 else "Z",
        normalisation="component-max",
        outputs=("N", "P", "S"),
        activation="softmax",
        output_kind="per_segment",
        segment_samples=stride,
        thresholds={"P": 0.3, "S": 0.3},
        paper="Yu & Wang 2022, doi:10.1785/0220210309",
    )
