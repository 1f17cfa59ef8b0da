"""Time ``onsets pick --workers 1`` and ``--workers 2`` in turn on six days of one station.

    python benchmarks/workers.py [--model FILE] [--turns 2] [--folder out/archives] [-o OUT.json]

The archive is that of throughput.py. Wall times are of whole commands, start included; each turn runs both.
Processor time tells how much another program disturbed: it should not grow with the workers.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from archives import make

START, END = "2024-01-01", "2024-01-07"
"""Six station-days: seven cannot be shared evenly by two."""


def pick(archive: Path, model: str, workers: int) -> tuple[float, float, bytes]:
    """Run the command; return wall and processor seconds and what it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "picks.csv"
        words = ("pick", "--sds", archive, "--start", START, "--end", END, "-m", model, "--workers", workers)
        before, began = os.times(), time.monotonic()
        command = [sys.executable, "-m", "onsets", *map(str, words), "-o", str(out), "--quiet"]
        subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
        wall, after = time.monotonic() - began, os.times()
        used = after.children_user + after.children_system - before.children_user - before.children_system
        return wall, used, out.read_bytes()


def main() -> None:
    """Run the turns and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="default")
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path("out/archives"))
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("ONSETS_SHARED", "../shared")))
    parser.add_argument("-o", "--output", type=Path)
    args = parser.parse_args()
    make(args.folder, ["7d"], args.shared if args.shared.is_dir() else None)
    found: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
    said = set()
    for _ in range(args.turns):
        for workers, rows in found.items():
            wall, used, written = pick(args.folder / "7d", args.model, workers)
            rows.append((wall, used))
            said.add(written)
    wall = {workers: statistics.median(w for w, _ in rows) for workers, rows in found.items()}
    rows = [
        f"| {workers} | {wall[workers]:.1f} | {statistics.median(u for _, u in found[workers]):.1f} |"
        for workers in found
    ]
    sys.stdout.write("| workers | wall s | processor s |\n|---|---|---|\n" + "\n".join(rows) + "\n")
    sys.stdout.write(f"{wall[1] / wall[2]:.2f} times; the same picks: {'yes' if len(said) == 1 else 'NO'}\n")
    if args.output:
        told = {"model": args.model, "runs": found, "ratio": wall[1] / wall[2], "same": len(said) == 1}
        args.output.write_text(json.dumps(told, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
