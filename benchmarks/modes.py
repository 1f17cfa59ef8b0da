"""What the mode fast costs in picks, and how far picks depend on where windows start.

    python benchmarks/modes.py [--work FOLDER] [--hours 2] -o OUT.json

Loss: F1 at 0.5 s of each network in both modes on labelled records, as onsets.evaluation.mode_rows judges
them for a card. Shift: of the picks above 0.5 on some hours of the
benchmark's archive, the share that is found again within 0.02 s when the record begins some seconds later,
so that every window starts elsewhere; the ends of the record are left out.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import archives
import throughput

from onsets.datasets import open_dataset
from onsets.evaluation import mode_rows, stays
from onsets.picking import MODES, load
from onsets.waveforms import read_records

SHIFTS = (137, 411, 733, 1319)
ENDS_S = 90.0
SET = "data/labelled/ncedc_phasenet"


def main() -> int:
    """Measure and write; needs the archives and weights of throughput.py, which it makes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, help="folder of archives and weights")
    parser.add_argument("--hours", type=float, default=2.0, help="of the archive, for the shift")
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    folder = arguments.work or Path(tempfile.gettempdir()) / "onsets-throughput"
    folder.mkdir(parents=True, exist_ok=True)
    root = Path(os.environ.get("ONSETS_SHARED", Path(__file__).parents[2] / "shared"))
    shared = root if (root / "weights").is_dir() else None
    throughput.prepare(folder, shared, {"24h"})
    os.environ["ONSETS_CACHE"] = str(folder / "cache")
    (record,), _ = read_records(throughput.files_of(folder, "24h"))
    samples = round(arguments.hours * 3600 * archives.RATE_HZ)
    record = dataclasses.replace(record, data=record.data[:, :samples], valid=record.valid[:, :samples])
    rows, samples = [], []
    if shared is not None:
        dataset = open_dataset(shared / SET)
        samples = dataset.read(range(len(dataset)))
    for model in (*throughput.WINDOWS, "default"):
        name = model if model == "default" else str(folder / model / "ours.safetensors")
        losses = mode_rows(name, samples) if samples else []
        for mode in MODES:
            picker = load(name, threads=1, mode=mode)
            row = {"model": model, "mode": mode, "hop_samples": picker.spec.hop_samples}  # type: ignore[attr-defined]
            row |= {f"f1_{loss.phase.lower()}": getattr(loss, mode) for loss in losses}
            row |= {f"change_{loss.phase.lower()}": [loss.low, loss.high] for loss in losses}
            stay, count = stays(picker, record, SHIFTS, ends_s=(ENDS_S, ENDS_S))
            row |= {"stay_share": stay / max(count, 1), "picks_above_half": count // len(SHIFTS)}
            rows.append(row)
            print(row, file=sys.stderr, flush=True)
    text = table(rows)
    if arguments.output:
        arguments.output.write_text(json.dumps(rows, indent=1) + "\n")
        arguments.output.with_suffix(".md").write_text(text)
    print(text)
    return 0


def table(rows: list[dict[str, Any]]) -> str:
    """Return the rows as Markdown."""
    lines = [
        "| network | mode | hop | F1 P | F1 S | stay within 0.02 s | of picks above 0.5 |",
        "|---|" + "---|" * 6,
    ]
    for row in rows:
        cells = [row["model"], row["mode"], str(row["hop_samples"])]
        cells += [f"{row[key]:.3f}" if key in row else "" for key in ("f1_p", "f1_s")]
        lines.append(
            "| " + " | ".join([*cells, f"{row['stay_share']:.2%}", str(row["picks_above_half"])]) + " |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
