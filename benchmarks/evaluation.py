"""Evaluate an LPPN on 10,000 records of 60 s, whole card included, and say how long it takes.

    python benchmarks/evaluation.py [--records 10000] [--model default] [--workers 2] [-o OUT.json]

The records are made from a seed in STEAD's schema (see conversion.py) and converted to our store in a
temporary folder; that is not timed. Then ``onsets evaluate`` runs as a user runs it, in a process of its
own: start of the program, reading, windows, network, picks at every threshold of the grid, intervals,
pictures, card. Prints JSON, then a table. The onsets are made up: how many of them are found means nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from conversion import make_stead

from onsets.datasets import open_dataset, write_shards


def evaluate(data: Path, output: Path, model: str, workers: int) -> dict[str, Any]:
    """Run the command and return seconds, processor seconds, memory and the number of picks."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "onsets", "evaluate", "-m", model, "--data", str(data)]
    began = time.perf_counter()
    subprocess.run([*command, "--workers", str(workers), "-o", str(output), "--quiet"], check=True)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    rows = json.loads((output / "metrics.json").read_text(encoding="utf-8"))
    main = [row for row in rows if row["tolerance_s"] == 0.5]
    return {
        "wall_s": wall,
        "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "peak_rss_mb": after.ru_maxrss / 1e3,
        "picks": sum(row["true_positives"] + row["false_positives"] for row in main),
    }


def main() -> None:
    """Make the records, evaluate, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--model", default="default")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", "--output", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "stead").mkdir()
        make_stead(root / "stead", args.records, args.seed)
        write_shards(open_dataset(root / "stead", "stead"), root / "records")
        found = evaluate(root / "records", root / "card", args.model, args.workers)
    found |= {"records": args.records, "model": args.model, "workers": args.workers}
    found |= {"records_s": args.records / found["wall_s"], "load_1min": os.getloadavg()[0]}
    text = json.dumps(found, indent=1)
    if args.output:
        args.output.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(text + "\n\n")
    for key, value in found.items():
        sys.stdout.write(f"{key:14} {value if isinstance(value, str) else format(value, ',.2f'):>12}\n")


if __name__ == "__main__":
    main()
