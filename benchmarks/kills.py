"""Kill a run with SIGKILL at random times, resume it, and compare every byte with an undisturbed run.

    python benchmarks/kills.py [--kills 20] [--stations 4] [--workers 2] [--model default] [-o OUT.json]

The archive is made from the seed: station-days over midnight in SDS. Each attempt is killed at a time
drawn from the whole length of a run (odd numbers: only the main process; even ones: all its processes
at once) and followed by ``--resume``; when a run ends all the same, its picks, ledger and Parquet parts
are compared and it begins anew. Prints the log, writes JSON, and ends with code 1 if a byte differs.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from onsets.types import Trace
from onsets.waveforms import trim, write_mseed

DAY_NS = 86_400 * 10**9
MIDNIGHT_NS = 1_704_153_600 * 10**9  # 2024-01-02


def write_archive(root: Path, stations: int, seconds: int, seed: int) -> None:
    """Write stations of coloured noise with an event every 100 s, half before midnight, half after."""
    rng = np.random.default_rng(seed)
    wave = np.exp(-np.arange(800) / 150) * np.sin(2 * np.pi * 6 * np.arange(800) / 100)
    for k in range(stations):
        data = 20 * rng.normal(size=(3, seconds * 100))
        for at in range(4000, seconds * 100 - 2000, 10_000):
            data[0, at : at + 800] += 3000 * wave
            data[1:, at + 500 : at + 1300] += 5000 * wave
        for letter, row in zip("ZNE", data, strict=True):
            start_ns = MIDNIGHT_NS - seconds // 2 * 10**9
            trace = Trace(f"XX.S{k:02d}.", f"HH{letter}", start_ns, 100.0, row.round().astype(np.int32))
            for day in (MIDNIGHT_NS // DAY_NS - 1, MIDNIGHT_NS // DAY_NS):
                date = datetime.date(1970, 1, 1) + datetime.timedelta(days=day)
                folder = root / f"{date.year}" / "XX" / f"S{k:02d}" / f"HH{letter}.D"
                folder.mkdir(parents=True, exist_ok=True)
                name = f"XX.S{k:02d}..HH{letter}.D.{date:%Y.%j}"
                write_mseed(trim([trace], day * DAY_NS, (day + 1) * DAY_NS), folder / name)


DRAFT = ".onsets-*.tmp"
"""A file that a killed process was writing; it never takes a result's name."""


def start(args: argparse.Namespace, root: Path, out: Path) -> subprocess.Popen[str]:
    """Begin a run, or go on with it."""
    out.mkdir(exist_ok=True)
    command = [
        *(sys.executable, "-m", "onsets", "pick", "--sds", str(root), "--start", "2024-01-01"),
        *("--end", "2024-01-04", "-m", args.model, "-o", str(out / "picks.parquet"), "--quiet"),
        *("--ledger", str(out / "ledger.csv"), "--folder", str(out / "run")),
        *("--workers", str(args.workers), "--resume"),
    ]
    return subprocess.Popen(
        command, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


def digests(out: Path) -> dict[str, str]:
    """Return a digest of every result: tables and parts, neither the bookkeeping nor drafts left behind."""
    files = [path for path in sorted(out.rglob("*")) if path.is_file() and "sqlite" not in path.name]
    files = [path for path in files if not path.match(DRAFT)]
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def disturb(args: argparse.Namespace, root: Path, folder: Path) -> dict[str, Any]:
    """Do the whole experiment."""
    began = time.monotonic()
    process = start(args, root, folder / "whole")
    _, said = process.communicate()
    length = time.monotonic() - began
    if process.returncode:
        raise SystemExit(f"the undisturbed run failed: {said}")
    wanted = digests(folder / "whole")
    print(f"undisturbed: {length:.1f} s, {len(wanted)} files")
    rng = random.Random(args.seed)
    log: list[dict[str, Any]] = []
    kills = ended = drafts = 0
    identical = True
    out = folder / "killed"
    while kills < args.kills or (out / "run").exists():
        process = start(args, root, out)
        delay = rng.uniform(0.05, length) if kills < args.kills else 3600.0
        try:
            _, said = process.communicate(timeout=delay)
        except subprocess.TimeoutExpired:
            everyone = kills % 2 == 1
            os.killpg(process.pid, signal.SIGKILL) if everyone else os.kill(process.pid, signal.SIGKILL)
            process.communicate()
            kills += 1
            parts = len(list(out.rglob("day=*/*.parquet")))
            whom = "all processes" if everyone else "main process"
            log.append({"kill": kills, "after_s": round(delay, 3), "whom": whom, "parts": parts})
            print(f"kill {kills:3d}: {whom} after {delay:6.2f} s, {parts} parts on disk")
            continue
        if process.returncode:
            raise SystemExit(f"resuming failed with code {process.returncode}: {said}")
        ended += 1
        found = digests(out)
        other = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
        identical &= not other
        drafts += len(list(out.rglob(DRAFT)))
        print(f"end  {ended:3d}: {'DIFFERENT: ' + ', '.join(other) if other else 'every byte is the same'}")
        shutil.rmtree(out)
    return {
        "kills": kills,
        "runs_ended": ended,
        "identical": identical,
        "drafts_left": drafts,
        "files": len(wanted),
        "undisturbed_s": round(length, 2),
        "log": log,
    }


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--stations", type=int, default=4)
    parser.add_argument("--seconds", type=int, default=1200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--model", default="default")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", "--output", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_archive(Path(folder, "sds"), args.stations, args.seconds, args.seed)
        told = disturb(args, Path(folder, "sds"), Path(folder))
    print(
        f"{told['kills']} kills, {told['runs_ended']} runs ended, identical: {told['identical']}; "
        f"{told['drafts_left']} unfinished drafts left beside results"
    )
    if args.output:
        args.output.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    raise SystemExit(0 if told["identical"] else 1)


if __name__ == "__main__":
    main()
