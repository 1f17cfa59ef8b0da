"""Records to draw from: cleaned labels, means removed, what cannot be read does not count."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from onsets.datasets import Dataset, open_dataset
from onsets.errors import CatalogueError, WaveformError
from onsets.labels import Labels, make_targets
from onsets.spec import Spec
from onsets.training.pool import Pool, pool_of_dataset, pool_of_samples
from onsets.types import Record, Sample
from onsets.waveforms import bandpass

SPEC = Spec(name="x", network="phasenet", rate_hz=100.0, samples=1200, outputs=("N", "P", "S"))


@pytest.fixture
def data(tiny: Path) -> Dataset:
    """36 events, of which 6 lack an S, and 12 noise records."""
    return open_dataset(tiny / "tiny")


def changed(data: Dataset, **cells: dict[int, Any]) -> Dataset:
    """The dataset with some cells changed."""
    columns = {name: data.rows[name].copy() for name in cells}
    for name, values in cells.items():
        for row, value in values.items():
            columns[name][row] = value
    return data.assign(**columns)


@pytest.mark.parametrize("hold", [False, True])
def test_records_come_as_they_are_without_their_mean(data: Dataset, hold: bool) -> None:
    pool = pool_of_dataset(data, SPEC, hold=hold)
    index = np.array([3, 40, 3, 7])
    waves = pool.waves(index)
    raw = np.stack([sample.data for sample in data.read(index)])
    np.testing.assert_allclose(waves.data, raw - raw.mean(axis=2, keepdims=True), atol=1e-3)
    assert waves.length.tolist() == [1200] * 4 and waves.has_event.tolist() == [True, False, True, True]
    assert torch.equal(waves.arrivals[0], waves.arrivals[2]) and waves.arrivals[1].isinf().all()
    assert float(waves.coda[1]) == 0 and float(waves.snr_db[0]) == 20


def test_missing_labels_and_noise_are_told_apart(data: Dataset) -> None:
    pool = pool_of_dataset(data, SPEC, hold=False)
    assert len(pool) == 48 and int(pool.is_noise.sum()) == 12 and not pool.problems
    assert np.isnan(pool.arrivals[0, 1]) and np.isfinite(pool.arrivals[0, 0])


def test_labels_that_cannot_be_are_problems_not_errors(data: Dataset) -> None:
    bad = changed(data, s_sample={1: 10.0, 2: math.nan, 3: 5000.0}, p_sample={2: math.nan, 4: -7.0})
    pool = pool_of_dataset(bad, SPEC, hold=True)
    reasons = {problem.where: problem.reason for problem in pool.problems}
    assert reasons == {
        "tiny/t001": "left out: S before P",
        "tiny/t002": "left out: neither noise nor labelled",
    }
    assert len(pool) == 46
    three, four = pool.arrivals[1], pool.arrivals[2]  # records 3 and 4
    assert np.isnan(three[1]) and np.isfinite(three[0]) and np.isnan(four[0]) and np.isfinite(four[1])
    with pytest.raises(CatalogueError, match="none of 1 records"):
        pool_of_dataset(bad.select(np.array([2])), SPEC, hold=False)


def test_records_without_labels_can_be_wanted(data: Dataset) -> None:
    nan = {2: math.nan}
    bare = changed(data, s_sample=nan, p_sample=nan, coda_end_sample=nan)
    pool = pool_of_dataset(bare, SPEC, hold=True, unlabelled=True)
    assert len(pool) == 48 and not pool.problems
    assert np.isnan(pool.arrivals[2]).all() and not pool.is_noise[2]
    waves = pool.waves(np.array([2]))
    assert bool(waves.has_event) and waves.coda.tolist() == [1200]


def test_gaps_and_dead_components_stay_zeros() -> None:
    data = np.full((3, 1200), 5.0, np.float32) + np.random.default_rng(0).normal(size=(3, 1200)).astype(
        np.float32
    )
    data[0, 100:200], data[2] = 0, 0
    pool = pool_of_samples([Sample("a", "d", "XX.A.", "e", data, 100.0, {"P": 600.0})], SPEC)
    got = pool.waves(np.array([0])).data[0].numpy()
    assert not got[0, 100:200].any() and not got[2].any()
    live = np.r_[0:100, 200:1200]
    np.testing.assert_allclose(got[0, live], data[0, live] - data[0, live].mean(), atol=1e-4)


def test_records_of_other_lengths_are_padded_and_short_noise_is_mirrored() -> None:
    rng = np.random.default_rng(0)
    some = [
        Sample(str(n), "d", "XX.A.", "", rng.normal(size=(3, n)).astype(np.float32), 100.0, arrivals)
        for n, arrivals in ((900, {"P": 100.0, "S": 200.0}), (500, {}))
    ]
    waves = pool_of_samples(some, SPEC).waves(np.array([0, 1]))
    assert waves.data.shape == (2, 3, 900) and not waves.data[1, :, 500:].any()
    assert waves.length.tolist() == [900, 500] and waves.coda.tolist() == [500, 0]
    mirrored = pool_of_samples(some[1:], SPEC, shortest=1000).waves(np.array([0])).data[0]
    torch.testing.assert_close(mirrored[:, :500], mirrored[:, 500:].flip(1))
    with pytest.raises(CatalogueError, match="expected some at 100 Hz"):
        pool_of_samples([dataclasses.replace(some[0], rate_hz=50.0)], SPEC)


def test_another_rate_moves_the_labels_along(data: Dataset) -> None:
    spec = dataclasses.replace(SPEC, rate_hz=50.0, samples=600, hop_samples=600)
    for hold in (False, True):
        pool = pool_of_dataset(data, spec, hold=hold)
        waves = pool.waves(np.array([1, 2]))
        assert abs(waves.data.shape[2] - 600) <= 1
        np.testing.assert_allclose(waves.arrivals[0, 0], data.arrivals[1] / 2)


@pytest.mark.parametrize("hold", [False, True])
def test_the_spec_s_band_pass_is_that_of_picking(data: Dataset, hold: bool) -> None:
    spec = dataclasses.replace(SPEC, bandpass_hz=(2.0, 20.0))
    got = pool_of_dataset(data, spec, hold=hold).waves(np.array([1, 2])).data
    for k, row in zip((1, 2), got, strict=True):
        raw = data.read([k])[0].data
        expected = bandpass(Record("", "", raw, np.ones(raw.shape, bool), 0, 100.0), 2.0, 20.0).data
        np.testing.assert_allclose(row, expected, atol=1e-4)


def test_a_zero_among_samples_is_no_gap_for_the_filter() -> None:
    raw = np.random.default_rng(0).normal(size=(3, 1200)).astype(np.float32)
    raw[0, 300], raw[0, 600:700] = 0, 0
    spec = dataclasses.replace(SPEC, bandpass_hz=(2.0, 20.0))
    pool = pool_of_samples([Sample("a", "d", "XX.A.", "e", raw, 100.0, {"P": 600.0})], spec)
    got = pool.waves(np.array([0])).data[0, 0].numpy()
    assert got[300] != 0 and not got[605:695].any()


def test_a_ratio_that_is_not_given_is_measured(data: Dataset) -> None:
    unknown = data.assign(snr_db=np.full(48, np.nan), lowest_snr_db=np.full(48, np.nan))
    waves = pool_of_dataset(unknown, SPEC, hold=False).waves(np.array([1, 40]))
    p, raw = round(float(data.arrivals[1, 0])), data.read([1])[0].data
    if p < 500:
        assert waves.snr_db[0].isnan()  # less than 5 s before it
    late = changed(unknown, p_sample={1: 600.0}, s_sample={1: 650.0})
    got = pool_of_dataset(late, SPEC, hold=False).waves(np.array([1])).snr_db
    x = raw - raw.mean(axis=1, keepdims=True)
    ratio = 10 * np.log10((x[:, 600:1100] ** 2).mean(axis=1) / (x[:, 100:600] ** 2).mean(axis=1))
    assert float(got[0]) == pytest.approx(ratio.min(), abs=1e-3)


class Broken:
    """Waveforms of which one cannot be read."""

    finite = True

    def __init__(self, waveforms: Any, number: int) -> None:
        self.waveforms, self.number = waveforms, number

    def read_one(self, k: int) -> Any:
        if k == self.number:
            raise WaveformError("its block is gone")
        return self.waveforms.read_one(k)


def test_a_record_that_cannot_be_read_does_not_count_and_does_not_stop(data: Dataset) -> None:
    broken = dataclasses.replace(data, waveforms=Broken(data.waveforms, 5))
    pool = pool_of_dataset(broken, SPEC, hold=False)
    waves = pool.waves(np.array([4, 5, 6]))
    assert not waves.data[1].any() and waves.data[0].any() and waves.data[2].any()
    assert make_targets(waves.arrivals, SPEC, Labels()).weight.sum(dim=1).tolist()[1] == 0
    assert list(pool.lost) == ["tiny/t005"] and "its block is gone" in pool.lost["tiny/t005"].reason
    held = pool_of_dataset(broken, SPEC, hold=True)
    assert len(held) == 47 and "its block is gone" in held.problems[0].reason


def test_select_and_join(data: Dataset) -> None:
    held: Pool = pool_of_dataset(data, SPEC, hold=True)
    noise = held.select(np.flatnonzero(held.is_noise))
    both = held.select(np.arange(3)).join(noise)
    assert len(both) == 15 and int(both.is_noise.sum()) == 12
    torch.testing.assert_close(both.waves(np.array([3])).data, held.waves(np.array([36])).data)
    with pytest.raises(CatalogueError, match=r"data\.hold"):
        pool_of_dataset(data, SPEC, hold=False).join(noise)
