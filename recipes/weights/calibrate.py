"""Calibrate trained weights and choose their thresholds, on records of regions that a network never saw.

    python recipes/weights/calibrate.py WEIGHTS FOLDER OUT --unseen OTHER PARTS [--unseen ...]

Each OTHER was trained by the same recipe without the region that its PARTS leave out, and picks the records
of that region: what is fitted to all of these picks together is folded into WEIGHTS (cross-fitting). Records
of regions that WEIGHTS were trained on would make them look surer than they are elsewhere. Without
``--unseen`` WEIGHTS themselves pick the part ``dev`` of ``--parts``.

All groups of records (near ones, the same played slower, regional ones) weigh the same: first a slope and a
shift of each phase's logits, so that a pick's probability is the share of such picks that are right; they
are folded into the last layer. Then thresholds, half of the best F1; then the uncertainty of a pick, as a
multiple of its peak's width. OUT gets the weights with the new Spec. Other networks than onsets-net only get
the thresholds with the best F1.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from judging import GRID, best_thresholds, cases_of, groups_of, real, thresholds_of
from reliability import Found, found_in, reliability, widths
from torch import nn

from onsets import networks
from onsets.evaluation import Case
from onsets.picking import NetworkPicker
from onsets.runtime import TorchRunner
from onsets.spec import Spec
from onsets.types import Sample

Float64 = npt.NDArray[np.float64]
Slopes = dict[str, tuple[float, float]]
"""Slope and shift of the logits by phase."""
LOWEST = GRID[0]
CLIP = 1e-4


def logistic(found: Found) -> tuple[float, float]:
    """Fit slope and shift of the logits to right and wrong, by Newton's method."""
    x = _logit(found.value)
    design = np.stack([x, np.ones_like(x)], axis=1)
    weight = found.weight / found.weight.sum()
    at = np.array([1.0, 0.0])
    for _ in range(50):
        p = 1 / (1 + np.exp(-design @ at))
        gradient = design.T @ (weight * (found.right - p)) - 1e-6 * (at - [1.0, 0.0])
        curvature = (design * (weight * p * (1 - p))[:, None]).T @ design + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        at += step
        if np.abs(step).max() < 1e-9:
            break
    return float(at[0]), float(at[1])


def _logit(p: Float64) -> Float64:
    clipped = np.clip(p, CLIP, 1 - CLIP)
    return np.log(clipped / (1 - clipped))


def fold(network: Any, slopes: Sequence[tuple[float, float]]) -> None:
    """Put slopes and shifts of the logits into the last layer."""
    import torch

    head = network.head
    with torch.no_grad():
        for row, (slope, shift) in enumerate(slopes):
            head.weight[row] *= slope
            head.bias[row] = head.bias[row] * slope + shift


@dataclasses.dataclass(frozen=True, slots=True)
class Heard:
    """Weights, and groups of records for them to pick."""

    weights: Path
    groups: dict[str, list[Sample]]

    def cases(self, slopes: Slopes | None = None) -> dict[str, list[Case]]:
        """Pick the records, with logits moved by slopes and shifts."""
        network, spec = moved(self.weights, slopes)
        return cases_of(NetworkPicker(spec, TorchRunner(network), dict.fromkeys("PS", LOWEST)), self.groups)


def moved(weights: Path, slopes: Slopes | None = None) -> tuple[nn.Module, Spec]:
    """Load weights; move their logits."""
    network, spec = networks.load(weights)
    if slopes:
        fold(network, [slopes[label] for label in spec.outputs])
    return network, spec


def _all(parts: Iterable[dict[str, list[Case]]]) -> dict[str, list[Case]]:
    """Return the groups of several weights, of which no two may have picked the same one."""
    every: dict[str, list[Case]] = {}
    for some in parts:
        if both := every.keys() & some.keys():
            raise SystemExit(
                f"{', '.join(sorted(both))}: picked by two of --unseen; each leaves another region out"
            )
        every |= some
    return every


def calibrate(weights: Path, sources: Sequence[Heard], out: Path) -> dict[str, Any]:
    """Write weights calibrated on what others, or they themselves, have heard; return what was found."""
    network, spec = moved(weights)
    raw = _all(source.cases() for source in sources)
    if spec.network != "onsets-net":
        thresholds = best_thresholds(raw)
        networks.save(network, dataclasses.replace(spec, thresholds=spec.thresholds | thresholds), out)
        return {"thresholds": thresholds}
    slopes = {phase: logistic(found_in(raw, phase)) for phase in "PS"}
    cases = _all(source.cases(slopes) for source in sources)
    thresholds = thresholds_of(cases)
    said: dict[str, Any] = {"slopes": slopes, "thresholds": thresholds}
    spread, factors = {}, {}
    for phase in "PS":
        found = found_in(real(cases), phase)
        factors[phase], thrice, spread[phase] = widths(found, thresholds[phase])
        said[phase] = {
            "ece": reliability(found_in(cases, phase))[1],
            "width_factor": factors[phase],
            "within_three_times": thrice,
        }
    network, spec = moved(weights, slopes)
    spec = dataclasses.replace(spec, thresholds=thresholds, uncertainty_s=spread, uncertainty_widths=factors)
    networks.save(network, spec, out)
    return said


def main() -> None:
    """Calibrate one file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--parts", default="parts/all.csv", help="what WEIGHTS were trained on")
    parser.add_argument(
        "--unseen", nargs=2, action="append", default=[], metavar=("OTHER", "PARTS"), help="may be repeated"
    )
    args = parser.parse_args()
    own = [(args.weights, args.parts, "dev")]
    others = [(Path(other), parts, "test") for other, parts in args.unseen]
    sources = [Heard(path, groups_of(args.folder, parts, part)) for path, parts, part in others or own]
    sys.stdout.write(json.dumps(calibrate(args.weights, sources, args.out), indent=1) + "\n")


if __name__ == "__main__":
    main()
