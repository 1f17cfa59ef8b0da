"""Windows to calibrate with."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.deploy.calibrate import calibration_windows
from onsets.errors import WaveformError
from onsets.types import Record


def record(samples, rate=100.0, seed=0):
    data = np.random.default_rng(seed).normal(3, 5, (3, samples)).astype(np.float32)
    return Record("XX.A.", "HH", data, np.ones_like(data, bool), 0, rate)


def test_one_of_each_record_first_and_normalised(small):
    spec = small[1]
    records = [record(spec.samples + 2560, seed=k) for k in range(4)]
    x = calibration_windows(records, spec, most=6)
    assert x.shape == (6, 3, spec.samples) and x.dtype == np.float32
    assert np.allclose(x.mean(axis=2), 0, atol=1e-4) and np.allclose(x.std(axis=2), 1, atol=1e-3)
    assert np.array_equal(x, calibration_windows(records, spec, most=6))


def test_another_rate_and_nothing_are_refused(small):
    with pytest.raises(WaveformError, match="resample"):
        calibration_windows([record(9000, rate=50.0)], small[1])
    with pytest.raises(WaveformError, match="no record"):
        calibration_windows([], small[1])
