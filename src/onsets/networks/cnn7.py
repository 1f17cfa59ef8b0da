"""CNN7: seven dilated convolutions, plain or separable, of Yu, Chu, Sheng & Ma (2020).

The paper's WaveNet made simple: the dilation doubles from layer to layer, so that seven short
kernels see 255 samples (51 s), about the S-P time at the largest distance of its records (470 km).
Separable convolutions ("RE" in the paper) make it the small network meant for weak devices.

=======  ==========================================  =============  =======  ===========  =============
stage    layers                                      channels       samples  parameters   separable
=======  ==========================================  =============  =======  ===========  =============
convs    7 x conv k3 dilated, batch-norm, LeakyReLU  32, 64, 5x128  1024     228,896      78,371
head     1x1 with bias                               3              1024     387          387
=======  ==========================================  =============  =======  ===========  =============

As printed: seven layers, dilation, LeakyReLU, and the parameters in Table 5: 229,283 and 78,758.
Our reading, Table 1 being lost to us:

- Widths and kernel 3: of 31 sets of widths with 229,283 parameters this one alone gives 78,758 when
  separable. The text's "kernel 5" holds for other networks, its "1/6 of the size with kernel 3" for
  this one.
- Dilations 1, 2, 4 ... 64. The count does not show them and the text gives none (option).
- Separable: all seven convolutions, the head stays. The count leaves one trainable number a channel
  there: batch-norm's shift; its factor is frozen at 1. With both it would have 79,494.
- What :mod:`onsets.networks._yu2020` says of all networks of the paper.

>>> from onsets.networks import multiply_adds, parameters
>>> [f"{parameters(build(separable)):,}" for separable in (False, True)]
['229,283', '78,758']
>>> [round(multiply_adds(build(separable), 1, 1024) / 1e6) for separable in (False, True)]
[233, 80]

References
----------
Yu, Z., Chu, R., Sheng, M., Ma, H. (2020). A new deep neural network for phase picking with balanced
speed and accuracy. Acta Seismologica Sinica 42 (3), 269-282 (in Chinese). doi:10.11939/jass.20190154
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from onsets.errors import SpecError
from onsets.networks._yu2020 import head, leaky, paper_spec
from onsets.networks.layers import ConvNorm
from onsets.spec import Spec

__all__ = ["CNN7", "CNN7Options", "build", "spec"]

WIDTHS = (1, 32, 64, 128, 128, 128, 128, 128)
DILATIONS = (1, 2, 4, 8, 16, 32, 64)


@dataclass(frozen=True, slots=True)
class CNN7Options:
    """Kind of convolution and dilations of a CNN7.

    Attributes
    ----------
    separable : bool
        Separable convolutions in place of full ones.
    dilations : tuple of int
        Samples between the taps of each of the seven layers, >= 1.
    """

    separable: bool = False
    dilations: tuple[int, ...] = DILATIONS

    def __post_init__(self) -> None:
        if len(self.dilations) != 7 or min(self.dilations) < 1:
            raise SpecError(f"cnn7 needs seven dilations >= 1, got {list(self.dilations)}")


class CNN7(nn.Module):
    """The network; see the module for its stages.

    Parameters
    ----------
    options : CNN7Options
    """

    def __init__(self, options: CNN7Options) -> None:
        super().__init__()
        self.convs = nn.Sequential(
            *(
                ConvNorm(
                    WIDTHS[i],
                    WIDTHS[i + 1],
                    3,
                    leaky(),
                    dilation=options.dilations[i],
                    separable=options.separable,
                    scale=not options.separable,
                )
                for i in range(7)
            )
        )
        self.head = head(128)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, 1, samples)`` to logits ``(batch, 3, samples)``."""
        x = self.convs(x)  # (batch, 128, samples)
        logits: Tensor = self.head(x)
        return logits


def build(separable: bool = False, dilations: Sequence[int] = DILATIONS) -> CNN7:
    """Build an untrained CNN7."""
    return CNN7(CNN7Options(separable, tuple(dilations)))


def spec(separable: bool = False, dilations: Sequence[int] = DILATIONS) -> Spec:
    """Return the Spec of the paper."""
    return paper_spec("cnn7", separable=separable, dilations=list(dilations))
