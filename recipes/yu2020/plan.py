"""How much is made and trained at each scale, and where everything lies."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

NETWORKS = ("wavenet", "wavenet-separable", "cnn-gru", "unet", "unet-1d", "cnn7", "cnn7-separable", "cnn3")
"""In the order they are trained: the longest first, so that two at a time end together."""

SHOWN = {
    "cnn3": "3-layer CNN",
    "cnn7": "7-layer CNN",
    "unet": "encoder-decoder",
    "unet-1d": "encoder-decoder, 1-D",
    "cnn-gru": "CNN+RNN",
    "wavenet": "WaveNet",
    "cnn7-separable": "7-layer CNN (RE)",
    "cnn7-separable-fp16": "7-layer CNN (RE, FP16)",
    "wavenet-separable": "WaveNet (RE)",
}
"""Name in the registry -> name in the paper, in the order of its Table 5; FP16 is no network of its own."""

HALF = "cnn7-separable-fp16"
RATE_HZ, SAMPLES, TOLERANCE_S = 5.0, 1024, 0.6
LEVELS = (0.1, 0.3)
SETS = ("test", *(f"noise-{level}" for level in LEVELS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Sizes of one reproduction.

    Attributes
    ----------
    name : str
    train, dev, test, noise : int
        Records; ``noise`` of each level.
    batch, updates : int
        The same for every network.
    rate : float
        Peak of the one-cycle learning rate.
    """

    name: str
    train: int
    dev: int
    test: int
    noise: int
    batch: int
    updates: int
    rate: float

    def part(self, fraction: float) -> Scale:
        """Return a scale with so large a share of the records and updates."""
        if fraction == 1:
            return self
        few = {key: max(4, round(getattr(self, key) * fraction)) for key in ("train", "dev", "test", "noise")}
        few["train"], few["dev"] = max(few["train"], self.batch), max(few["dev"], self.batch)
        return dataclasses.replace(
            self, name=f"{self.name} x {fraction:g}", updates=max(2, round(self.updates * fraction)), **few
        )


SCALES = {
    "small": Scale(
        name="small", train=4_800, dev=128, test=1_500, noise=750, batch=16, updates=300, rate=3e-3,
    ),
    "full": Scale(
        name="full", train=140_000, dev=2_048, test=1_500, noise=750, batch=256, updates=2_735, rate=3e-3,
    ),
}  # fmt: skip
"""``full``: the paper's 140,000 records, five times over, for a GPU; ``small``: two cores."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a reproduction keeps what it made.

    Attributes
    ----------
    root : Path
    """

    root: Path

    @property
    def data(self) -> Path:
        """Datasets: ``synthetics`` (train and dev), and one for each of :data:`SETS`."""
        return self.root / "data"

    def trained(self, name: str) -> Path:
        """Return the folder of a network's training."""
        return self.root / "trained" / name

    def model(self, name: str, suffix: str = ".onnx") -> Path:
        """Return the file of a trained network."""
        return self.trained(name) / f"{name}{suffix}"

    def judged(self, name: str) -> Path:
        """Return the file with what a network said of the test records."""
        return self.root / "judged" / f"{name}.npz"

    def note(self, name: str) -> Path:
        """Return a JSON file with what was measured on the way."""
        return self.root / f"{name}.json"
