"""Cut continuous data into records without labels, where a teacher hears something.

    python recipes/weights/hear.py TEACHER OUT DATA [DATA ...]

OUT becomes a dataset (shards) of 90 s records, those of one after another in which the teacher hears an
onset, at its own or at half its speed. They have no labels: a network learns from them what the teacher's
curves say (finish.py). The last piece of a file begins 90 s before its end and may overlap the one before.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from teach import RATE_HZ, SAMPLES, dense, recordings

from onsets.datasets import dataset_of_arrays, write_shards
from onsets.picking import NetworkPicker
from onsets.types import Record
from onsets.waveforms import resample

SPEEDS = (1.0, 0.5)
HEARD = 0.3
"""Least probability of an onset."""


def onsets_in(record: Record, teacher: NetworkPicker) -> np.ndarray:
    """Return the samples of all onsets, in no order."""
    found = []
    for speed in SPEEDS:
        picks = teacher.pick(resample(record, RATE_HZ * speed))
        sure = picks.probability >= HEARD
        found.append((picks.time_ns[sure] - record.start_ns) * 1e-9 * record.rate_hz)
    return np.concatenate(found)


def pieces(record: Record, onsets: np.ndarray) -> list[int]:
    """Return the first samples of the pieces that hold an onset."""
    last = max(0, record.samples - SAMPLES)
    firsts = sorted({*range(0, last + 1, SAMPLES), last})
    return [first for first in firsts if ((onsets >= first) & (onsets < first + SAMPLES)).any()]


def main() -> None:
    """Listen, cut, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("teacher", help="safetensors file")
    parser.add_argument("out", type=Path)
    parser.add_argument("data", nargs="+", help="files, folders or patterns; the folder's name is kept")
    args = parser.parse_args()
    teacher = dense(args.teacher)
    data: list[np.ndarray] = []
    columns: list[tuple[str, str, int]] = []
    for path in args.data:
        count = len(data)
        for played in recordings(path):
            for first in pieces(played, onsets_in(played, teacher)):
                part = played.data[:, first : first + SAMPLES] * played.valid[:, first : first + SAMPLES]
                data.append(np.pad(part.astype(np.float32), ((0, 0), (0, SAMPLES - part.shape[1]))))
                start_ns = played.start_ns + round(first * 1e9 / RATE_HZ)
                columns.append((f"heard-{Path(path).name}", played.station_id, start_ns))
        sys.stdout.write(f"{path}: {len(data) - count} pieces\n")
        sys.stdout.flush()
    names, stations, starts = (list(column) for column in zip(*columns, strict=True))
    known = {
        "dataset": names,
        "category": "",
        "station_id": stations,
        "start_ns": np.array(starts).astype("datetime64[ns]"),
        "event_id": "",
    }
    none = np.full((len(data), 2), np.nan)
    write_shards(dataset_of_arrays(np.stack(data), none, RATE_HZ, columns=known), args.out)
    sys.stdout.write(f"{len(data)} records -> {args.out}\n")


if __name__ == "__main__":
    main()
