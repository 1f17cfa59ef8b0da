"""What the networks of Yu, Chu, Sheng & Ma (2020) share.

The paper compares four own networks and four known ones on synthetic records: vertical component,
5 Hz, 1,024 samples, not filtered, divided by the standard deviation; every network gives a value a
sample for noise, P and S. Table 5 of the paper prints the trainable parameters, which the files
here meet exactly; what the printed tables leave open was fixed by those counts where they could
decide, else as said here and in each file.

Our reading, for all of them:

- Activation LeakyReLU max(0.25 x, x) (equation 6) unless a file says otherwise.
- Convolution, batch-norm, activation, in this order: the text only says that every layer has a
  batch-norm. The authors' later program normalises after the activation, where a gate is no longer
  confined to 0..1, against the paper's own words.
- Two trainable numbers a channel beside the weights: batch-norm's factor and shift, convolutions
  without bias. (A bias and a shift count the same, but a bias before batch-norm does nothing.)
- The record's length is kept, by zeros at both ends.
- "Normalised by variance" is division by the standard deviation. The mean is removed first: the
  authors' synthetics had none.
- Classes in the order N, P, S; windows overlap by half; threshold 0.5. The paper states neither.
- Half precision ("FP16" in Table 5) is the same network in other numbers, no network of its own.

References
----------
Yu, Z., Chu, R., Sheng, M., Ma, H. (2020). A new deep neural network for phase picking with balanced
speed and accuracy. Acta Seismologica Sinica 42 (3), 269-282 (in Chinese). doi:10.11939/jass.20190154
"""

from __future__ import annotations

from typing import Any

from torch import nn

from onsets.spec import Spec

SLOPE = 0.25


def leaky() -> nn.Module:
    """Return the paper's activation, max(0.25 x, x)."""
    return nn.LeakyReLU(SLOPE)


def head(channels: int) -> nn.Conv1d:
    """Return the last layer: the same linear map to noise, P and S at each sample."""
    return nn.Conv1d(channels, 3, 1)


def paper_spec(network: str, **options: Any) -> Spec:
    """Return the Spec of the paper: 1,024 samples at 5 Hz of the vertical component."""
    return Spec(
        name=network,
        network=network,
        options=options,
        rate_hz=5.0,
        samples=1024,
        hop_samples=512,
        components="Z",
        normalisation="window-std",
        outputs=("N", "P", "S"),
        activation="softmax",
        thresholds={"P": 0.5, "S": 0.5},
        paper="Yu, Chu, Sheng & Ma 2020, doi:10.11939/jass.20190154",
    )
