"""Clipped and dead, and what only looks like it."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.waveforms import clipped_samples, dead_components


def event(limit: float) -> np.ndarray:
    rng = np.random.default_rng(0)
    x = rng.normal(0, 10, 20_000)
    n = np.arange(4000)
    x[8000:12_000] += 5e4 * np.exp(-n / 1000) * np.sin(n / 15)
    return np.clip(x, -limit, limit)[None].astype(np.float32)


def test_flat_tops_are_marked_where_they_are() -> None:
    x = event(2e4)
    marked = clipped_samples(x, np.ones(x.shape, dtype=bool))
    assert marked.sum() > 50
    assert (np.abs(x[marked]) == 2e4).all()
    assert np.flatnonzero(marked[0]).min() >= 8000


def test_an_unclipped_event_is_not_marked() -> None:
    x = event(1e9)
    assert not clipped_samples(x, np.ones(x.shape, dtype=bool)).any()


def test_quiet_records_of_few_counts_are_not_clipped() -> None:
    x = np.random.default_rng(1).integers(-1, 2, (3, 10_000)).astype(np.float32)
    assert not clipped_samples(x, np.ones(x.shape, dtype=bool)).any()


def test_masked_samples_do_not_count() -> None:
    x = event(1e9)
    x[0, 100:200] = 1e6
    valid = np.ones(x.shape, dtype=bool)
    assert clipped_samples(x, valid).any()
    valid[0, 100:200] = False
    assert not clipped_samples(x, valid).any()


def test_dead_means_constant_for_more_than_a_second() -> None:
    x = np.zeros((3, 500), dtype=np.float32)
    x[1] = np.arange(500)
    x[2] = 4
    valid = np.ones(x.shape, dtype=bool)
    assert dead_components(x, valid, 100.0).tolist() == [True, False, True]
    assert dead_components(x[:, :100], valid[:, :100], 100.0).tolist() == [False, False, False]
    valid[1, 1:] = False
    assert dead_components(x, valid, 100.0).tolist() == [True, False, True]


@pytest.mark.parametrize("limits", [(-1e9, 2e4), (-2e4, 1e9), (-3e4, 2e4)])
def test_each_side_has_its_own_limit(limits: tuple[float, float]) -> None:
    x = np.clip(event(1e9), *limits)
    marked = clipped_samples(x, np.ones(x.shape, dtype=bool))
    assert marked.any()
    assert set(np.unique(x[marked])) <= set(limits)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e12])
def test_the_unit_does_not_matter(unit: float) -> None:
    for limit, clipped in ((2e4, True), (1e9, False)):
        x = (np.round(event(limit)) * unit).astype(np.float32)
        assert clipped_samples(x, np.ones(x.shape, dtype=bool)).any() == clipped


@pytest.mark.parametrize("amplitude", [3, 20, 500])
def test_a_slow_wave_flattened_by_rounding_is_not_clipped(amplitude: float) -> None:
    x = np.round(amplitude * np.sin(np.arange(60_000) / 500))[None].astype(np.float32)
    assert (x == x.max()).sum() > 30
    assert not clipped_samples(x, np.ones(x.shape, dtype=bool)).any()


@pytest.mark.parametrize("levels", [2, 3, 5, 9, 20])
def test_few_levels_are_not_clipped(levels: int) -> None:
    x = np.random.default_rng(levels).integers(0, levels, (1, 200_000)).astype(np.float32)
    assert not clipped_samples(x, np.ones(x.shape, dtype=bool)).any()


def test_a_record_that_is_clipped_most_of_the_time() -> None:
    rng = np.random.default_rng(0)
    x = np.clip(rng.normal(0, 1e7, 20_000).cumsum() % 4e8 - 2e8, -1e7, 1e7)[None].astype(np.float32)
    assert clipped_samples(x, np.ones(x.shape, dtype=bool)).any()


@pytest.mark.parametrize("samples", [0, 1, 9, 10, 50])
def test_short_and_constant_input(samples: int) -> None:
    for x in (np.zeros((3, samples)), np.ones((3, samples))):
        data = x.astype(np.float32)
        assert not clipped_samples(data, np.ones(x.shape, dtype=bool)).any()
        assert not clipped_samples(data, np.zeros(x.shape, dtype=bool)).any()
        assert not dead_components(data, np.zeros(x.shape, dtype=bool), 100.0).any()
