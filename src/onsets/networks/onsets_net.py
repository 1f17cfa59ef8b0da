"""onsets-net: a separable U-Net that answers 25 times a second and sees a minute.

The house's own picker. A first convolution halves the rate; depthwise-separable blocks go down to
a value every 2.56 s, where a filter of seven values spans 18 s, and come back by adding what each level
knew. Nothing is computed at the full rate but the first convolution, and the answer stays at a
quarter of it: a peak's place between two answers is read off the parabola through it.

=========  ==========================================  ========  ======  ==========
stage      layers                                      channels  values  parameters
=========  ==========================================  ========  ======  ==========
stem       conv k9, stride 2                           16        3072    464
down 1     separable k7, stride 2; 1 residual          40        1536    2,792
down 2     separable k7, stride 4; 1 residual          64        384     7,640
down 3     separable k7, stride 4; 2 residuals         96        96      26,944
down 4     separable k7, stride 4; 2 residuals         128       24      48,288
up 3       1x1, repeat 4, add down 3; residual         96        96      22,464
up 2       the same, down 2                            64        384     10,880
up 1       the same, down 1; 2 residuals               40        1536    6,520
head       1x1                                         2         1536    82
=========  ==========================================  ========  ======  ==========

A separable block is a depthwise and a 1x1 convolution, batch-norm, ReLU; a residual one adds its
input before the ReLU. P and S are sigmoids of their own, since near events put both in one answer.

Separable convolutions after Yu et al. (2020) and LEQNet, the U-Net and its stride of four after
PhaseNet, the answer at a lower rate after LPPN; the sum in place of a concatenation halves the cost
of the way up.

>>> from onsets.networks import multiply_adds, parameters
>>> for widths in ((16, 40, 64, 96, 128), (8, 16, 32, 48, 64)):
...     network = build(widths=widths)
...     print(f"{parameters(network):,} parameters, {multiply_adds(network, 3, 6144):,} multiply-adds")
126,074 parameters, 22,337,280 multiply-adds
33,154 parameters, 5,536,128 multiply-adds

References
----------
Yu, Z., Chu, R., Sheng, M., Ma, H. (2020), doi:10.11939/jass.20190154; Lim, J. et al. (2022), LEQNet,
doi:10.3389/feart.2022.848237; Zhu, W., Beroza, G. C. (2019), PhaseNet, doi:10.1093/gji/ggy423; Yu, Z.,
Wang, W. (2022), LPPN, doi:10.1785/0220210309.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from onsets.errors import SpecError
from onsets.spec import Spec

__all__ = ["OnsetsNet", "OnsetsNetOptions", "build", "spec"]

STRIDES = (2, 4, 4, 4)
"""Of the ways down, after the first convolution's 2."""
QUIET = -4.0
"""Bias of the answers before training: hardly any value is an onset."""


@dataclass(frozen=True, slots=True)
class OnsetsNetOptions:
    """Size of an onsets-net.

    Attributes
    ----------
    widths : sequence of int
        Channels of the stem and the four levels.
    residuals : sequence of int
        Residual blocks on the way down at each level.
    kernel : int
        Odd width of the depthwise filters, values.
    components : int
        Input rows.
    detection : bool
        Whether it says where an event is, too, in a first row.
    """

    widths: Sequence[int] = (16, 40, 64, 96, 128)
    residuals: Sequence[int] = (1, 1, 2, 2)
    kernel: int = 7
    components: int = 3
    detection: bool = False

    def __post_init__(self) -> None:
        if len(self.widths) != 5 or len(self.residuals) != 4:
            raise SpecError(
                f"onsets-net needs 5 widths and 4 residuals, got {len(self.widths)}, {len(self.residuals)}"
            )
        if min(*self.widths, self.components) < 1 or min(self.residuals) < 0 or self.kernel % 2 == 0:
            raise SpecError(f"onsets-net cannot be built from {self}")


def _conv(layer: nn.Conv1d, x: Tensor) -> Tensor:
    """Convolve lines, or pictures of height one with the same weights.

    On a CPU torch trains pictures whose channels lie last 1.6 times as fast as lines.
    """
    if x.dim() == 3:
        y: Tensor = layer(x)
        return y
    stride, padding = (1, layer.stride[0]), (0, int(layer.padding[0]))
    return functional.conv2d(x, layer.weight[:, :, None], layer.bias, stride, padding, groups=layer.groups)


def _norm(layer: nn.BatchNorm1d, x: Tensor) -> Tensor:
    """Normalise lines or pictures by the same batch-norm."""
    if x.dim() == 3:
        y: Tensor = layer(x)
        return y
    y = layer(x.permute(0, 2, 3, 1).reshape(-1, x.shape[1]))
    return y.reshape(x.shape[0], x.shape[2], x.shape[3], x.shape[1]).permute(0, 3, 1, 2)


