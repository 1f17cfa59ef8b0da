"""Say how many picks stay where they are when a record begins a little later.

    python recipes/weights/stability.py WEIGHTS FOLDER

Each record of NCEDC begins at a random time of the grid of windows, and again 37, 211 and 503 samples
later. Of its picks above 0.5, later than a second after the new start, the share is printed that have a
pick of the same phase within 0.02 s again.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

import numpy as np
from judging import SETS

from onsets.datasets import open_dataset
from onsets.evaluation import record_of, stays
from onsets.picking import NetworkPicker, load

LATER = (37, 211, 503)
LEAD_S = 1.0


def main() -> None:
    """Measure one file of weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights")
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    picker = load(args.weights, threads=1)
    if not isinstance(picker, NetworkPicker):
        raise SystemExit(f"{args.weights} is no network")
    data, rng, totals = open_dataset(args.folder / SETS["NCEDC"]), np.random.default_rng(0), np.zeros(2)
    for sample in data.read(range(len(data))):
        samples = int(rng.integers(picker.spec.hop_samples))
        record = dataclasses.replace(record_of(sample), start_ns=round(samples * 1e9 / picker.spec.rate_hz))
        totals += stays(picker, record, LATER, ends_s=(LEAD_S, 0.0))
    sys.stdout.write(f"{totals[0] / totals[1]:.4f} of {totals[1]:.0f} stay within 0.02 s\n")


if __name__ == "__main__":
    main()
