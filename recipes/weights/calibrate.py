"""Calibrate trained weights on records that they were not trained on, and choose their thresholds.

    python recipes/weights/calibrate.py WEIGHTS FOLDER OUT [--parts parts/all.csv]

From the part ``dev``, all groups of records (near ones, the same played slower, regional ones) weighing the
same: a slope and a shift of each phase's logits, so that a pick's probability is the share of such picks that
are right; they are folded into the last layer. Then thresholds, half of the best F1; then the uncertainty of
a pick, as a multiple of its peak's width. OUT gets the weights with the new Spec. Other networks than
onsets-net only get the thresholds with the best F1.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from judging import GRID, best_thresholds, cases_of, groups_of, real, thresholds_of
from reliability import Found, found_in, reliability, widths

from onsets import networks
from onsets.picking import load

Float64 = npt.NDArray[np.float64]
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


def calibrate(weights: Path, folder: Path, parts: str, out: Path) -> dict[str, Any]:
    """Write calibrated weights; return what was found."""
    groups = groups_of(folder, parts, "dev")
    low = {"P": LOWEST, "S": LOWEST}
    raw = cases_of(load(str(weights), thresholds=low, threads=1), groups)
    network, spec = networks.load(weights)
    if spec.network != "onsets-net":
        thresholds = best_thresholds(raw)
        networks.save(network, dataclasses.replace(spec, thresholds=spec.thresholds | thresholds), out)
        return {"thresholds": thresholds}
    slopes = {phase: logistic(found_in(raw, phase)) for phase in "PS"}
    fold(network, [slopes[label] for label in spec.outputs])
    networks.save(network, spec, out)
    picker = load(str(out), thresholds=low, threads=1)
    cases = cases_of(picker, groups)
    thresholds = thresholds_of(cases)
    said: dict[str, Any] = {"slopes": slopes, "thresholds": thresholds}
    spread, factors = {}, {}
    for phase in "PS":
        found = found_in(real(cases), phase)
        factors[phase], twice, spread[phase] = widths(found, thresholds[phase])
        said[phase] = {
            "ece": reliability(found_in(cases, phase))[1],
            "width_factor": factors[phase],
            "within_twice": twice,
        }
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
    parser.add_argument("--parts", default="parts/all.csv")
    args = parser.parse_args()
    sys.stdout.write(json.dumps(calibrate(args.weights, args.folder, args.parts, args.out), indent=1) + "\n")


if __name__ == "__main__":
    main()
