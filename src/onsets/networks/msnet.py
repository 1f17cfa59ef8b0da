"""MSNet: a picker whose second decoder teaches the encoder and is then taken away.

A U-Net of ConvNeXt blocks. Decoder A gives noise, P and S for every sample; decoder B, equal to it
but for its one output, learns where the interval from P to S lies and is removed for use: the
encoder keeps what it learnt, and A's output does not change by a bit.

==========  ===========================================  ========  =======  ==========
stage       layers                                       channels  samples  parameters
==========  ===========================================  ========  =======  ==========
stem        conv k7                                      8         6000     176
encoder 0   block; batch-norm, conv k4, stride 4         8, 16     1500     1,176
encoder 1   the same                                     16, 32    375      4,400
encoder 2   the same                                     32, 64    94       16,992
encoder 3   the same                                     64, 128   24       66,752
bottom      block                                        128       24       132,992
decoder A   4 x (transposed conv k4, stride 4; join;     64 to 8   6000     99,960
            1x1 to half; block)
head A      1x1                                          3         6000     27
decoder B   as decoder A                                 64 to 8   6000     99,960
head B      1x1                                          1         6000     9
==========  ===========================================  ========  =======  ==========

A block is a depthwise convolution of width 7, batch-norm, 1x1 to four times the channels, GELU, 1x1
back, and the input added.

**This is our reading.** No program and no table of layers is public. As printed: three components
of 6,000 samples at 100 Hz, an encoder and two decoders that differ in their output channels only, B
for the interval between P and S and removed for use, A for P and S, the manner of ConvNeXt with
fewer norms and activations, GELU, no dropout. Ours: everything with a number in it, namely widths,
kernels, strides, one block a level, batch-norm (ConvNeXt itself normalises each sample over its
channels), softmax over noise, P and S for A, a sigmoid for B, order of components, normalisation.

Of three forms that were built, width 8 with 5 levels is the default. It costs what PhaseNet costs,
the network the paper measures itself against (39.4 against 38.9 million multiply-adds for 60 s,
322 against 268 thousand parameters), so that a difference between them comes of blocks and second
decoder and not of size, and a sample of its output sees 28 s of record. Width 16 with 4 levels has as
many parameters, but three times the multiply-adds and a quarter of that view; width 16 with 5 levels
has four times both, on nodes that have to be light.

>>> from onsets.networks import multiply_adds, parameters
>>> for auxiliary in (True, False):
...     network = build(auxiliary=auxiliary)
...     print(f"{parameters(network):,} parameters, {multiply_adds(network, 3, 6000):,} multiply-adds")
422,444 parameters, 58,571,680 multiply-adds
322,475 parameters, 39,430,848 multiply-adds

References
----------
Feng, C., Yang, Y., Hu, X., Liu, G., Song, K. (2023). MSNet: A Seismic Phase Picking Network
Applicable to Microseismic Monitoring. IEEE Geoscience and Remote Sensing Letters 20,
7505105. doi:10.1109/LGRS.2023.3314029
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from onsets.errors import SpecError
from onsets.networks.layers import same_padding
from onsets.spec import Spec

__all__ = ["MSNet", "MSNetOptions", "build", "spec"]

STRIDE = 4


@dataclass(frozen=True, slots=True)
class MSNetOptions:
    """Size of an MSNet.

    Attributes
    ----------
    width : int
        Channels of the first level, doubled at each next one.
    levels : int
        Lengths at which blocks work, >= 2.
    auxiliary : bool
        With decoder B, for training.
    components : int
        Input rows, 1 or 3.
    """

    width: int = 8
    levels: int = 5
    auxiliary: bool = True
    components: int = 3

    def __post_init__(self) -> None:
        if self.width < 1 or self.levels < 2 or self.components not in (1, 3):
            raise SpecError(f"msnet needs width >= 1, levels >= 2 and 1 or 3 components, got {self}")


class _Block(nn.Module):
    """ConvNeXt block: depthwise k7, batch-norm, 1x1 to four times the channels, GELU, 1x1, residual."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.filter = nn.Conv1d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.BatchNorm1d(channels)
        self.widen = nn.Conv1d(channels, 4 * channels, 1)
        self.project = nn.Conv1d(4 * channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.project(functional.gelu(self.widen(self.norm(self.filter(x)))))
        return x + y


class _Down(nn.Module):
    """Batch-norm and convolution k4, stride 4, to ceil(samples / 4) values."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(channels)
        self.conv = nn.Conv1d(channels, 2 * channels, STRIDE, STRIDE)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.pad(self.norm(x), same_padding(int(x.shape[-1]), STRIDE, STRIDE))
        y: Tensor = self.conv(x)
        return y


class _Up(nn.Module):
    """Transposed convolution back to a level's length, join that level, 1x1 to half, block."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.ConvTranspose1d(2 * channels, channels, STRIDE, STRIDE)
        self.mix = nn.Conv1d(2 * channels, channels, 1)
        self.block = _Block(channels)

    def forward(self, x: Tensor, level: Tensor) -> Tensor:
        samples = int(level.shape[-1])
        first, _ = same_padding(samples, STRIDE, STRIDE)  # undo the padding of the way down
        x = self.conv(x)[..., first : first + samples]
        x = self.block(self.mix(torch.cat([level, x], dim=1)))
        return x


class _Decoder(nn.Module):
    """The way back up and a 1x1 head."""

    def __init__(self, widths: Sequence[int], outputs: int) -> None:
        super().__init__()
        self.levels = nn.ModuleList(_Up(n) for n in reversed(widths))
        self.head = nn.Conv1d(widths[0], outputs, 1)

    def forward(self, x: Tensor, levels: Sequence[Tensor]) -> Tensor:
        for up, level in zip(self.levels, reversed(levels), strict=True):
            x = up(x, level)
        logits: Tensor = self.head(x)
        return logits


class MSNet(nn.Module):
    """The network; see the module for its stages.

    Parameters
    ----------
    options : MSNetOptions
    """

    def __init__(self, options: MSNetOptions) -> None:
        super().__init__()
        widths = [options.width * 2**k for k in range(options.levels)]
        self.stem = nn.Conv1d(options.components, widths[0], 7, padding=3)
        self.encoder = nn.ModuleList(_Block(n) for n in widths[:-1])
        self.quarter = nn.ModuleList(_Down(n) for n in widths[:-1])
        self.bottom = _Block(widths[-1])
        self.decoder_a = _Decoder(widths[:-1], 3)
        self.decoder_b = _Decoder(widths[:-1], 1) if options.auxiliary else None

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Map ``(batch, components, samples)`` to the logits of A ``(batch, 3, samples)``.

        While decoder B is there: a tuple of those and B's, ``(batch, 1, samples)``.
        """
        x, levels = self.stem(x), []  # (batch, width, samples)
        for block, down in zip(self.encoder, self.quarter, strict=True):
            levels.append(block(x))  # (batch, width 2^k, samples / 4^k)
            x = down(levels[-1])
        x = self.bottom(x)  # (batch, 16 width, samples / 256)
        a: Tensor = self.decoder_a(x, levels)
        return a if self.decoder_b is None else (a, self.decoder_b(x, levels))

    def strip(self) -> MSNet:
        """Return a copy without decoder B; what decoder A gives is the same to the last bit.

        Its Spec is ``spec(auxiliary=False)``.
        """
        twin = copy.deepcopy(self)
        twin.decoder_b = None
        return twin


def build(width: int = 8, levels: int = 5, auxiliary: bool = True, components: int = 3) -> MSNet:
    """Build an untrained MSNet, with decoder B unless told otherwise."""
    return MSNet(MSNetOptions(width, levels, auxiliary, components))


def spec(width: int = 8, levels: int = 5, auxiliary: bool = True, components: int = 3) -> Spec:
    """Return the Spec: 60 s at 100 Hz; windows overlap by half (ours).

    The second output, while there is one, is named in ``Spec.auxiliary``: ``interval``, the chance
    (after a sigmoid) that a sample lies between P and S.
    """
    return Spec(
        name="msnet",
        network="msnet",
        options={"width": width, "levels": levels, "auxiliary": auxiliary, "components": components},
        rate_hz=100.0,
        samples=6000,
        hop_samples=3000,
        components="ZNE" if components == 3 else "Z",
        normalisation="component-std",
        outputs=("N", "P", "S"),
        activation="softmax",
        auxiliary=("interval",) if auxiliary else (),
        thresholds={"P": 0.3, "S": 0.3},
        paper="Feng et al. 2023, doi:10.1109/LGRS.2023.3314029",
    )
