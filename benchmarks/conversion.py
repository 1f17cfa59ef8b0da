"""Convert and index a STEAD-schema file, and say how fast and in how much memory.

    python benchmarks/conversion.py [--records 20000] [--seed 0] [-o OUT.json]

The file is made from a seed in a temporary folder: (6000, 3) arrays under ``data/``, the published
columns, one record in five noise. The conversion runs in a process of its own, so that its memory is
its own. Prints JSON, then a table: records a second of index and conversion together, the same a
second of processor time (which other work on the machine hardly changes), memory without mapped
files in both halves of the conversion, and random reads from the result.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

SAMPLES = 6000
COLUMNS = (
    *("network_code", "receiver_code", "receiver_type", "receiver_latitude", "receiver_longitude"),
    *("receiver_elevation_m", "p_arrival_sample", "p_status", "p_weight", "p_travel_sec"),
    *("s_arrival_sample", "s_status", "s_weight", "source_id", "source_origin_time"),
    *("source_origin_uncertainty_sec", "source_latitude", "source_longitude", "source_error_sec"),
    *("source_gap_deg", "source_horizontal_uncertainty_km", "source_depth_km"),
    *("source_depth_uncertainty_km", "source_magnitude", "source_magnitude_type"),
    *("source_magnitude_author", "source_mechanism_strike_dip_rake", "source_distance_deg"),
    *("source_distance_km", "back_azimuth_deg", "snr_db", "coda_end_sample", "trace_start_time"),
    *("trace_category", "trace_name"),
)


def make_row(k: int, rng: np.random.Generator) -> dict[str, Any]:
    """Return the table's row of one record; every fifth is noise."""
    station, day = f"S{k % 97:02d}", np.datetime64("2010-01-01T00:00:00") + np.timedelta64(600 * k, "s")
    stamp = str(day).replace("-", "").replace("T", "").replace(":", "")
    row: dict[str, Any] = {
        "network_code": "XX",
        "receiver_code": station,
        "receiver_type": "HH",
        "receiver_latitude": 35 + (k % 97) / 50,
        "receiver_longitude": -120 - (k % 97) / 60,
        "receiver_elevation_m": 100.0,
        "trace_start_time": str(day).replace("T", " "),
        "trace_category": "noise",
        "trace_name": f"{station}.XX_{stamp}_NO",
    }
    if k % 5 == 0:
        return row
    p = int(rng.integers(400, 1000))
    s = p + int(rng.integers(150, 2500))
    snr = " ".join(f"{value:.8f}" for value in rng.uniform(5, 60, 3))
    return row | {
        "p_arrival_sample": float(p),
        "p_status": "manual" if k % 3 else "automatic",
        "p_weight": 0.5,
        "p_travel_sec": (s - p) / 73,
        "s_arrival_sample": float(s),
        "s_status": "manual" if k % 3 else "automatic",
        "s_weight": 0.5,
        "source_id": str(1_000_000 + k // 3),
        "source_origin_time": str(day).replace("T", " "),
        "source_latitude": 36.0,
        "source_longitude": -121.0,
        "source_depth_km": "None" if k % 50 == 1 else f"{rng.uniform(1, 15):.2f}",
        "source_magnitude": f"{rng.uniform(0.5, 4.5):.1f}",
        "source_magnitude_type": "ml",
        "source_distance_km": f"{(s - p) / 12:.2f}",
        "back_azimuth_deg": "170.4",
        "snr_db": f"[{snr}]",
        "coda_end_sample": f"[[{min(SAMPLES - 1, 2 * s)}.]]",
        "trace_category": "earthquake_local",
        "trace_name": f"{station}.XX_{stamp}_EV",
    }


def make_stead(folder: Path, records: int, seed: int) -> None:
    """Write ``merge.csv`` and ``merge.hdf5``."""
    import h5py

    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(SAMPLES * 8, 3)).astype(np.float32)
    wave = (np.exp(-np.arange(1500) / 300) * np.sin(np.arange(1500) / 3)).astype(np.float32)[:, None]
    with (
        open(folder / "merge.csv", "w", newline="", encoding="utf-8") as table,
        h5py.File(folder / "merge.hdf5", "w") as file,
    ):
        writer = csv.DictWriter(table, COLUMNS, restval="")
        writer.writeheader()
        group = file.create_group("data")
        for k in range(records):
            row = make_row(k, rng)
            at = int(rng.integers(0, len(noise) - SAMPLES))
            data = 100 * noise[at : at + SAMPLES]
            for phase, size in (("p", 1000), ("s", 3000)):
                if (onset := row.get(f"{phase}_arrival_sample")) is not None:
                    data[int(onset) : int(onset) + 1500] += size * wave[: SAMPLES - int(onset)]
            group.create_dataset(row["trace_name"], data=data)
            writer.writerow(row)


def rss_mb() -> float:
    """Return the memory of this process that is not mapped from files, MB."""
    fields = Path("/proc/self/statm").read_text().split()
    return (int(fields[1]) - int(fields[2])) * 4096 / 1e6


def measure(source: Path, target: Path) -> dict[str, Any]:
    """Open, convert, open again, and read at random."""
    import resource

    from onsets.datasets import open_dataset, write_shards

    began, before, cpu = time.perf_counter(), rss_mb(), time.process_time()
    data = open_dataset(source, "stead")
    indexed = time.perf_counter()
    memory: list[float] = []
    made = write_shards(data, target, progress=lambda done, total: memory.append(rss_mb()))
    converted, cpu = time.perf_counter(), time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    half = len(memory) // 2
    made = open_dataset(target)
    reopened = time.perf_counter()
    out = np.empty((100, 3, SAMPLES), dtype=np.float32)
    rng, reads = np.random.default_rng(0), 50
    for _ in range(reads):
        made.read_block(rng.integers(0, len(made), 100), out)
    read = time.perf_counter()
    return {
        "records": len(made),
        "left_out": len(made.problems),
        "index_s": indexed - began,
        "convert_s": converted - indexed,
        "records_s": len(made) / (converted - began),
        "records_cpu_s": len(made) / cpu,
        "load_1min": os.getloadavg()[0],
        "megabytes_s": sum(file.stat().st_size for file in target.iterdir()) / 1e6 / (converted - indexed),
        "open_shards_s": reopened - converted,
        "random_reads_s": 100 * reads / (read - reopened),
        "rss_before_mb": before,
        "rss_first_half_mb": max(memory[: half + 1]),
        "rss_second_half_mb": max(memory[half:]),
        "peak_rss_mb": peak,
    }


def main() -> None:
    """Make the file, measure in a process of its own, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--measure", nargs=2, type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        sys.stdout.write(json.dumps(measure(*args.measure)))
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "stead").mkdir()
        began = time.perf_counter()
        make_stead(root / "stead", args.records, args.seed)
        made_s = time.perf_counter() - began
        command = [sys.executable, __file__, "--measure", str(root / "stead"), str(root / "shards")]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = {**json.loads(done.stdout), "generate_s": made_s, "seed": args.seed}
    text = json.dumps(found, indent=1)
    if args.output:
        args.output.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(text + "\n\n")
    for key, value in found.items():
        sys.stdout.write(f"{key:20} {value:>12,.1f}\n")


if __name__ == "__main__":
    main()
