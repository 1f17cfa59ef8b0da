"""Make labelled records of the Icelandic example of QuakeMigrate, to judge on, never to train on.

    python recipes/weights/iceland.py SOURCE OUT

SOURCE holds ``events/*.picks`` and ``*.mseed``: earthquakes of the 2014 Bardarbunga dyke, half a minute each.
Their picks are a program's, not an analyst's; those count that lie within 0.3 s of where the location
puts them, of stations that have both P and S. OUT becomes a dataset (shards).
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import numpy as np

from onsets.datasets import dataset_of_arrays, write_shards
from onsets.waveforms import read_records

RATE_HZ = 100.0
RESIDUAL_S = 0.3


def picks_of(path: Path) -> dict[str, dict[str, int]]:
    """Return the picks of a file that can be trusted: ns since 1970 by station and phase."""
    found: dict[str, dict[str, int]] = {}
    with open(path, newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            if row["PickTime"] != "-1" and abs(float(row["Residual"])) <= RESIDUAL_S:
                time = np.datetime64(row["PickTime"].rstrip("Z"), "ns")
                found.setdefault(row["Station"], {})[row["Phase"]] = int(time.astype(np.int64))
    return {station: pair for station, pair in found.items() if {"P", "S"} <= pair.keys()}


def main() -> None:
    """Cut, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    data, arrivals, stations, events, starts = [], [], [], [], []
    for path in sorted((args.source / "events").glob("*.picks")):
        told = picks_of(path)
        records, problems = read_records([str(path.with_suffix(".mseed"))])
        for problem in problems:
            sys.stderr.write(f"{problem.where}: {problem.reason}\n")
        for record in records:
            pair = told.get(record.station_id.split(".")[1])
            if pair is None or record.rate_hz != RATE_HZ or not record.valid.any():
                continue
            at = [(pair[phase] - record.start_ns) * 1e-9 * RATE_HZ for phase in "PS"]
            if 0 < at[0] < at[1] < record.samples:
                data.append(record.data * record.valid)
                arrivals.append(at)
                stations.append(record.station_id)
                events.append(path.stem)
                starts.append(record.start_ns)
    length = min(part.shape[1] for part in data)
    columns = {
        "dataset": "iceland",
        "station_id": np.array(stations),
        "event_id": np.array(events),
        "start_ns": np.array(starts).astype("datetime64[ns]"),
    }
    whole = np.stack([part[:, :length] for part in data]).astype(np.float32)
    write_shards(dataset_of_arrays(whole, np.array(arrivals), RATE_HZ, columns=columns), args.out)
    sys.stdout.write(f"{len(data)} records of {len(set(events))} events -> {args.out}\n")


if __name__ == "__main__":
    main()
