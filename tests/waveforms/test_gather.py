"""Traces become records: components, gaps, overlaps, bad samples, offsets, and no order matters."""

from __future__ import annotations

import itertools
import random

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onsets.types import Record, Trace
from onsets.waveforms import gather

START_NS = 1_704_067_200 * 10**9
X = np.random.default_rng(0).integers(-1000, 1000, (3, 30_000))


def trace(data: npt.ArrayLike, channel: str = "HHZ", at: float = 0, rate_hz: float = 100.0) -> Trace:
    """A trace that begins ``at`` samples after the common start."""
    start = START_NS + round(at * 1e9 / rate_hz)
    return Trace("XX.ABC.", channel, start, rate_hz, np.asarray(data))


def zne(codes: str = "ZNE", prefix: str = "HH") -> list[Trace]:
    return [trace(row, prefix + code) for code, row in zip(codes, X, strict=True)]


def one(traces: list[Trace]) -> Record:
    records, problems = gather(traces)
    assert len(records) == 1, problems
    return records[0]


def same(a: Record, b: Record) -> bool:
    return (
        np.array_equal(a.data, b.data)
        and np.array_equal(a.valid, b.valid)
        and (a.start_ns, a.rate_hz, a.flags) == (b.start_ns, b.rate_hz, b.flags)
    )


@pytest.mark.parametrize("codes", ["ZNE", "zne", "Z12", "312", "z1e"])
def test_component_codes(codes: str) -> None:
    record = one(zne(codes))
    assert np.array_equal(record.data, X.astype(np.float32))
    assert (record.station_id, record.channel_prefix, record.flags) == ("XX.ABC.", "HH", frozenset())


def test_lower_case_prefix_is_the_same_instrument() -> None:
    assert one([*zne()[:2], trace(X[2], "hhe")]).valid.all()


def test_letters_win_over_numbers_and_the_loser_is_named() -> None:
    records, problems = gather([*zne(), trace(X[0], "HH1")])
    assert np.array_equal(records[0].data[1], X[1].astype(np.float32))
    assert "HH1" in problems[0].where and not problems[0].fatal


def test_an_unknown_component_is_named() -> None:
    records, problems = gather([trace(X[0], "HHX")])
    assert records == []
    assert problems[0].fatal and "HHX" in problems[0].reason and problems[0].samples == 30_000


def test_one_and_two_components_are_flagged() -> None:
    assert one(zne()[:1]).flags == {"1C"}
    assert one(zne()[1:]).flags == {"2C"}


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300])
def test_a_bad_sample_is_masked_counted_and_costs_only_itself(bad: float) -> None:
    data = X[0].astype(np.float64)
    data[1234] = bad
    records, problems = gather([trace(data)])
    (record,) = records
    assert np.flatnonzero(~record.valid[0]).tolist() == [1234]
    assert np.isfinite(record.data).all() and record.data[0, 1234] == 0
    assert len(problems) == 1 and "1 samples were NaN" in problems[0].reason and not problems[0].fatal


def test_nothing_but_nan_is_a_loss() -> None:
    records, problems = gather([trace(np.full(500, np.nan))])
    assert records == [] and any(problem.fatal for problem in problems)


def test_a_conflicting_overlap_masks_only_the_conflict() -> None:
    second = np.concatenate([X[0, 12_500:17_500] + 5, X[0, 17_500:]])
    records, problems = gather([trace(X[0, :17_500]), trace(second, at=12_500)])
    (record,) = records
    assert np.flatnonzero(~record.valid[0]).tolist() == list(range(12_500, 17_500))
    assert "5000 samples" in problems[0].reason and not problems[0].fatal


def test_an_agreeing_overlap_and_a_duplicate_are_merged_silently() -> None:
    records, problems = gather([trace(X[0, :20_000]), trace(X[0, 15_000:], at=15_000), trace(X[0])])
    assert records[0].valid[0].all() and problems == []
    assert np.array_equal(records[0].data[0], X[0].astype(np.float32))


def test_short_gaps_are_masked_and_long_ones_part_records() -> None:
    record = one([trace(X[0, :1000]), trace(X[0, 2000:], at=2000)])
    assert record.flags == {"1C", "gap"} and not record.valid[0, 1000:2000].any()
    records, _ = gather([trace(X[0, :1000]), trace(X[0, :1000], at=1000 + 30_001)])
    assert [r.samples for r in records] == [1000, 1000]


