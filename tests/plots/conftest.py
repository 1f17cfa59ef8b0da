"""A record with all that a picture can show."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from onsets.tables import Picks
from onsets.types import Curve, Pick, Record

# Without the extra there is nothing to test here.
collect_ignore_glob = [] if find_spec("matplotlib") else ["test_*.py"]

START = 1_251_073_203_000_000_000  # 2009-08-24T00:20:03


def at(seconds: float) -> int:
    """A time in the record, ns."""
    return START + round(seconds * 1e9)


@pytest.fixture
def record() -> Record:
    """30 s at 100 Hz of noise; N has a gap from 15 s to 19 s."""
    data = np.random.default_rng(0).normal(0, 900, (3, 3000)).astype(np.float32)
    valid = np.ones((3, 3000), dtype=bool)
    valid[1, 1500:1900] = False
    data[~valid] = 0
    return Record("BW.RJOB.", "EH", data, valid, START, 100.0, channels=("EHZ", "EHN", "EHE"))


@pytest.fixture
def curve() -> Curve:
    """P at 4.5 s, S at 7.4 s."""
    seconds = np.arange(3000) / 100
    values = [0.93 * np.exp(-(((seconds - 4.5) / 0.2) ** 2)), 0.81 * np.exp(-(((seconds - 7.4) / 0.2) ** 2))]
    return Curve("BW.RJOB.", "EH", ("P", "S"), np.array(values, np.float32), START, 100.0, model="default")


@pytest.fixture
def picks() -> Picks:
    """P and S in the record, one pick after it, one of another station."""
    return Picks.of(
        [
            Pick("BW.RJOB.", "EH", "P", at(4.5), 0.93),
            Pick("BW.RJOB.", "EH", "S", at(7.4), 0.81),
            Pick("BW.RJOB.", "EH", "P", at(31), 0.5),
            Pick("XX.OTHER.", "EH", "P", at(5), 0.5),
        ]
    )
