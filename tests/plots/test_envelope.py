"""The envelope against lowest and highest taken bin by bin."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.plots.envelope import MOST_SAMPLES, gap_runs, min_max


def test_short_series_stay_as_they_are():
    values = np.arange(MOST_SAMPLES, dtype=np.float32)
    valid = values != 7
    index, line = min_max(values, valid)
    np.testing.assert_array_equal(index, values)
    np.testing.assert_array_equal(line, np.where(valid, values, np.nan))
    np.testing.assert_array_equal(min_max(values)[1], values)


@pytest.mark.parametrize("samples", [4001, 10_007, 99_999])
def test_lowest_and_highest_of_each_bin(samples):
    random = np.random.default_rng(samples)
    values = random.normal(size=samples).astype(np.float32)
    valid = random.random(samples) > 0.2
    valid[1000:3000] = False
    index, line = min_max(values, valid, bins=500)
    assert len(index) == len(line) == 1000
    parts = [slice(int(i * samples / 500), int((i + 1) * samples / 500)) for i in range(500)]
    for i, part in enumerate(parts):
        kept = values[part][valid[part]]
        expected = (kept.min(), kept.max()) if len(kept) else (np.nan, np.nan)
        np.testing.assert_array_equal(line[2 * i : 2 * i + 2], expected)
        assert index[2 * i] == index[2 * i + 1] == (part.start + part.stop - 1) / 2
    assert np.isnan(line).any()


def test_one_high_sample_of_a_day_survives():
    values = np.zeros(1_000_000, dtype=np.float32)
    values[123_456] = 5
    index, line = min_max(values)
    assert line.max() == 5
    assert abs(index[line.argmax()] - 123_456) <= 250


@given(st.lists(st.booleans(), max_size=30))
def test_gap_runs_cover_what_is_not_valid(valid):
    covered = np.ones(len(valid), dtype=bool)
    runs = gap_runs(np.array(valid, dtype=bool))
    for first, samples in runs.tolist():
        assert samples > 0
        covered[first : first + samples] = False
    assert covered.tolist() == valid
    assert (runs[1:, 0] > runs[:-1].sum(axis=1)).all()