def test_dead_components_are_absent_and_flagged() -> None:
    records, problems = gather([*zne()[:2], trace(np.full(30_000, 12), "HHE")])
    assert records[0].flags == {"dead", "2C"} and not records[0].valid[2].any()
    assert "HHE" in problems[0].reason


def test_clipping_is_flagged() -> None:
    wave = 5e4 * np.sin(np.arange(3000) / 20) * np.exp(-np.arange(3000) / 900)
    data = X[0].astype(np.float64) / 10
    data[5000:8000] += wave
    assert "clipped" not in one([trace(data)]).flags
    assert "clipped" in one([trace(np.clip(data, -20_000, 20_000))]).flags


def test_time_stamps_rounded_to_a_fraction_of_a_sample_are_snapped() -> None:
    record = one([*zne()[:2], trace(X[2], "HHE", at=0.004)])
    assert np.array_equal(record.data, X.astype(np.float32))


def test_a_component_between_samples_is_moved_onto_the_grid() -> None:
    n, shift = 6000, 0.37
    wave = np.sin(2 * np.pi * 5 * np.arange(-1, n + 1) / 100)
    moved = np.sin(2 * np.pi * 5 * (np.arange(n) + shift) / 100)
    records, problems = gather([trace(wave[1:-1]), trace(moved, "HHN", at=shift)])
    error = np.abs(records[0].data[1, 100 : n - 100] - wave[1:-1][100 : n - 100])
    assert error.max() < 1e-3
    assert "moved onto the grid" in problems[0].reason and not problems[0].fatal


def test_two_rates_become_two_records_and_nothing_is_dropped() -> None:
    records, problems = gather([*zne(), trace(X[0, :5000], "HHZ", at=0, rate_hz=50.0)])
    assert sorted(record.rate_hz for record in records) == [50.0, 100.0]
    assert "rates 100, 50 Hz" in problems[0].reason


def test_an_impossible_rate_is_rejected() -> None:
    records, problems = gather([Trace("XX.ABC.", "HHZ", 0, -1.0, X[0], "f.mseed")])
    assert records == [] and problems[0].fatal and "rate -1 Hz" in problems[0].reason


def test_instruments_and_locations_stay_apart() -> None:
    other = Trace("XX.ABC.10", "HHZ", START_NS, 100.0, X[0])
    records, _ = gather([*zne(), *zne(prefix="HN"), other])
    assert [(r.station_id, r.channel_prefix) for r in records] == [
        ("XX.ABC.", "HH"),
        ("XX.ABC.", "HN"),
        ("XX.ABC.10", "HH"),
    ]


def test_a_drifting_clock_does_not_add_up() -> None:
    late = [trace(X[0, k * 1000 : (k + 1) * 1000], at=k * 1000 + 0.009 * k) for k in range(20)]
    record = one(late)
    assert abs(record.samples - 20_000) <= 1


@settings(max_examples=40, deadline=None)
@given(
    cuts=st.lists(st.integers(1, 2999), max_size=5),
    seed=st.integers(0, 1000),
    offset=st.sampled_from([0.0, 0.004, 0.3]),
)
def test_order_and_cutting_do_not_matter(cuts: list[int], seed: int, offset: float) -> None:
    whole = [trace(X[k, :3000], f"HH{c}", at=offset * k) for k, c in enumerate("ZNE")]
    parts = []
    for t in whole:
        for a, b in itertools.pairwise([0, *sorted(set(cuts)), 3000]):
            start = t.start_ns + round(a * 1e7)
            parts.append(Trace(t.station_id, t.channel, start, t.rate_hz, t.data[a:b]))
    random.Random(seed).shuffle(parts)
    assert same(one(parts), one(whole))


def test_a_day_with_2000_gaps_keeps_every_sample() -> None:
    day = np.random.default_rng(1).integers(-1000, 1000, 8_640_000, dtype=np.int32)
    starts = np.arange(0, 8_640_000, 4320)
    parts = [trace(day[a : a + 4300], at=int(a)) for a in starts]
    record = one(parts)
    assert int(record.valid[0].sum()) == 2000 * 4300
