"""Real and synthetic onsets."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.types import Record

RATE_HZ = 100.0


def record_of(data, valid=None, rate_hz=RATE_HZ):
    """Return a Record of rows Z, N, E; rows of zeros are absent unless ``valid`` says otherwise."""
    data = np.asarray(data, dtype=np.float32)
    if valid is None:
        valid = np.repeat((data != 0).any(axis=1, keepdims=True), data.shape[1], axis=1)
    return Record("XX.ABC.", "HH", np.where(valid, data, np.float32(0)), np.asarray(valid), 0, rate_hz)


def onset_trace(seed, samples=3000, amplitude=10.0, frequency_hz=6.0):
    """Return noise of unit deviation with a decaying wave, and the sample at which it starts."""
    rng = np.random.default_rng(seed)
    onset = int(rng.integers(samples // 2, 3 * samples // 4))
    t = np.arange(samples - onset) / RATE_HZ
    x = rng.standard_normal(samples)
    x[onset:] += amplitude * np.sin(2 * np.pi * frequency_hz * t) * np.exp(-t / 3)
    return x, onset


@pytest.fixture(scope="session")
def rjob():
    """ObsPy's example earthquake: BW.RJOB, Z N E at 100 Hz for 30 s, P near 4.7 s."""
    obspy = pytest.importorskip("obspy")
    stream = obspy.read()
    return record_of([stream.select(component=code)[0].data for code in "ZNE"])


@pytest.fixture(scope="session")
def ar_pick_p_s(rjob):
    """P of the example earthquake in seconds after its start, by ObsPy's ar_pick."""
    trigger = pytest.importorskip("obspy.signal.trigger")
    z, n, e = rjob.data.astype(np.float64)
    return trigger.ar_pick(z, n, e, 100, 1.0, 20.0, 1.0, 0.1, 4.0, 1.0, 2, 8, 0.1, 0.2)[0]
