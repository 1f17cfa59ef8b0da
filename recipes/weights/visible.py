"""Say how many labels of NZ stand out of the noise, and how many of those, and of the others, are found.

    python recipes/weights/visible.py WEIGHTS FOLDER [--parts parts/without-nz.csv]

The labels are about 0.08 s early and some lie in noise. A label counts as visible when, between 2 and 20 Hz,
the second after it has at least twice the RMS of the two seconds before it (up to 0.2 s before), on the
vertical for P and on the larger horizontal for S: about what a careful reader would pick.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from judging import GRID, TOLERANCE_S, cases_of, groups_of

from onsets import networks
from onsets.evaluation import record_of
from onsets.picking import load
from onsets.types import Sample
from onsets.waveforms import bandpass

BAND_HZ, RATIO, EARLY_S = (2.0, 20.0), 2.0, 0.08
BEFORE_S, AFTER_S = (-2.2, -0.2), (0.0, 1.0)


def ratio_of(sample: Sample, phase: str) -> float:
    """Return RMS after over RMS before a label."""
    data = bandpass(record_of(sample), *BAND_HZ).data[[0] if phase == "P" else [1, 2]]
    at = sample.arrivals[phase] / sample.rate_hz + EARLY_S
    spans = [slice(*(max(0, round((at + edge) * sample.rate_hz)) for edge in s)) for s in (BEFORE_S, AFTER_S)]
    before, after = (np.sqrt(np.square(data[:, span]).mean(axis=1)) for span in spans)
    return float(np.max(after / np.maximum(before, 1e-30)))


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--parts", default="parts/without-nz.csv")
    args = parser.parse_args()
    samples = groups_of(args.folder, args.parts, "test")["NZ"]
    picker = load(args.weights, thresholds=dict.fromkeys("PS", GRID[0]), threads=1)
    own = networks.read_spec(args.weights).thresholds
    cases = cases_of(picker, {"NZ": samples})["NZ"]
    lines = ["| phase | labels | visible | of these found | of the others found |", "|---" * 5 + "|"]
    for phase in "PS":
        seen = np.array([ratio_of(sample, phase) >= RATIO for sample in samples])
        found = []
        for case in cases:
            onsets = case.picks[phase][GRID[0]]
            seconds = onsets.seconds[onsets.values >= own[phase]]
            found.append(bool(np.any(np.abs(seconds - case.labels[phase]) <= TOLERANCE_S)))
        hit = np.array(found)
        shares = " | ".join(f"{part.mean():.2f}" for part in (seen, hit[seen], hit[~seen]))
        lines.append(f"| {phase} | {len(seen)} | {shares} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
