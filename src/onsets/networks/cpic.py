"""CPIC: does this window of 20 s hold noise, a P or an S?

A plain classifier: each layer convolves and halves until next to nothing of time is left, and one
dense layer names the class. Slid over a record it makes a coarse curve.

=======  =============================================  ===================  ==========  ==========
version  layers: conv, batch-norm, ReLU, pool 2         channels             samples     parameters
=======  =============================================  ===================  ==========  ==========
1        k5 padded to 2048; k5; 9 of k3; dense 64-3     16, 32, 9 x 64       2048 to 1   108,691
2        k5; k5; k3; k3 padded to 256; 5 of k3;         8, 16, 16, 32, 32,   2000 to 4   9,571
         dense 32-3                                     16, 16, 8, 8
=======  =============================================  ===================  ==========  ==========

As the authors' program Yews has them: widths, kernels, paddings (26 samples at each end before the
first layer of version 1, 4 before the fourth of version 2), no bias in the convolutions of version
1, a bias in those of version 2, window, step and squashing of the input. Ours: the classes are read
as a softmax, which is what cross entropy trains (the program divides three sigmoids by their sum);
the squashed input is shifted to lie around 0, so that a masked sample is 0; the components are E N Z.

The window must have 2,000 samples. The program trained on onsets 5 s after a window's start, so that
is where a window's answer belongs.

>>> from onsets.networks import multiply_adds, parameters
>>> for version in (1, 2):
...     network = build(version)
...     print(f"{parameters(network):,} parameters, {multiply_adds(network, 3, 2000):,} multiply-adds")
108,691 parameters, 12,525,760 multiply-adds
9,571 parameters, 2,181,088 multiply-adds

References
----------
Zhu, L., Peng, Z., McClellan, J., Li, C., Yao, D., Li, Z., Fang, L. (2019). Deep learning for seismic
phase detection and picking in the aftershock zone of 2008 Mw 7.9 Wenchuan earthquake. Physics of the
Earth and Planetary Interiors 293, 106261. doi:10.1016/j.pepi.2019.05.004
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from onsets.errors import SpecError
from onsets.spec import Spec

__all__ = ["CPIC", "CPICOptions", "build", "spec"]

SAMPLES = 2000
# Each layer: channels out, kernel, samples of padding at each end.
LAYERS = {
    1: ((16, 5, 26), (32, 5, 2), *((64, 3, 1),) * 9),
    2: (
        (8, 5, 2),
        (16, 5, 2),
        (16, 3, 1),
        (32, 3, 4),
        (32, 3, 1),
        (16, 3, 1),
        (16, 3, 1),
        (8, 3, 1),
        (8, 3, 1),
    ),
}


@dataclass(frozen=True, slots=True)
class CPICOptions:
    """Version of a CPIC.

    Attributes
    ----------
    version : int
        1 or 2.
    """

    version: int = 1

    def __post_init__(self) -> None:
        if self.version not in LAYERS:
            raise SpecError(f"cpic has versions {', '.join(map(str, LAYERS))}, got {self.version}")


class CPIC(nn.Module):
    """The network; see the module for its stages.

    Parameters
    ----------
    options : CPICOptions
    """

    def __init__(self, options: CPICOptions) -> None:
        super().__init__()
        layers, inputs, samples = [], 3, SAMPLES
        for outputs, kernel, padding in LAYERS[options.version]:
            conv = nn.Conv1d(inputs, outputs, kernel, padding=padding, bias=options.version == 2)
            layers.append(nn.Sequential(conv, nn.BatchNorm1d(outputs), nn.ReLU(), nn.MaxPool1d(2)))
            inputs, samples = outputs, (samples + 2 * padding - kernel + 1) // 2
        self.layers = nn.Sequential(*layers)
        self.head = nn.Linear(inputs * samples, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, 3, 2000)`` to the logits of a window ``(batch, 3, 1)``.

        Raises
        ------
        SpecError
            For a window of another length.
        """
        if int(x.shape[-1]) != SAMPLES:
            raise SpecError(f"cpic reads windows of {SAMPLES} samples, got {int(x.shape[-1])}")
        x = self.layers(x)  # (batch, 64, 1) or (batch, 8, 4)
        logits: Tensor = self.head(x.flatten(1))  # (batch, 3)
        return logits[..., None]


def build(version: int = 1) -> CPIC:
    """Build an untrained CPIC."""
    return CPIC(CPICOptions(version))


def spec(version: int = 1) -> Spec:
    """Return the Spec of the program: 20 s at 100 Hz, a window every 0.1 s, squashed counts."""
    return Spec(
        name="cpic",
        network="cpic",
        options={"version": version},
        rate_hz=100.0,
        samples=SAMPLES,
        hop_samples=10,
        components="ENZ",
        normalisation="logistic",
        outputs=("N", "P", "S"),
        activation="softmax",
        output_kind="per_window",
        onset_samples=500,
        thresholds={"P": 0.5, "S": 0.5},
        paper="Zhu et al. 2019, doi:10.1016/j.pepi.2019.05.004",
    )
