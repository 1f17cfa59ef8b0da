from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import ConfigError
from onsets.evaluation import mode_rows, mode_table
from onsets.evaluation.modes import moved
from tests.evaluation.conftest import sample_of


@pytest.fixture(scope="module")
def rows():
    samples = [sample_of(k, 900 + 30 * k, 1400 + 30 * k) for k in range(8)]
    return mode_rows("default", samples)


def test_both_modes_are_judged_on_the_same_records(rows):
    assert [row.phase for row in rows] == ["P", "S"]
    for row in rows:
        assert row.labels == 8 and row.change == pytest.approx(row.fast - row.exact)
        assert row.low <= row.change <= row.high
        assert row.windows < 1
    assert rows[0].exact > 0.5  # plain onsets


def test_the_same_call_gives_the_same_rows(rows):
    samples = [sample_of(k, 900 + 30 * k, 1400 + 30 * k) for k in range(8)]
    assert mode_rows("default", samples) == rows


def test_the_table_says_what_was_measured(rows):
    lines = mode_table(rows).splitlines()
    assert "0.5 s" in lines[0] and f"{rows[0].windows:.2f} of the windows" in lines[0]
    assert lines[-2].startswith(f"| P | 8 | {rows[0].exact:.3f} | {rows[0].fast:.3f} |")


def test_a_record_that_is_cut_keeps_its_labels_in_place():
    sample = sample_of(0, 900, 1400)
    for seed in range(5):
        cut = moved(sample, np.random.default_rng(seed))
        first = sample.data.shape[1] - cut.data.shape[1]
        assert 0 <= first < 750
        assert cut.arrivals == {phase: at - first for phase, at in sample.arrivals.items() if at >= first}
        np.testing.assert_array_equal(cut.data, sample.data[:, first:])


def test_what_cannot_be_judged_is_said():
    with pytest.raises(ConfigError, match="one mode only"):
        mode_rows("sta-lta", [sample_of()])
    with pytest.raises(ConfigError, match="no record has a label"):
        mode_rows("default", [sample_of(p=None, s=None)])
