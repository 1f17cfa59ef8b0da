"""Run the command as a user does, in its own process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from onsets.types import Trace
from onsets.waveforms import write_mseed

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs ``onsets`` with arguments in an empty folder."""

    def call(*args: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "onsets", *map(str, args)]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return call


@pytest.fixture
def mseed(tmp_path: Path) -> Path:
    """Return a miniSEED file of 2 minutes with one P at 40 s and an S at 45 s."""
    rng = np.random.default_rng(0)
    data = 20 * rng.normal(size=(3, 12_000))
    wave = np.exp(-np.arange(800) / 150) * np.sin(2 * np.pi * 6 * np.arange(800) / 100)
    data[0, 4000:4800] += 3000 * wave
    data[1:, 4500:5300] += 6000 * wave
    start = 1_704_067_200 * 10**9
    traces = [
        Trace("XX.ABC.", f"HH{c}", start, 100.0, row.round().astype(np.int32))
        for c, row in zip("ZNE", data, strict=True)
    ]
    write_mseed(traces, tmp_path / "event.mseed")
    return tmp_path / "event.mseed"
