"""Plan 100,000 small files, by their headers and as an SDS archive by their names.

    python benchmarks/planning.py [--files 100000] [-o OUT.json]

The files are those of an SDS archive (100 stations, three channels, as many days as it takes), of a few
records each; every header is its own.
"""

from __future__ import annotations

import argparse
import datetime
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from onsets.picking import load
from onsets.pipeline import margins, plan_files, plan_sds
from onsets.types import Trace
from onsets.waveforms import write_mseed

DAY_NS = 86_400 * 10**9
FIRST = datetime.date(2020, 1, 1)
FIRST_NS = (FIRST - datetime.date(1970, 1, 1)).days * DAY_NS


def write_archive(root: Path, files: int) -> int:
    """Write the files and return the number of days."""
    data = np.random.default_rng(0).integers(-999, 999, 600).astype(np.int32)
    stations = 100
    days = -(-files // (3 * stations))
    made = 0
    for day in range(days):
        date = FIRST + datetime.timedelta(days=day)
        for k in range(stations):
            for letter in "ZNE":
                if made == files:
                    return days
                folder = root / f"{date.year}" / "XX" / f"S{k:03d}" / f"HH{letter}.D"
                folder.mkdir(parents=True, exist_ok=True)
                trace = Trace(f"XX.S{k:03d}.", f"HH{letter}", FIRST_NS + day * DAY_NS, 100.0, data)
                write_quick(trace, folder / f"XX.S{k:03d}..HH{letter}.D.{date:%Y.%j}")
                made += 1
    return days


TEMPLATE: dict[str, bytes] = {}


def write_quick(trace: Trace, path: Path) -> None:
    """Write a file by changing station, channel and day in the records of a first one."""
    if not TEMPLATE:
        write_mseed([trace], path)
        TEMPLATE["bytes"] = path.read_bytes()
    buffer = bytearray(TEMPLATE["bytes"])
    moment = datetime.date(1970, 1, 1) + datetime.timedelta(days=trace.start_ns // DAY_NS)
    for at in range(0, len(buffer), 512):
        buffer[at + 8 : at + 13] = trace.station_id.split(".")[1].ljust(5).encode()
        buffer[at + 15 : at + 18] = trace.channel.encode()
        buffer[at + 20 : at + 24] = moment.year.to_bytes(2, "big") + moment.timetuple().tm_yday.to_bytes(
            2, "big"
        )
    path.write_bytes(buffer)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("-o", "--output", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        days = write_archive(root, args.files)
        needs = margins(load("default", threads=1))
        began = time.perf_counter()
        by_header = plan_files(root, needs)
        headers_s = time.perf_counter() - began
        began = time.perf_counter()
        by_name = plan_sds(root, FIRST_NS, FIRST_NS + days * DAY_NS)
        names_s = time.perf_counter() - began
    same = [unit.name for unit in by_header.units] == [unit.name for unit in by_name.units]
    told = {
        "files": args.files,
        "station_days": by_header.station_days,
        "headers_s": round(headers_s, 2),
        "names_s": round(names_s, 2),
        "same_units": same,
    }
    print(json.dumps(told))
    print("| plan of | files | station-days | s |\n|---|--:|--:|--:|")
    print(f"| headers (`onsets pick FOLDER`) | {args.files} | {by_header.station_days} | {headers_s:.1f} |")
    print(f"| names (`onsets pick --sds`) | {args.files} | {by_name.station_days} | {names_s:.1f} |")
    if args.output:
        args.output.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
