"""CNN-GRU: convolutions, then recurrence in both directions, of Yu, Chu, Sheng & Ma (2020).

Convolutions describe the wave around a sample, gated recurrent cells carry what came before and
what comes after over the whole record: every output sees every sample, so S can be told by its P.

=======  ==================================  ============  =======  ==========
stage    layers                              channels      samples  parameters
=======  ==================================  ============  =======  ==========
convs    conv k3, batch-norm, LeakyReLU      32            1024     160
..       the same                            64            1024     6,272
..       the same                            128           1024     24,832
..       the same                            128           1024     49,408
memory   2 GRU cells forward, 2 backward     2 x 128       1024     394,752
head     1x1 with bias                       3             1024     771
=======  ==================================  ============  =======  ==========

As printed (Table 4, equation 4): kernels, widths, cells of 128 values in both directions, reset gate
before the product; 476,195 parameters in Table 5. Our reading:

- A fourth convolution, 128 to 128: Table 4 prints three, the count needs it (49,408), and so has the
  authors' later program.
- Two cells forward and, apart from them, two backward, one bias a gate (the count; ``torch.nn.GRU``
  in two bidirectional layers would make 576,035).
- Equation 4 lets the update gate choose the new value, TensorFlow's GRUCell (which the authors use)
  the old one: the same function with that gate's weights negated. Ours is the latter, with the
  gates' biases starting at 1: a fresh network remembers.
- What :mod:`onsets.networks._yu2020` says of all networks of the paper.

A day fed piece by piece cannot be picked as it comes: the backward cells need the window's end.

>>> from onsets.networks import multiply_adds, parameters
>>> f"{parameters(build()):,}"
'476,195'
>>> f"{multiply_adds(build(), 1, 1024) / 1e6:.0f} million multiply-adds"
'485 million multiply-adds'

References
----------
Yu, Z., Chu, R., Sheng, M., Ma, H. (2020). A new deep neural network for phase picking with balanced
speed and accuracy. Acta Seismologica Sinica 42 (3), 269-282 (in Chinese). doi:10.11939/jass.20190154
"""

from __future__ import annotations

from torch import Tensor, nn

from onsets.networks._yu2020 import head, leaky, paper_spec
from onsets.networks.layers import ConvNorm, TwoWayGRU
from onsets.spec import Spec

__all__ = ["CNNGRU", "build", "spec"]


class CNNGRU(nn.Module):
    """The network; it has no options."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.Sequential(
            ConvNorm(1, 32, 3, leaky()),
            ConvNorm(32, 64, 3, leaky()),
            ConvNorm(64, 128, 3, leaky()),
            ConvNorm(128, 128, 3, leaky()),
        )
        self.memory = TwoWayGRU(128, 128, layers=2)
        self.head = head(256)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, 1, samples)`` to logits ``(batch, 3, samples)``."""
        x = self.convs(x)  # (batch, 128, samples)
        x = self.memory(x)  # (batch, 256, samples)
        logits: Tensor = self.head(x)
        return logits


def build() -> CNNGRU:
    """Build an untrained CNN-GRU."""
    return CNNGRU()


def spec() -> Spec:
    """Return the Spec of the paper."""
    return paper_spec("cnn-gru")
