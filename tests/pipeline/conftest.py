"""A synthetic day with known onsets, and pickers that find them."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.picking import Picker, load
from onsets.types import Trace

START_NS = 1_704_067_200 * 10**9  # 2024-01-01
RATE_HZ = 100.0


def station_traces(
    seed: int, seconds: int, station: str = "XX.ABC.", start_ns: int = START_NS
) -> list[Trace]:
    """Return Z, N, E of coloured noise with a P and a stronger S every 100 s."""
    rng = np.random.default_rng(seed)
    samples = round(seconds * RATE_HZ)
    data = np.cumsum(rng.normal(size=(3, samples)), axis=1)
    data -= np.convolve(data[0], np.ones(200) / 200, mode="same")
    data = 20 * rng.normal(size=(3, samples)) + data
    decay = np.exp(-np.arange(800) / 150) * np.sin(2 * np.pi * 6 * np.arange(800) / RATE_HZ)
    for at in range(4000, samples - 2000, 10_000):
        data[0, at : at + 800] += 3000 * decay
        data[1:, at + 500 : at + 1300] += 5000 * decay
    return [
        Trace(station, f"HH{c}", start_ns, RATE_HZ, row.round().astype(np.int32))
        for c, row in zip("ZNE", data, strict=True)
    ]


@pytest.fixture(params=["sta-lta", "default"])
def picker(request: pytest.FixtureRequest) -> Picker:
    return load(request.param, threads=1)
