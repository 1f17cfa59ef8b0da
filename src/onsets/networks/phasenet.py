"""PhaseNet: a probability of P, of S and of neither for every sample.

A U-Net over time: four quarterings widen the view, four transposed convolutions return to the
record's length, and each level of the way back also sees the level it came from.

==========  ===================================  ========  =======  ==========
stage       layers (kernels of 7)                channels  samples  parameters
==========  ===================================  ========  =======  ==========
stem        conv with bias                       8         3000     192
contract 0  conv; conv, stride 4                 8         750      928
contract 1  conv; conv, stride 4                 16        188      2,752
contract 2  conv; conv, stride 4                 32        47       10,880
contract 3  conv; conv, stride 4                 64        12       43,264
bottom      conv                                 128       12       57,600
expand 3    transposed conv, stride 4; conv      64        47       114,944
expand 2    the same                             32        188      28,800
expand 1    the same                             16        750      7,232
expand 0    the same                             8         3000     1,824
head        1x1 with bias                        3         3000     27
==========  ===================================  ========  =======  ==========

Batch-norm (epsilon 0.001) and ReLU follow every convolution but the head; only stem and head have
a bias. As printed: depth, widths, kernels, strides, softmax, 3,000 samples. From the authors'
program, not in print: TensorFlow's padding (the odd sample to the right), a transposed convolution
cut to 4 n values from the second on and then to the middle of what it is joined to, batch-norm's
epsilon. Ours: no dropout (the released weights were trained without); width and number of input
components are options (width 16 is SeisBench's ``filter_factor=2``).

Records of any length do: SeisBench's windows of 3,001 samples need ``spec(samples=3001)`` only.

>>> from onsets.networks import multiply_adds, parameters
>>> network = build()
>>> parameters(network), parameters(network, statistics=True)
(268443, 269675)
>>> f"{multiply_adds(network, 3, 3000):,}"
'19,455,616'

References
----------
Zhu, W., Beroza, G. C. (2019). PhaseNet: a deep-neural-network-based seismic arrival-time picking
method. Geophysical Journal International 216, 261-273. doi:10.1093/gji/ggy423
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from onsets.errors import SpecError
from onsets.networks.layers import same_padding
from onsets.spec import Spec

__all__ = ["PhaseNet", "PhaseNetOptions", "build", "spec"]

KERNEL, STRIDE, DEPTH, EPSILON = 7, 4, 5, 1e-3


@dataclass(frozen=True, slots=True)
class PhaseNetOptions:
    """Width and input of a PhaseNet.

    Attributes
    ----------
    width : int
        Channels of the first level, doubled at each of the next four.
    components : int
        Input rows, 1 or 3.
    """

    width: int = 8
    components: int = 3

    def __post_init__(self) -> None:
        if self.width < 1 or self.components not in (1, 3):
            raise SpecError(
                f"phasenet needs width >= 1 and 1 or 3 components, got {self.width} and {self.components}"
            )


class _Conv(nn.Module):
    """Convolution k7 to ceil(samples / stride) values, batch-norm, ReLU."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, *, bias: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv1d(inputs, outputs, KERNEL, stride, bias=bias)
        self.norm = nn.BatchNorm1d(outputs, eps=EPSILON)
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        x = functional.pad(x, same_padding(int(x.shape[-1]), KERNEL, self.stride))
        return torch.relu(self.norm(self.conv(x)))


class _Up(nn.Module):
    """Transposed convolution k7 to four times the length, batch-norm, ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.ConvTranspose1d(inputs, outputs, KERNEL, STRIDE, bias=False)
        self.norm = nn.BatchNorm1d(outputs, eps=EPSILON)

    def forward(self, x: Tensor, samples: int) -> Tensor:
        longer = STRIDE * int(x.shape[-1])
        first = 1 + (longer - samples) // 2
        return torch.relu(self.norm(self.conv(x)[..., first : first + samples]))


class PhaseNet(nn.Module):
    """The network; see the module for its stages.

    Parameters
    ----------
    options : PhaseNetOptions
    """

    def __init__(self, options: PhaseNetOptions) -> None:
        super().__init__()
        widths = [options.width * 2**k for k in range(DEPTH)]
        steps = list(pairwise(widths))
        self.stem = _Conv(options.components, widths[0], bias=True)
        self.contract = nn.ModuleList(_Conv(max(n // 2, widths[0]), n) for n, _ in steps)
        self.quarter = nn.ModuleList(_Conv(n, n, STRIDE) for n, _ in steps)
        self.bottom = _Conv(*steps[-1])
        self.expand = nn.ModuleList(_Up(deep, n) for n, deep in reversed(steps))
        self.join = nn.ModuleList(_Conv(2 * n, n) for n, _ in reversed(steps))
        self.head = nn.Conv1d(widths[0], 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, components, samples)`` to logits ``(batch, 3, samples)``."""
        x, levels = self.stem(x), []  # (batch, width, samples)
        for conv, down in zip(self.contract, self.quarter, strict=True):
            levels.append(conv(x))  # (batch, width 2^k, samples / 4^k)
            x = down(levels[-1])
        x = self.bottom(x)  # (batch, 16 width, samples / 256)
        for up, conv in zip(self.expand, self.join, strict=True):
            level = levels.pop()
            x = conv(torch.cat([level, up(x, int(level.shape[-1]))], dim=1))
        logits: Tensor = self.head(x)  # from (batch, width, samples)
        return logits


def build(width: int = 8, components: int = 3) -> PhaseNet:
    """Build an untrained PhaseNet."""
    return PhaseNet(PhaseNetOptions(width, components))


def spec(width: int = 8, components: int = 3, samples: int = 3000) -> Spec:
    """Return the Spec of the paper: 30 s at 100 Hz, components E N Z over their deviation.

    Windows begin every 1,500 samples, as in the authors' program.

    Parameters
    ----------
    width, components : int
        As for :func:`build`.
    samples : int
        Window length; SeisBench's is 3,001.
    """
    return Spec(
        name="phasenet",
        network="phasenet",
        options={"width": width, "components": components},
        rate_hz=100.0,
        samples=samples,
        hop_samples=min(1500, samples),
        components="ENZ" if components == 3 else "Z",
        normalisation="component-std",
        outputs=("N", "P", "S"),
        activation="softmax",
        thresholds={"P": 0.3, "S": 0.3},
        paper="Zhu & Beroza 2019, doi:10.1093/gji/ggy423",
    )
