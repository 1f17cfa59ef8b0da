"""Traces become records: components, gaps, overlaps, bad samples, offsets, and no order matters."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onsets.errors import ConfigError
from onsets.types import Record, Trace
from onsets.waveforms import gather, read_traces, write_mseed

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
    assert gather(parts)[1] == gather(whole)[1]


def test_a_day_with_2000_gaps_keeps_every_sample() -> None:
    day = np.random.default_rng(1).integers(-1000, 1000, 8_640_000, dtype=np.int32)
    starts = np.arange(0, 8_640_000, 4320)
    parts = [trace(day[a : a + 4300], at=int(a)) for a in starts]
    record = one(parts)
    assert int(record.valid[0].sum()) == 2000 * 4300


@settings(max_examples=60, deadline=None)
@given(
    pieces=st.lists(
        st.tuples(
            st.sampled_from(["HHZ", "HHN", "HH1", "hhE"]),
            st.integers(0, 400),
            st.integers(1, 300),
            st.sampled_from([0, 0, 1, 7]),
        ),
        min_size=1,
        max_size=8,
    ),
    seed=st.integers(0, 1000),
)
def test_overlaps_in_any_order_give_one_result(pieces: list[tuple[str, int, int, int]], seed: int) -> None:
    traces = []
    for channel, at, n, wrong in pieces:
        data = X[0, at : at + n].copy()
        data[n // 2 :] += wrong
        traces.append(trace(data, channel, at=at))
    mixed = list(traces)
    random.Random(seed).shuffle(mixed)
    (first, faults), (second, others) = gather(traces), gather(mixed)
    assert all(same(a, b) for a, b in zip(first, second, strict=True))
    assert faults == others


@pytest.mark.parametrize("version", [2, 3])
def test_a_day_in_one_file_or_in_24(tmp_path: Path, version: int) -> None:
    n = 24 * 3600 * 20
    rng = np.random.default_rng(2)
    day = np.cumsum(rng.integers(-50, 51, (3, n)), axis=1).astype(np.int32)
    whole = [trace(row, f"BH{c}", rate_hz=20.0) for c, row in zip("ZNE", day, strict=True)]
    write_mseed(whole, tmp_path / "day.mseed", version=version)
    (tmp_path / "hours").mkdir()
    for hour in range(24):
        here = slice(hour * 72_000, (hour + 1) * 72_000)
        parts = [trace(t.data[here], t.channel, at=here.start, rate_hz=20.0) for t in whole]
        write_mseed(parts, tmp_path / "hours" / f"{23 - hour:02d}.mseed", version=version)
    (one_file, faults), (many, others) = (
        gather(read_traces([tmp_path / name])[0]) for name in ("day.mseed", "hours")
    )
    assert len(one_file) == len(many) == 1 and same(one_file[0], many[0])
    assert np.array_equal(one_file[0].data, day.astype(np.float32))
    assert faults == others == []


def test_a_renamed_channel_goes_on() -> None:
    record = one([trace(X[0]), trace(X[1, :9000], "HH1"), trace(X[1, 8900:], "HHN", at=8900)])
    assert record.valid[1].all()
    assert np.array_equal(record.data[1], X[1].astype(np.float32))


@pytest.mark.parametrize(("channel", "fatal"), [("HHR", True), ("BHU", True), ("HH0", True), ("ACQ", False)])
def test_other_components_beside_a_vertical(channel: str, fatal: bool) -> None:
    records, problems = gather([trace(X[0], channel[:2] + "Z"), trace(X[1], channel)])
    assert [sorted(record.flags) for record in records] == [["1C"]]
    assert [(channel in p.where, p.fatal, p.samples) for p in problems] == [(True, fatal, 30_000)]


def test_long_channel_codes_of_miniseed_3() -> None:
    records, _ = gather([trace(X[0], "H_H_Z"), trace(X[1], "H_H_N")])
    assert [(record.channel_prefix, record.flags) for record in records] == [("HH", {"2C"})]


def test_a_record_of_dead_components_is_kept_and_flagged() -> None:
    records, _ = gather([trace(np.full(3000, 7), f"HH{c}") for c in "ZNE"])
    assert records[0].flags == {"dead"} and records[0].channels == ("HHZ", "HHN", "HHE")
    assert not records[0].valid.any() and not records[0].data.any()


@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_a_dead_component_is_found_wherever_its_samples_lie(shift: float) -> None:
    record = one([trace(X[0]), trace(np.full(30_000, 1_234_567), "HHN", at=shift)])
    assert record.flags == {"dead", "1C"}


@pytest.mark.parametrize("samples", [1, 1700, 3000])
def test_short_records_are_kept(samples: int) -> None:
    record = one([trace(row[:samples], f"HH{c}") for c, row in zip("ZNE", X, strict=True)])
    assert record.samples == samples and record.valid.all()


def test_short_records_are_named_where_they_are_not_wanted() -> None:
    records, problems = gather(zne(), min_samples=30_001)
    assert records == []
    assert problems[0].fatal and "30000" in problems[0].reason and problems[0].time_ns == START_NS


def test_components_at_different_rates() -> None:
    records, problems = gather(
        [trace(X[0]), trace(X[1], "HHN", rate_hz=200.0), trace(X[2], "HHE", rate_hz=200.0)]
    )
    assert [(r.rate_hz, r.flags, r.channels) for r in records] == [
        (100.0, {"1C"}, ("HHZ", "", "")),
        (200.0, {"2C"}, ("", "HHN", "HHE")),
    ]
    assert not problems[0].fatal


def test_rates_that_differ_by_rounding_are_one() -> None:
    record = one([trace(X[0]), trace(X[1], "HHN", rate_hz=99.9999978), trace(X[2], "HHE")])
    assert record.rate_hz == 100.0 and np.array_equal(record.data, X.astype(np.float32))


def test_a_slightly_different_rate_does_not_run_away() -> None:
    """30,000 samples at 100.005 Hz end 1.5 samples before those at 100 Hz."""
    t = np.arange(30_000) / 100.005
    record = one([trace(X[0]), trace(X[1]), trace(1000 * np.sin(2 * np.pi * 3 * t), "HHN", rate_hz=100.005)])
    want = 1000 * np.sin(2 * np.pi * 3 * np.arange(record.samples) / 100)
    inside = slice(100, 29_800)
    assert np.abs(record.data[1] - want)[inside].max() < 1


@pytest.mark.parametrize("ppm", [-20, -3, 3, 20])
def test_hourly_traces_of_a_drifting_clock_keep_their_times(ppm: float) -> None:
    """Each trace counts 100 Hz, but the clock that stamps its start runs off by some ppm."""
    traces = []
    for hour in range(24):
        n = hour * 360_000 + np.arange(3600)
        true = n / 100 * (1 + ppm * 1e-6)
        data = 1000 * np.sin(2 * np.pi * 2 * true)
        traces.append(Trace("XX.ABC.", "HHZ", START_NS + round(true[0] * 1e9), 100.0, data))
    records, _ = gather(traces)
    assert len(records) == 24
    records, _ = gather(traces, max_gap_s=4000)
    (record,) = records
    times = np.arange(record.samples) / 100
    want = 1000 * np.sin(2 * np.pi * 2 * times)
    error = np.abs(record.data[0] - want)[record.valid[0]]
    assert int(record.valid[0].sum()) >= 24 * 3599
    assert np.percentile(error, 99) < 15  # 1 % of a sample is 1.3, an hour of 20 ppm a whole cycle
    assert abs(record.time_ns(np.flatnonzero(record.valid[0])[-1]) - START_NS - round(true[-1] * 1e9)) < 1e7


def test_the_grid_is_that_of_the_vertical() -> None:
    early, late = trace(X[1], "HHN", at=-10.3), trace(X[0], at=0.0)
    record = one([early, late])
    assert (record.start_ns - START_NS) % 10**7 == 0
    assert np.array_equal(record.data[0, -30_000:], X[0].astype(np.float32))


def test_three_that_disagree_are_masked_in_any_order() -> None:
    versions = [X[0, :100], X[0, :100] + 1, X[0, :100]]
    for order in itertools.permutations(versions):
        records, problems = gather([trace(X[0, 100:200], at=100), *(trace(v) for v in order)])
        assert np.flatnonzero(records[0].valid[0]).tolist() == list(range(100, 200))
        assert "100 samples" in problems[0].reason


def test_all_of_one_channel_bad_leaves_the_others() -> None:
    record = one([trace(np.full(30_000, np.nan)), trace(X[1], "HHN"), trace(X[2], "HHE")])
    assert record.flags == {"2C"} and record.live.tolist() == [False, True, True]


@pytest.mark.parametrize(
    "bad",
    [
        Trace("XX.ABC.", "HHZ", 2**63, 100.0, X[0]),
        Trace("XX.ABC.", "HHZ", -(2**63), 100.0, X[0]),
        Trace("XX.ABC.", "HHZ", 0, float("nan"), X[0]),
        Trace("XX.ABC.", "HHZ", 0, 1e12, X[0]),
        Trace("XX.ABC.", "HHZ", 0, 1e-9, X[0]),
        Trace("XX.ABC.", "HHZ", 0, 100.0, X),
        Trace("XX.ABC.", "HHZ", 0, 100.0, X[0].astype(complex)),
    ],
)
def test_what_is_no_trace_is_named_and_the_rest_goes_on(bad: Trace) -> None:
    records, problems = gather([bad, *zne()])
    assert problems == gather([*zne(), bad])[1]
    assert len(records) == 1 and records[0].valid.all()
    assert problems[0].fatal and "XX.ABC..HHZ" in problems[0].where


def test_few_samples_far_apart_stay_small() -> None:
    lonely = [Trace("XX.ABC.", "HHZ", k * 250 * 10**9, 1e6, X[0, :10]) for k in range(40)]
    records, _ = gather(lonely)
    assert len(records) == 40


def test_nothing_gives_nothing() -> None:
    assert gather([]) == ([], [])
    assert gather([trace(X[0, :0])]) == ([], [])


@pytest.mark.parametrize("options", [{"max_gap_s": -1}, {"max_gap_s": float("nan")}, {"min_samples": 0}])
def test_impossible_options_are_errors(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        gather(zne(), **options)
