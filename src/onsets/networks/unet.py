"""UNet: the encoder-decoder of Yu, Chu, Sheng & Ma (2020), as published and in one dimension.

Three halvings and three doublings, so that onsets are sought in a shortened record and given back
sample by sample. In spite of the name no layer of the decoder sees the encoder's.

========  =========================================  =============  =======  ==========  =========
stage     layers                                     channels       samples  parameters  1-D twin
========  =========================================  =============  =======  ==========  =========
encoder   2 x conv k3, then halved by their maximum  32             512      3,296       3,296
..        the same                                   64             256      18,688      18,688
..        the same                                   128            128      74,240      74,240
bottom    2 x conv k3                                256            128      295,936     295,936
decoder   3 transposed conv, the first doubling      256, 128, 128  256      1,033,216   345,088
..        the same                                   128, 64, 64    512      258,560     86,528
..        the same; the last without batch-norm      64, 32, 32     1024     64,736      21,728
head      1x1 with bias                              3              1024     99          99
========  =========================================  =============  =======  ==========  =========

As printed (Table 3): kernels, widths, rates, activation; 1,748,771 parameters in Table 5. Our reading:

- Only that count fits a decoder of *two*-dimensional transposed convolutions, 3x3, over a map one
  row high, as in the authors' later program. Outer rows of these kernels never meet a sample:
  903,168 weights are dead (their gradient is zero) and the same function in one dimension has
  845,603 parameters. ``exact=False`` builds that twin; :func:`flatten` copies the weights.
- Three halvings, though the table has "+pool" in its fourth row too: with four the output would
  have 512 values. No connections across, as in the table, though it is titled U-Net.
- The last transposed convolution has a bias and the activation, but no batch-norm (the count).
- LeakyReLU as in the table; the later program has ELU.
- Doubling aligns as TensorFlow's: no padding, first 2 n values kept. Records of any length: halves
  are rounded up, and doubled ones cut to the length they came from.
- What :mod:`onsets.networks._yu2020` says of all networks of the paper.

Multiply-adds of a window: 179 million in one dimension, which are the taps that meet a sample; the
exact form computes the dead rows too, 400 million. An output sees 100 to 108 samples by its position.

>>> from onsets.networks import parameters
>>> [f"{parameters(build(exact)):,}" for exact in (True, False)]
['1,748,771', '845,603']

References
----------
Yu, Z., Chu, R., Sheng, M., Ma, H. (2020). A new deep neural network for phase picking with balanced
speed and accuracy. Acta Seismologica Sinica 42 (3), 269-282 (in Chinese). doi:10.11939/jass.20190154
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn

from onsets.networks._yu2020 import head, leaky, paper_spec
from onsets.networks.layers import ConvNorm
from onsets.spec import Spec

__all__ = ["UNet", "UNetOptions", "build", "flatten", "spec"]


@dataclass(frozen=True, slots=True)
class UNetOptions:
    """Form of the decoder.

    Attributes
    ----------
    exact : bool
        Two-dimensional kernels as published; False for the twin in one dimension.
    """

    exact: bool = True


class _Transposed(nn.Module):
    """Transposed convolution k3, batch-norm (or a bias), LeakyReLU."""

    def __init__(self, inputs: int, outputs: int, stride: int, *, exact: bool, norm: bool = True) -> None:
        super().__init__()
        self.exact, padding = exact, 2 - stride
        self.conv = (
            nn.ConvTranspose2d(inputs, outputs, 3, (1, stride), (1, padding), bias=not norm)
            if exact
            else nn.ConvTranspose1d(inputs, outputs, 3, stride, padding, bias=not norm)
        )
        self.norm = nn.BatchNorm1d(outputs) if norm else nn.Identity()
        self.activation = leaky()

    def forward(self, x: Tensor, samples: int) -> Tensor:
        """Map ``(batch, inputs, ceil(samples / stride))`` to ``(batch, outputs, samples)``."""
        x = self.conv(x[:, :, None])[:, :, 0] if self.exact else self.conv(x)
        x = self.activation(self.norm(x[..., :samples]))
        return x


class UNet(nn.Module):
    """The network; see the module for its stages.

    Parameters
    ----------
    options : UNetOptions
    """

    def __init__(self, options: UNetOptions) -> None:
        super().__init__()
        widths = (1, 32, 64, 128, 256)
        pairs = [
            nn.Sequential(ConvNorm(a, b, 3, leaky()), ConvNorm(b, b, 3, leaky())) for a, b in pairwise(widths)
        ]
        self.encoder = nn.ModuleList(pairs[:3])
        self.pool = nn.MaxPool1d(2, ceil_mode=True)
        self.bottom = pairs[3]
        self.decoder = nn.ModuleList(
            nn.ModuleList(
                [
                    _Transposed(2 * n, 2 * n, 2, exact=options.exact),
                    _Transposed(2 * n, n, 1, exact=options.exact),
                    _Transposed(n, n, 1, exact=options.exact, norm=n > 32),
                ]
            )
            for n in (128, 64, 32)
        )
        self.head = head(32)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, 1, samples)`` to logits ``(batch, 3, samples)``."""
        lengths = []
        for pair in self.encoder:
            lengths.append(x.shape[-1])
            x = self.pool(pair(x))
        x = self.bottom(x)  # (batch, 256, samples / 8)
        for layers, samples in zip(self.decoder, reversed(lengths), strict=True):
            for layer in layers:  # type: ignore[attr-defined]
                x = layer(x, samples)
        logits: Tensor = self.head(x)  # from (batch, 32, samples)
        return logits


def flatten(network: UNet) -> UNet:
    """Return the twin in one dimension of an exact UNet, with a copy of its weights.

    Parameters
    ----------
    network : UNet
        Built with ``exact=True``.

    Returns
    -------
    UNet
        With 845,603 parameters and the same outputs.
    """
    twin = UNet(UNetOptions(exact=False)).to(network.head.weight).train(network.training)
    state = {key: w[:, :, 1] if w.ndim == 4 else w for key, w in network.state_dict().items()}
    twin.load_state_dict(state)
    return twin


def build(exact: bool = True) -> UNet:
    """Build an untrained UNet."""
    return UNet(UNetOptions(exact))


def spec(exact: bool = True) -> Spec:
    """Return the Spec of the paper."""
    return paper_spec("unet", exact=exact)
