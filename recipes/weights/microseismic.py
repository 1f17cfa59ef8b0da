"""Try weights on fast records: a borehole string of 2 kHz, and the same at 1000, 500 and 200 Hz.

    python recipes/weights/microseismic.py WEIGHTS SHARED [--json FILE]

Three events, twenty receivers each, no analyst's picks. What can be said without: the share of receivers with
a P and a later S, and how far these P lie from a parabola over the string (a wavefront has no corners),
median, s. A network that picks at random is far from one.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from onsets.picking import Picker, load
from onsets.types import Record
from onsets.waveforms import read_records, resample

RATES_HZ = (2000.0, 1000.0, 500.0, 200.0)
PLAYED_HZ = (None, 100.0, 200.0)
EVENTS = ("EVENT_1", "EVENT_2", "EVENT_3")


def firsts(picker: Picker, record: Record) -> tuple[float, float]:
    """Return the most probable P, and the most probable S after it, s after the start; NaN without."""
    picks = picker.pick(record)
    seconds = (picks.time_ns - record.start_ns) / 1e9
    p = np.flatnonzero(picks.phase == "P")
    if not len(p):
        return np.nan, np.nan
    first = seconds[p[np.argmax(picks.probability[p])]]
    s = np.flatnonzero((picks.phase == "S") & (seconds > first))
    return first, seconds[s[np.argmax(picks.probability[s])]] if len(s) else np.nan


def off_parabola_s(seconds: np.ndarray) -> float:
    """Return the median distance of times from a parabola over the receivers that is drawn robustly."""
    at = np.arange(len(seconds))
    keep = np.isfinite(seconds)
    if keep.sum() < 6:
        return float("nan")
    for _ in range(5):
        line = np.polyval(np.polyfit(at[keep], seconds[keep], 2), at)
        off = np.abs(seconds - line)
        keep = np.isfinite(seconds) & (off <= 2.5 * max(np.nanmedian(off), 1e-4))
    return float(np.nanmedian(off))


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights")
    parser.add_argument("shared", type=Path)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    folder = args.shared / "data" / "continuous" / "borehole_fcm_2000hz"
    rows: list[dict[str, Any]] = []
    for rate in RATES_HZ:
        for played in PLAYED_HZ:
            picker = load(args.weights, rate_as=played, threads=1)
            pairs, off = [], []
            for event in EVENTS:
                records, _ = read_records([folder / f"{event}.mseed"])
                some = [firsts(picker, resample(record, rate)) for record in records]
                pairs += some
                off.append(off_parabola_s(np.array([p for p, _ in some])))
            found = np.isfinite(np.array(pairs))
            rows.append(
                {
                    "rate_hz": rate,
                    "rate_as_hz": played,
                    "p": float(found[:, 0].mean()),
                    "p_and_s": float(found.all(axis=1).mean()),
                    "off_s": float(np.nanmedian(off)) if np.isfinite(off).any() else None,
                }
            )
    lines = ["| records, Hz | played as | with P | with P and S | P off a parabola, ms |", "|---" * 5 + "|"]
    for r in rows:
        played = "100 (resampled)" if r["rate_as_hz"] is None else f"{r['rate_as_hz']:g}"
        off_ms = "-" if r["off_s"] is None else f"{1000 * r['off_s']:.1f}"
        lines.append(f"| {r['rate_hz']:g} | {played} | {r['p']:.2f} | {r['p_and_s']:.2f} | {off_ms} |")
    sys.stdout.write("\n".join(lines) + "\n")
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
