"""Clipped and dead, and what only looks like it."""

from __future__ import annotations

import numpy as np

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
