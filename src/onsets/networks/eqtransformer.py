"""EQTransformer: detection, P and S of a minute of record, with attention to all of it.

Seven convolutions with poolings shorten the record to 47 steps, residual blocks deepen it, recurrent
layers and two transformers let every step know the whole, three decoders write the curves. The
branches of P and S first look once more at the nearest steps.

===========  =======================================================  ========  =======  ==========
stage        layers                                                   channels  steps    parameters
===========  =======================================================  ========  =======  ==========
encoder      7 x [conv k 11 9 7 7 5 5 3, ReLU, max-pool 2]            8 to 64   6000-47  34,672
blocks       7 x residual [norm, ReLU, conv k 3 3 3 3 2 3 2] twice    64        47       158,336
recurrences  3 x [LSTM both ways, 1x1, norm]                          16        47       20,496
transformer  2 x [additive attention, norm, 16-128-16, norm]          16        47       10,786
detection    7 x [repeat 2, conv k 3 5 5 7 7 9 11, ReLU], conv k11    64 to 1   94-6000  48,577
P, S         2 x [LSTM, attention to 3 steps, decoder as above]       16 to 1   47-6000  103,556
===========  =======================================================  ========  =======  ==========

Three published forms have names here: ``eqtransformer`` (the "conservative" weights, the authors'
default and SeisBench's), ``eqtransformer-original`` (two recurrences: the paper's 372 thousand) and
``eqtransformer-leqnet-paper`` (blocks 3 3 3 2 2: the 323,063 that LEQNet is compared with, which
counts batch-norm's moving statistics). As printed: channels, recurrences, attention, losses,
dropout. From the authors' program, not in print: kernels of the blocks, widths of the decoders
(the figure's 96 is in no released file), epsilons, padding with the odd sample on the right, the
crop of one sample at each end before the decoder's fourth convolution, gates ``hard_sigmoid`` in
the conservative weights and ``sigmoid`` in the original ones. Ours: any input length (the crop is
the same rule: a surplus waits until it is even), dropout on the inputs of recurrent layers but not
inside them, none while predicting (the original weights' program leaves it on).

>>> from onsets.networks import multiply_adds, parameters
>>> forms = [build(), build(recurrences=2), build(blocks="33322", recurrences=2)]
>>> [parameters(network) for network in forms]
[376423, 371639, 321719]
>>> [parameters(network, statistics=True) for network in forms]
[378311, 373495, 323063]
>>> [multiply_adds(network, 3, 6000) for network in forms]
[128752064, 128535488, 126225344]

References
----------
Mousavi, S. M., Ellsworth, W. L., Zhu, W., Chuang, L. Y., Beroza, G. C. (2020). Earthquake
transformer: an attentive deep-learning model for simultaneous earthquake detection and phase
picking. Nature Communications 11, 3952. doi:10.1038/s41467-020-17591-w
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from torch import nn

from onsets.errors import SpecError
from onsets.networks.layers import CROPS, GATES, Ascent, Attentive, Descent, NormConv, Residual
from onsets.spec import Spec

__all__ = ["EQTransformer", "EQTransformerOptions", "build", "spec"]

WIDTHS, KERNELS = (8, 16, 16, 32, 32, 64, 64), (11, 9, 7, 7, 5, 5, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class EQTransformerOptions:
    """Form of an EQTransformer.

    Attributes
    ----------
    blocks : str
        Kernel of each residual block, one digit each.
    recurrences : int
        Recurrent layers in both directions, >= 1.
    gates : str
        ``sigmoid`` or ``hard_sigmoid``, of every LSTM.
    crop : str
        ``even`` as the authors, ``right`` as SeisBench's own weights.
    epsilon : float
        Of the attention: 1e-7 as the authors, 1e-5 as SeisBench's own weights.
    dropout : float
        While training.
    components : int
        Input rows, 3 or 1 (Z).
    """

    blocks: str = "3333232"
    recurrences: int = 3
    gates: str = "sigmoid"
    crop: str = "even"
    epsilon: float = 1e-7
    dropout: float = 0.1
    components: int = 3

    def __post_init__(self) -> None:
        checks = {
            "blocks": self.blocks.isdecimal() and "0" not in self.blocks,
            "recurrences": self.recurrences >= 1,
            "gates": self.gates in GATES,
            "crop": self.crop in CROPS,
            "epsilon": self.epsilon > 0,
            "dropout": 0 <= self.dropout < 1,
            "components": self.components in (1, 3),
        }
        for key, right in checks.items():
            if not right:
                raise SpecError(f"eqtransformer: {key} = {getattr(self, key)!r} cannot be used")


def _convs(inputs: int, widths: tuple[int, ...], kernels: tuple[int, ...]) -> list[nn.Conv1d]:
    pairs = zip((inputs, *widths), widths, kernels, strict=False)
    return [nn.Conv1d(a, b, kernel, padding=kernel // 2) for a, b, kernel in pairs]


class EQTransformer(Attentive):
    """The network; see the module for its stages and :class:`Attentive` for its graph.

    Parameters
    ----------
    options : EQTransformerOptions
    """

    def __init__(self, options: EQTransformerOptions) -> None:
        deep = WIDTHS[-1]

        def decoder() -> Ascent:
            convs = _convs(self.width, WIDTHS[::-1], KERNELS[::-1])
            head = nn.Conv1d(WIDTHS[0], 1, 11, padding=5)
            return Ascent(convs, [2] * len(convs), head, crop=options.crop)

        super().__init__(
            Descent(_convs(options.components, WIDTHS, KERNELS), [2] * len(WIDTHS)),
            [
                Residual(*(NormConv(deep, deep, int(digit), dropout=options.dropout) for _ in range(2)))
                for digit in options.blocks
            ],
            deep,
            decoder,
            recurrences=options.recurrences,
            gates=options.gates,
            dropout=options.dropout,
            epsilon=options.epsilon,
        )


def build(**options: Any) -> EQTransformer:
    """Build an untrained EQTransformer; options are those of :class:`EQTransformerOptions`."""
    return EQTransformer(EQTransformerOptions(**options))


def spec(**options: Any) -> Spec:
    """Return the Spec of the paper: a minute at 100 Hz, 1 to 45 Hz, E N Z over their deviations.

    Windows overlap by 0.3 as in the authors' program. Of two that see a sample the higher value
    counts: the program decides on each window alone, and a mean would halve what only one can see.
    Five seconds at both ends do not count (SeisBench's choice; windows still cover everything):
    published weights see a P in the last ten samples of nine windows in ten, whatever is there.
    Thresholds are the paper's; imported weights get the program's own, 0.3, 0.1 and 0.1.
    """
    chosen = EQTransformerOptions(**options)
    return Spec(
        name="eqtransformer",
        network="eqtransformer",
        options=asdict(chosen),
        rate_hz=100.0,
        samples=6000,
        hop_samples=4200,
        components="ENZ" if chosen.components == 3 else "Z",
        bandpass_hz=(1.0, 45.0),
        normalisation="component-std",
        outputs=("detection", "P", "S"),
        activation="sigmoid",
        blinding_samples=500,
        stacking="max",
        thresholds={"detection": 0.5, "P": 0.3, "S": 0.3},
        paper="Mousavi et al. 2020, doi:10.1038/s41467-020-17591-w",
    )
