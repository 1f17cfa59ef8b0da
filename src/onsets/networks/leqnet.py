"""LEQNet: EQTransformer made an eighth of its size by cheaper parts in the same graph.

Depthwise-separable convolutions, shared between two stages of equal shape; poolings of three that
leave fewer stages; bottlenecks of eight channels in place of the residual blocks.

===========  ======================================================  ========  =========  ==========
stage        layers                                                  channels  steps      parameters
===========  ======================================================  ========  =========  ==========
encoder      5 x [separable k 11 9 7 7 5, ReLU, max-pool 3 3 3 2 2]  8 to 32   6000-56    1,289
blocks       4 x residual [norm, ReLU, conv 1x1, k 3 3 3 2, 1x1]     32, 8     56         3,328
recurrences  2 x [LSTM both ways, 1x1, norm]                         16        56         11,616
transformer  2 x [additive attention, norm, 16-128-16, norm]         16        56         10,786
detection    5 x [repeat 2 2 3 3 3, separable k 3 5 5 5 7], conv     32 to 1   112-6000   1,969
P, S         2 x [LSTM, attention to 3 steps, decoder as above]      16 to 1   56-6000    10,340
===========  ======================================================  ========  =========  ==========

The third and fourth convolution of the encoder (16 to 16 channels, k 7) are one layer used twice, so
are those of each decoder (k 5). As printed: separable convolutions, sharing, bottlenecks, and 87.68 %
fewer parameters than EQTransformer. From the authors' program, not in print: widths, kernels,
poolings, the crops (half the surplus at each end, the odd sample on the left), epsilons. The
percentage compares the totals that Keras prints, batch-norm's moving statistics included, and is
cut off after two digits; the form of EQTransformer is ``eqtransformer-leqnet-paper``. The printed
79,687,040 and 5,271,488 operations could not be reproduced: multiply-adds fall by ten, not fifteen.
Ours as in :mod:`onsets.networks.eqtransformer`.

>>> from onsets.networks import build as network, multiply_adds, parameters
>>> parameters(build()), parameters(build(), statistics=True)
(39328, 39776)
>>> before = parameters(network("eqtransformer-leqnet-paper"), statistics=True)
>>> before, int(1e4 * (1 - 39776 / before)) / 100
(323063, 87.68)
>>> multiply_adds(build(), 3, 6000)
12670400

References
----------
Lim, J., Jung, S., JeGal, C., Jung, G., Yoo, J. H., Gahm, J. K., Song, G. (2022). LEQNet: Light
Earthquake Deep Neural Network for Earthquake Detection and Phase Picking. Frontiers in Earth
Science 10, 848237. doi:10.3389/feart.2022.848237
"""

from __future__ import annotations

import dataclasses
from dataclasses import asdict, dataclass
from typing import Any

from torch import nn

from onsets.errors import SpecError
from onsets.networks import eqtransformer
from onsets.networks.layers import GATES, Ascent, Attentive, Descent, NormConv, Residual, Separable
from onsets.spec import Spec

__all__ = ["LEQNet", "LEQNetOptions", "build", "spec"]

CHANNELS, NARROW, BLOCKS = 32, 8, (3, 3, 3, 2)
ORDER = (0, 1, 2, 2, 3)
"""Which of the four separable convolutions each of the five stages uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LEQNetOptions:
    """Form of a LEQNet.

    Attributes
    ----------
    gates : str
        ``sigmoid`` or ``hard_sigmoid``, of every LSTM.
    dropout : float
        While training.
    components : int
        Input rows, 3 or 1 (Z).
    """

    gates: str = "sigmoid"
    dropout: float = 0.1
    components: int = 3

    def __post_init__(self) -> None:
        if self.gates not in GATES or not 0 <= self.dropout < 1 or self.components not in (1, 3):
            raise SpecError(f"leqnet cannot be built with {asdict(self)}")


def _block(kernel: int, dropout: float) -> Residual:
    return Residual(
        NormConv(CHANNELS, NARROW, 1),
        NormConv(NARROW, NARROW, kernel, dropout=dropout),
        NormConv(NARROW, CHANNELS, 1),
    )


def _separables(widths: tuple[int, ...], kernels: tuple[int, ...]) -> list[Separable]:
    pairs = zip(widths, widths[1:], kernels, strict=False)
    return [Separable(a, b, kernel, bias=True) for a, b, kernel in pairs]


def _decoder() -> Ascent:
    convs = _separables((Attentive.width, 32, 16, 16, 8), (3, 5, 5, 7))
    head = nn.Conv1d(8, 1, 11, padding=5)
    return Ascent(convs, (2, 2, 3, 3, 3), head, crop="left", order=ORDER)


class LEQNet(Attentive):
    """The network; see the module for its stages and :class:`Attentive` for its graph.

    Parameters
    ----------
    options : LEQNetOptions
    """

    def __init__(self, options: LEQNetOptions) -> None:
        convs = _separables((options.components, 8, 16, 16, CHANNELS), (11, 9, 7, 5))
        super().__init__(
            Descent(convs, (3, 3, 3, 2, 2), ORDER),
            [_block(kernel, options.dropout) for kernel in BLOCKS],
            CHANNELS,
            _decoder,
            recurrences=2,
            gates=options.gates,
            dropout=options.dropout,
            epsilon=1e-7,
        )


def build(**options: Any) -> LEQNet:
    """Build an untrained LEQNet; options are those of :class:`LEQNetOptions`."""
    return LEQNet(LEQNetOptions(**options))


def spec(**options: Any) -> Spec:
    """Return the Spec of the paper, which is that of EQTransformer."""
    chosen = LEQNetOptions(**options)
    return dataclasses.replace(
        eqtransformer.spec(components=chosen.components),
        name="leqnet",
        network="leqnet",
        options=asdict(chosen),
        paper="Lim et al. 2022, doi:10.3389/feart.2022.848237",
    )
