"""CNN3: three plain convolutions, the fastest network of Yu, Chu, Sheng & Ma (2020).

Each output value sees 13 samples (2.6 s), so the network knows what an onset looks like, but not
what came before: it takes surface waves for S under noise, as the paper shows.

=======  ==================================  ========  =======  ==========
stage    layers                              channels  samples  parameters
=======  ==================================  ========  =======  ==========
convs    conv k5, batch-norm, LeakyReLU      32        1024     224
..       the same                            64        1024     10,368
..       the same                            128       1024     41,216
head     1x1 with bias                       3         1024     387
=======  ==================================  ========  =======  ==========

As printed (Table 2): kernels, widths, activation, one batch-norm a layer. Our reading: no dilation
(none is mentioned for this network), and what :mod:`onsets.networks._yu2020` says of all of them.
Table 5 prints 52,195 parameters; enumerating plausible widths and kernels, no other solution has it.

>>> from onsets.networks import multiply_adds, parameters
>>> f"{parameters(build()):,}"
'52,195'
>>> f"{multiply_adds(build(), 1, 1024) / 1e6:.0f} million multiply-adds"
'53 million multiply-adds'

References
----------
Yu, Z., Chu, R., Sheng, M., Ma, H. (2020). A new deep neural network for phase picking with balanced
speed and accuracy. Acta Seismologica Sinica 42 (3), 269-282 (in Chinese). doi:10.11939/jass.20190154
"""

from __future__ import annotations

from torch import Tensor, nn

from onsets.networks._yu2020 import head, leaky, paper_spec
from onsets.networks.layers import ConvNorm
from onsets.spec import Spec

__all__ = ["CNN3", "build", "spec"]


class CNN3(nn.Module):
    """The network; it has no options."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.Sequential(
            ConvNorm(1, 32, 5, leaky()), ConvNorm(32, 64, 5, leaky()), ConvNorm(64, 128, 5, leaky())
        )
        self.head = head(128)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, 1, samples)`` to logits ``(batch, 3, samples)``."""
        x = self.convs(x)  # (batch, 128, samples)
        logits: Tensor = self.head(x)
        return logits


def build() -> CNN3:
    """Build an untrained CNN3."""
    return CNN3()


def spec() -> Spec:
    """Return the Spec of the paper."""
    return paper_spec("cnn3")
