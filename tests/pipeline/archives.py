"""Small archives made from a seed, and the command that picks them in its own process."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from pathlib import Path

from onsets.types import Trace
from onsets.waveforms import trim, write_mseed

from .conftest import START_NS, station_traces

DAY_NS = 86_400 * 10**9
MIDNIGHT_NS = START_NS + DAY_NS
SPAN = ("--start", "2024-01-01", "--end", "2024-01-04")


def over_midnight(station: str, seed: int, seconds: int = 600) -> list[Trace]:
    """Return traces that begin half of their length before midnight, with an onset near it."""
    return station_traces(seed, seconds, station, MIDNIGHT_NS - seconds // 2 * 10**9)


def write_sds(root: Path, traces: list[Trace]) -> None:
    """Write traces as day files."""
    for trace in traces:
        last_ns = trace.start_ns + round((len(trace.data) - 1) * 1e9 / trace.rate_hz)
        for day in range(trace.start_ns // DAY_NS, last_ns // DAY_NS + 1):
            network, station, location = trace.station_id.split(".")
            date = datetime.date(1970, 1, 1) + datetime.timedelta(days=day)
            folder = root / f"{date.year}" / network / station / f"{trace.channel}.D"
            folder.mkdir(parents=True, exist_ok=True)
            name = f"{network}.{station}.{location}.{trace.channel}.D.{date:%Y.%j}"
            write_mseed(trim([trace], day * DAY_NS, (day + 1) * DAY_NS), folder / name)


def small_archive(root: Path, stations: int = 3) -> Path:
    """Write an SDS archive of some stations, two station-days each."""
    for k in range(stations):
        write_sds(root, over_midnight(f"XX.S{k:02d}.", k))
    return root


def command(*args: str | Path) -> list[str]:
    """Return a command line of ``onsets``."""
    return [sys.executable, "-m", "onsets", *map(str, args)]


def onsets(*args: str | Path, code: int = 0, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run ``onsets`` to its end and check its exit code."""
    done = subprocess.run(
        command(*args), capture_output=True, text=True, check=False, env={**os.environ, **settings}
    )
    assert done.returncode == code, done.stderr
    return done
