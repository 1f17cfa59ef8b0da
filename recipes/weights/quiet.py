"""Count picks in quiet stretches, and say how many of them have a pick at the next station.

    python recipes/weights/quiet.py WEIGHTS FOLDER NEIGHBOUR

FOLDER holds the records; the stretches are those of a day and station kept away from every training, in which
no teacher sees anything. NEIGHBOUR is a file of the next station on that day: a pick with any pick there
within 10 s may belong to an earthquake after all. By chance is the same with the neighbour's picks moved by
one to ten minutes.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from parts import named
from teach import recordings

from onsets.datasets import read_parts
from onsets.evaluation import record_of
from onsets.picking import Picker, load

ALL = "parts/all.csv"
WITHIN_S = 10.0
SHIFTS_S = tuple(sign * 60.0 * k for k in range(1, 11) for sign in (-1, 1))
Float64 = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True, slots=True)
class Quiet:
    """What a picker says of quiet stretches: phase, probability and time (s) of picks, and all hours."""

    phase: npt.NDArray[np.str_]
    probability: Float64
    time_s: Float64
    hours: float

    def rate(self, phase: str, threshold: float) -> float:
        """Return picks an hour."""
        return float(((self.phase == phase) & (self.probability >= threshold)).sum()) / self.hours


def quiet_of(picker: Picker, root: Path, part: str = "") -> Quiet:
    """Pick the quiet stretches of a part; the part without a name is kept away from every training.

    They are what no teacher sees anything in. Picks that are marked as near an end do not count.
    """
    data = read_parts(named(root, "taught"), root / ALL)
    index = np.flatnonzero((data.rows["split"] == part) & (data.rows["category"] == "noise"))
    found: list[tuple[str, float, float]] = []
    seconds = 0.0
    starts_s = data.rows["start_ns"][index].astype(np.int64) / 1e9
    for sample, start_s in zip(data.read(index), starts_s, strict=True):
        record = record_of(sample)
        end = int(np.flatnonzero(sample.data.any(axis=0))[-1]) + 1
        record = dataclasses.replace(record, data=record.data[:, :end], valid=record.valid[:, :end])
        seconds += record.samples / record.rate_hz
        picks = picker.pick(record)
        for phase, value, time_ns, flags in zip(
            picks.phase, picks.probability, picks.time_ns, picks.flags, strict=True
        ):
            if "edge" not in flags:
                found.append((str(phase), float(value), start_s + time_ns / 1e9))
    phase, probability, time_s = zip(*found, strict=True) if found else ((), (), ())
    columns = np.array(phase, np.str_), np.array(probability), np.array(time_s)
    return Quiet(*columns, seconds / 3600)


def met(times_s: Float64, others_s: Float64) -> int:
    """Count the times with another one within 10 s."""
    return int((np.abs(times_s[:, None] - others_s) <= WITHIN_S).any(axis=1).sum())


def main() -> None:
    """Print a sentence."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights")
    parser.add_argument("folder", type=Path)
    parser.add_argument("neighbour")
    args = parser.parse_args()
    picker = load(args.weights, threads=1)
    quiet = quiet_of(picker, args.folder)
    picks = [picker.pick(record).time_ns for record in recordings(args.neighbour)]
    others = np.concatenate(picks) / 1e9
    chance = np.mean([met(quiet.time_s, others + shift) for shift in SHIFTS_S])
    sys.stdout.write(
        f"{len(quiet.time_s)} picks in {quiet.hours:.1f} hours, {(quiet.phase == 'S').sum()} of them S; "
        f"{met(quiet.time_s, others)} have a pick at the next station within {WITHIN_S:.0f} s, where chance "
        f"gives {chance:.1f}\n"
    )


if __name__ == "__main__":
    main()
