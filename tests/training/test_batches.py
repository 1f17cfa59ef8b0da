"""Batches: functions of their number, whoever makes them."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from onsets import networks
from onsets.augment import Cut, Noise
from onsets.datasets import open_dataset
from onsets.errors import CatalogueError, ConfigError
from onsets.labels import Labels
from onsets.training.batches import Batches, Sampling, seed_of
from onsets.training.pool import Pool, pool_of_dataset

SPEC = dataclasses.replace(networks.spec("lppn"), samples=512, hop_samples=256)
STEPS = [Cut(place=(0.1, 0.8)), Noise(probability=0.5, snr_db=(5, 30))]


@pytest.fixture(scope="module")
def pool(tiny: Path) -> Pool:
    """36 events and 12 noise records in memory."""
    return pool_of_dataset(open_dataset(tiny / "tiny"), SPEC, hold=True)


def batches(pool: Pool, noise: Pool | None = None, steps=STEPS, **sampling) -> Batches:
    return Batches(pool, noise, steps, Labels(shape="segment"), Sampling(**{"batch": 8, **sampling}))


def drawn(made: Batches, count: int) -> list[int]:
    """Number of each record that some batches hold."""
    seen: list[int] = []
    real = Pool.waves

    def spy(pool: Pool, index: np.ndarray) -> object:
        seen.extend(index.tolist())
        return real(pool, index)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pool, "waves", spy)
        for k in range(count):
            made.batch(k)
    return seen


def test_shapes(pool: Pool) -> None:
    batch = batches(pool).batch(0)
    assert batch.inputs.shape == (8, 3, 512) and batch.windows.shape == (8, 3, 512)
    assert batch.targets.curves.shape == (8, 3, 64) and batch.arrivals.shape == (8, 1, 2)
    assert batch.inputs.isfinite().all() and batch.inputs.abs().max() <= 1 + 1e-6


def test_a_batch_is_a_function_of_its_number(pool: Pool) -> None:
    one, two = batches(pool), batches(pool)
    three = batches(pool, seed=1)
    for number in (5, 0, 5):
        assert torch.equal(one.batch(number).inputs, two.batch(number).inputs)
    assert not torch.equal(one.batch(0).inputs, one.batch(1).inputs)
    assert not torch.equal(one.batch(0).inputs, three.batch(0).inputs)


@pytest.mark.parametrize("workers", [1, 3])
def test_threads_change_nothing(pool: Pool, workers: int) -> None:
    made = batches(pool)
    for number, batch in enumerate(made.stream(2, 12, workers), 2):
        assert torch.equal(batch.inputs, batches(pool).batch(number).inputs)
    assert number == 11


def test_an_epoch_holds_each_record_once(pool: Pool) -> None:
    made = batches(pool)
    assert made.epoch_steps == 6
    assert sorted(drawn(made, 6)) == list(range(48))
    twice = batches(pool, twice=True)
    assert twice.epoch_steps == 12 and sorted(drawn(twice, 12)) == list(range(48))
    inputs = batches(pool, steps=[Cut(anchor="start", place=(0, 0))], twice=True).batch(0).inputs
    assert torch.equal(inputs[:4], inputs[4:])


def test_processes_take_turns(pool: Pool) -> None:
    parts = [drawn(batches(pool, rank=rank, world=2, batch=4), 6) for rank in (0, 1)]
    assert sorted(parts[0] + parts[1]) == list(range(48))


def test_a_share_of_windows_is_noise(pool: Pool) -> None:
    noise = pool.select(np.flatnonzero(pool.is_noise))
    made = batches(pool, noise, noise_share=0.3, batch=400)
    arrivals = made.batch(0).arrivals
    assert arrivals.isinf().all(dim=2).all(dim=1).float().mean() == pytest.approx(0.3, abs=0.08)


def test_datasets_by_weight(tiny: Path) -> None:
    from onsets.datasets import join

    both = pool_of_dataset(join([open_dataset(tiny / name) for name in ("tiny", "other")]), SPEC, hold=True)
    made = batches(both, weights={"other": 3.0}, batch=800)
    counts = Counter(both.sets[made_index] for made_index in drawn(made, 1))
    assert counts["other"] / 800 == pytest.approx(0.75, abs=0.06)


def test_recorded_noise_comes_from_the_noise_records(pool: Pool) -> None:
    noise = pool.select(np.flatnonzero(pool.is_noise))
    steps = [*STEPS[:1], Noise(kind="recorded", snr_db=(0, 0))]
    assert batches(pool, noise, steps).batch(3).inputs.isfinite().all()
    with pytest.raises(CatalogueError, match="recorded noise is wanted"):
        batches(pool, None, steps)


def test_what_cannot_be_drawn_is_said(pool: Pool) -> None:
    with pytest.raises(CatalogueError, match="no record that can be drawn"):
        batches(pool, weights={"tiny": 0.0})
    with pytest.raises(ConfigError, match="per_sample"):
        Batches(pool, None, STEPS, Labels(), Sampling())


def test_an_all_noise_batch(pool: Pool) -> None:
    noise = pool.select(np.flatnonzero(pool.is_noise))
    batch = batches(noise).batch(0)
    assert batch.targets.curves[:, 0].eq(1).all() and batch.targets.weight.eq(1).all()


def test_failures_in_threads_are_raised(pool: Pool) -> None:
    made = batches(pool)
    made.steps = (*made.steps, Noise(kind="recorded", snr_db=(0, 1)))
    with pytest.raises(ConfigError, match="recorded noise"):
        list(made.stream(0, 3, 2))


def test_seeds_differ_by_any_word() -> None:
    words = [(1, "train", 2), (2, "train", 1), (1, "train", 2, 0), (1, "dev", 2)]
    assert len({seed_of(*each) for each in words}) == 4 and max(seed_of(k) for k in range(99)) < 2**63
