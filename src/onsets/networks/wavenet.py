"""WaveNet: gated dilated convolutions, plain or separable, of Yu, Chu, Sheng & Ma (2020).

Fifteen layers look at the record through ever wider gaps, three times over; each lets through what
its gate opens for, and their outputs are summed, so that short and long views both count. An output
sees 745 samples (149 s).

=======  ===========================================  ========  =======  ===========  =============
stage    layers                                       channels  samples  parameters   separable
=======  ===========================================  ========  =======  ===========  =============
entry    1x1 conv, batch-norm, tanh                   128       1024     384          385
layers   15 x (filter k5, gate k5, 1x1)               128       1024     2,714,880    769,920
head     1x1 with bias, on the sum of all layers      3         1024     387          387
=======  ===========================================  ========  =======  ===========  =============

One layer, each convolution followed by a batch-norm::

    out = tanh(conv 1x1(tanh(filter(x)) * sigmoid(gate(x))));  sum += out;  x += out

As printed: dilated kernels of 5, gates, residuals, the sum over layers; 2,715,651 and 770,692
parameters in Table 5. Our reading:

- 128 channels throughout, 15 layers, no convolution of its own for the sum: of five solutions for
  the first count this one alone meets the second, with *every* convolution separable, the 1x1 ones
  and the entry's too, and both of batch-norm's numbers trained.
- Dilations 2, 4, 8, 16, 32, three times, as in the authors' later program (option): the count does
  not show them. 1, 2, 4, 8, 16 would see 373 samples.
- tanh after the 1x1 convolutions, from the same program; the paper's LeakyReLU is stated for
  networks in general. That program returns ``x``; the paper's text sums the layers, and so do we.
- Batch-norm before tanh and sigmoid, so that the gate lies within 0..1 as the text says; the program
  has it after. What :mod:`onsets.networks._yu2020` says of all networks of the paper.

>>> from onsets.networks import multiply_adds, parameters
>>> [f"{parameters(build(separable)):,}" for separable in (False, True)]
['2,715,651', '770,692']
>>> [round(multiply_adds(build(separable), 1, 1024) / 1e6) for separable in (False, True)]
[2769, 777]

References
----------
Yu, Z., Chu, R., Sheng, M., Ma, H. (2020). A new deep neural network for phase picking with balanced
speed and accuracy. Acta Seismologica Sinica 42 (3), 269-282 (in Chinese). doi:10.11939/jass.20190154
van den Oord, A. et al. (2016). WaveNet: a generative model for raw audio. arXiv:1609.03499
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from onsets.errors import SpecError
from onsets.networks._yu2020 import head, paper_spec
from onsets.networks.layers import ConvNorm
from onsets.spec import Spec

__all__ = ["WaveNet", "WaveNetOptions", "build", "spec"]

CHANNELS = 128
DILATIONS = (2, 4, 8, 16, 32) * 3


@dataclass(frozen=True, slots=True)
class WaveNetOptions:
    """Kind of convolution and dilations of a WaveNet.

    Attributes
    ----------
    separable : bool
        Separable convolutions in place of full ones.
    dilations : tuple of int
        Samples between the taps, one number a layer, each >= 1.
    """

    separable: bool = False
    dilations: tuple[int, ...] = DILATIONS

    def __post_init__(self) -> None:
        if not self.dilations or min(self.dilations) < 1:
            raise SpecError(f"wavenet needs one or more dilations >= 1, got {list(self.dilations)}")


class _Gated(nn.Module):
    """What one layer adds: filter times gate, then mixed."""

    def __init__(self, dilation: int, separable: bool) -> None:
        super().__init__()
        n = CHANNELS
        self.filter = ConvNorm(n, n, 5, nn.Tanh(), dilation=dilation, separable=separable)
        self.gate = ConvNorm(n, n, 5, nn.Sigmoid(), dilation=dilation, separable=separable)
        self.mix = ConvNorm(n, n, 1, nn.Tanh(), separable=separable)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, 128, samples)`` to the same shape."""
        y: Tensor = self.mix(self.filter(x) * self.gate(x))
        return y


class WaveNet(nn.Module):
    """The network; see the module for its stages.

    Parameters
    ----------
    options : WaveNetOptions
    """

    def __init__(self, options: WaveNetOptions) -> None:
        super().__init__()
        self.entry = ConvNorm(1, CHANNELS, 1, nn.Tanh(), separable=options.separable)
        self.layers = nn.ModuleList(_Gated(dilation, options.separable) for dilation in options.dilations)
        self.head = head(CHANNELS)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, 1, samples)`` to logits ``(batch, 3, samples)``."""
        x = self.entry(x)  # (batch, 128, samples)
        total = torch.zeros_like(x)
        for layer in self.layers:
            out = layer(x)
            total, x = total + out, x + out
        logits: Tensor = self.head(total)
        return logits


def build(separable: bool = False, dilations: Sequence[int] = DILATIONS) -> WaveNet:
    """Build an untrained WaveNet."""
    return WaveNet(WaveNetOptions(separable, tuple(dilations)))


def spec(separable: bool = False, dilations: Sequence[int] = DILATIONS) -> Spec:
    """Return the Spec of the paper."""
    return paper_spec("wavenet", separable=separable, dilations=list(dilations))
