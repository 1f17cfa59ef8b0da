"""Time and agreement of synthetics: the table of Green's functions, records from it, and an oracle.

    python benchmarks/synthetics.py [--records 140000] [--workers 2] [--oracle] [-o OUT.json]

The table is the one of Yu et al. (2020): 16 depths (4 to 19 km), 451 distances (20 to 470 km), ten traces
of 1,024 samples at 5 Hz. Records are vertical, of random double couples, magnitudes and durations, made
from it in memory. ``--oracle`` runs pygrt on 20, 100 and 300 km and 5, 10 and 18 km depth (under a minute)
and compares all ten traces below 0.8 Hz; its velocities hold at the Nyquist frequency.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.synthetics import oracle

from onsets.synthetics import (
    COMPONENTS,
    GreensOptions,
    GreensTable,
    Grid,
    RecordOptions,
    draw_sources,
    greens_table,
    records_of,
    velocity_model,
)

DEPTHS, DISTANCES, RATE_HZ, SAMPLES = (5.0, 10.0, 18.0), (20.0, 100.0, 300.0), 5.0, 1024
PIECE = 10_000


def make_table(workers: int) -> tuple[GreensTable, dict[str, Any]]:
    """Return the whole table and what it cost."""
    began = time.perf_counter()
    table = greens_table(GreensOptions(quantity="velocity"), workers=workers)
    seconds = time.perf_counter() - began
    return table, {
        "table_s": round(seconds, 1),
        "table_mb": round(table.values.nbytes / 1e6, 1),
        "convergence": float(f"{table.convergence:.2g}"),
    }


def make_records(table: GreensTable, count: int) -> dict[str, Any]:
    """Return how long records take, piece by piece."""
    began = time.perf_counter()
    options = RecordOptions(count=count, components="Z")
    drawn = draw_sources(table, options)
    size = sum(
        records_of(table, drawn, options, slice(first, first + PIECE)).nbytes
        for first in range(0, count, PIECE)
    )
    seconds = time.perf_counter() - began
    return {"records": count, "records_s": round(seconds, 1), "records_mb": round(size / 1e6, 1)}


def compare() -> list[dict[str, Any]]:
    """Return correlation and ratio of norms, ours to the oracle's, a row a depth, distance and trace."""
    with tempfile.TemporaryDirectory() as name:
        theirs = oracle.greens(Path(name), velocity_model("crust1"), DEPTHS, DISTANCES, RATE_HZ, SAMPLES)
    grids = {"depths": Grid(at=DEPTHS), "distances": Grid(at=DISTANCES)}
    ours = greens_table(GreensOptions(**grids, quantity="velocity", reference_hz=RATE_HZ / 2)).values
    correlation, ratio = oracle.agreement(ours, theirs, RATE_HZ)
    return [
        {
            "depth_km": DEPTHS[row],
            "distance_km": DISTANCES[column],
            "trace": COMPONENTS[trace],
            "correlation": round(float(correlation[row, column, trace]), 5),
            "ratio": round(float(ratio[row, column, trace]), 4),
        }
        for row, column, trace in np.ndindex(correlation.shape)
    ]


def show(rows: list[dict[str, Any]]) -> None:
    """Print correlation / ratio, a line a depth and distance."""
    sys.stdout.write(f"{'depth':>5} {'dist.':>5}  " + "".join(f"{name:>15}" for name in COMPONENTS) + "\n")
    for first in range(0, len(rows), len(COMPONENTS)):
        cells = rows[first : first + len(COMPONENTS)]
        line = "".join(f"{cell['correlation']:>9.4f}/{cell['ratio']:.3f}" for cell in cells)
        sys.stdout.write(f"{cells[0]['depth_km']:5g} {cells[0]['distance_km']:5g}  {line}\n")
    worst = min(cell["correlation"] for cell in rows)
    ratios = [cell["ratio"] for cell in rows]
    sys.stdout.write(f"least correlation {worst}, ratio {min(ratios)} to {max(ratios)}\n")


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=140_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--oracle", action="store_true", help="also compare with pygrt")
    parser.add_argument("-o", "--output", type=Path)
    args = parser.parse_args()
    table, said = make_table(args.workers)
    said |= make_records(table, args.records)
    said["workers"] = args.workers
    said["memory_gb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2)
    for key, value in said.items():
        sys.stdout.write(f"{key:12} {value:>12,}\n")
    if args.oracle:
        said["oracle"] = compare()
        show(said["oracle"])
    if args.output:
        args.output.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
