"""A record made piece by piece is the record made whole."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.types import Trace
from onsets.waveforms import gather, lay_out

START_NS = 1_704_067_200 * 10**9
HOUR = 360_000


def wave(samples: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.integers(-100, 101, samples)).astype(np.int32) % 20_011


def whole_and_pieces(traces, halo=0):
    (record,), problems = gather(traces)
    (layout,), told = lay_out(traces)
    found = list(layout.pieces(halo))
    return record, problems, found, told


def joined(found):
    data = np.concatenate([p.record.data[:, p.core] for p in found], axis=1)
    return data, np.concatenate([p.record.valid[:, p.core] for p in found], axis=1)


def test_gaps_and_overlaps_across_the_seams() -> None:
    x = wave(2 * HOUR + 5000, 0)
    traces = [Trace("XX.ABC.", f"HH{c}", START_NS, 100.0, x[: HOUR + 20]) for c in "ZN"]
    traces += [
        Trace("XX.ABC.", f"HH{c}", START_NS + (HOUR - 50) * 10**7, 100.0, x[HOUR - 50 :]) for c in "ZN"
    ]
    other = wave(HOUR + 400, 1)
    traces += [
        Trace("XX.ABC.", "HHE", START_NS + 300 * 10**7, 100.0, other[300 : HOUR - 7]),
        Trace("XX.ABC.", "HHE", START_NS + (HOUR + 3) * 10**7, 100.0, other[HOUR + 3 :]),
        Trace("XX.ABC.", "HHE", START_NS + (HOUR + 100) * 10**7, 100.0, other[HOUR + 100 : HOUR + 200] + 1),
    ]
    for halo in (0, 137):
        record, problems, found, told = whole_and_pieces(traces, halo)
        assert len(found) == 3
        data, valid = joined(found)
        np.testing.assert_array_equal(data, record.data)
        np.testing.assert_array_equal(valid, record.valid)
        assert not valid[2, HOUR - 7 : HOUR + 3].any() and not valid[2, HOUR + 100 : HOUR + 200].any()
        assert [p.reason for p in told] == [p.reason for p in problems]


@pytest.mark.parametrize("offset_ns", [3_300_000, 5_000_000, 9_000_000])
def test_components_between_the_samples_of_the_vertical(offset_ns) -> None:
    x = wave(HOUR + 9000, 2)
    traces = [Trace("XX.ABC.", f"HH{c}", START_NS + (offset_ns if c == "N" else 0), 100.0, x) for c in "ZNE"]
    record, problems, found, told = whole_and_pieces(traces)
    data, valid = joined(found)
    np.testing.assert_array_equal(valid, record.valid)
    np.testing.assert_allclose(data, record.data, atol=2e-5 * np.abs(record.data).max())
    assert len(told) == len(problems) == 1 and "interpolation" in told[0].reason


def test_a_channel_that_dies_is_absent_from_the_hour_on_in_which_it_never_changes() -> None:
    x = [wave(3 * HOUR, seed) for seed in range(3)]
    x[2][HOUR - 100 :] = 5
    traces = [Trace("XX.ABC.", f"HH{c}", START_NS, 100.0, row) for c, row in zip("ZNE", x, strict=True)]
    _, _, found, told = whole_and_pieces(traces)
    assert [("dead" in p.record.flags, "2C" in p.record.flags) for p in found] == [
        (False, False),
        (True, True),
        (True, True),
    ]
    assert not told  # it was alive once
    x[2][:] = 5
    _, _, _, told = whole_and_pieces(traces)
    assert ["never changes" in problem.reason for problem in told] == [True]


def test_nothing_that_can_be_used_is_told_once() -> None:
    data = np.full(1000, np.nan, dtype=np.float32)
    (layout,), told = lay_out([Trace("XX.ABC.", "HHZ", START_NS, 100.0, data)])
    assert sum(p.record.valid.sum() for p in layout.pieces()) == 0
    assert [problem.fatal for problem in told] == [False, True]
    assert "no record" in told[1].reason