class _Block(nn.Module):
    """Filter each channel, mix them, normalise; add the input where shapes allow it; ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.filter = nn.Conv1d(
            inputs, inputs, kernel, stride=stride, padding=kernel // 2, groups=inputs, bias=False
        )
        self.mix = nn.Conv1d(inputs, outputs, 1, bias=False)
        self.norm = nn.BatchNorm1d(outputs)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, inputs, n)`` to ``(batch, outputs, ceil(n / stride))``."""
        y = _norm(self.norm, _conv(self.mix, _conv(self.filter, x)))
        return functional.relu(x + y if self.residual else y)


class _Up(nn.Module):
    """Bring a level's values to the one above, add what that one knew, filter."""

    def __init__(self, inputs: int, outputs: int, kernel: int, blocks: int = 1) -> None:
        super().__init__()
        self.mix = nn.Conv1d(inputs, outputs, 1)
        self.blocks = nn.Sequential(*(_Block(outputs, outputs, kernel) for _ in range(blocks)))

    def forward(self, deep: Tensor, above: Tensor) -> Tensor:
        """Map ``(batch, inputs, m)`` and ``(batch, outputs, n)`` to ``(batch, outputs, n)``."""
        narrow = _conv(self.mix, deep)
        scale = 4.0 if narrow.dim() == 3 else (1.0, 4.0)
        wide = functional.interpolate(narrow, scale_factor=scale, mode="nearest")
        if wide.shape[-1] != above.shape[-1]:
            wide = wide[..., : above.shape[-1]]
        y: Tensor = self.blocks(functional.relu(above + wide))
        return y


class OnsetsNet(nn.Module):
    """Logits of P and S, and of an event if wanted, one value every four samples.

    Parameters
    ----------
    options : OnsetsNetOptions
    """

    def __init__(self, options: OnsetsNetOptions | None = None) -> None:
        super().__init__()
        o = options or OnsetsNetOptions()
        stem, *levels = o.widths
        self.stem = nn.Sequential(
            nn.Conv1d(o.components, stem, 9, stride=2, padding=4, bias=False), nn.BatchNorm1d(stem), nn.ReLU()
        )
        self.down = nn.ModuleList(
            nn.Sequential(
                _Block(before, width, o.kernel, stride), *(_Block(width, width, o.kernel) for _ in range(n))
            )
            for before, width, stride, n in zip(o.widths, levels, STRIDES, o.residuals, strict=False)
        )
        self.up = nn.ModuleList(
            _Up(levels[k + 1], levels[k], o.kernel, blocks=2 if k == 0 else 1) for k in (2, 1, 0)
        )
        self.head = nn.Conv1d(levels[0], 3 if o.detection else 2, 1)
        nn.init.constant_(self.head.bias, QUIET)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, components, samples)`` to ``(batch, 2 or 3, ceil(samples / 4))``."""
        if self.training and x.device.type == "cpu":
            x = x[:, :, None].contiguous(memory_format=torch.channels_last)
        conv, norm = cast(nn.Conv1d, self.stem[0]), cast(nn.BatchNorm1d, self.stem[1])
        y = functional.relu(_norm(norm, _conv(conv, x)))  # (batch, widths[0], samples / 2)
        known = []
        for level in self.down:
            y = level(y)  # samples / 4, / 16, / 64, / 256
            known.append(y)
        for up, above in zip(self.up, known[-2::-1], strict=True):
            y = up(y, above)
        logits = _conv(self.head, y)
        return logits[:, :, 0] if logits.dim() == 4 else logits


def build(**options: object) -> OnsetsNet:
    """Return an onsets-net; options are those of :class:`OnsetsNetOptions`."""
    return OnsetsNet(OnsetsNetOptions(**options))  # type: ignore[arg-type]


def spec(**options: object) -> Spec:
    """Return the Spec of :func:`build` with the same options.

    Windows of 61 s overlap by a quarter, of which half is blinded at either end, so that each value
    counted has some seconds of record on both sides. One scale for the three components keeps their
    ratio, which tells P from S.
    """
    made = OnsetsNetOptions(**options)  # type: ignore[arg-type]
    outputs = ("detection", "P", "S") if made.detection else ("P", "S")
    return Spec(
        name="onsets-net",
        network="onsets-net",
        options={
            "widths": list(made.widths),
            "residuals": list(made.residuals),
            "kernel": made.kernel,
            "components": made.components,
            "detection": made.detection,
        },
        rate_hz=100.0,
        samples=6144,
        hop_samples=4608,
        components="ZNE"[: made.components],
        bandpass_hz=(0.7, 45.0),
        normalisation="window-std",
        outputs=outputs,
        activation="sigmoid",
        segment_samples=4,
        stacking="mean",
        thresholds=dict.fromkeys(outputs, 0.3),
        paper="onsets, after PhaseNet (doi:10.1093/gji/ggy423) and LPPN (doi:10.1785/0220210309)",
    )
