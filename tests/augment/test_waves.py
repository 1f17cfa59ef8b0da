"""Cutting and turning rows, taking and putting windows, chance."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Generator

from onsets.augment import Draw
from onsets.augment.waves import _slices_at_once, _turn_at_once, slices, turn


def test_slices_are_those_of_plain_indexing_on_both_ways() -> None:
    data = torch.randn(5, 3, 40)
    start = torch.tensor([0, 7, -12, 35, 60])
    padded = np.pad(data.numpy(), ((0, 0), (0, 0), (50, 60)))
    expected = np.stack([padded[k, :, 50 + s : 50 + s + 20] for k, s in enumerate(start.tolist())])
    np.testing.assert_array_equal(slices(data, start, 20), expected)
    np.testing.assert_array_equal(_slices_at_once(data, start, 20), expected)


def test_turning_rows_is_numpy_s_roll_on_both_ways() -> None:
    data, rows, shift = torch.randn(6, 3, 30), torch.tensor([1, 2, 4, 5]), torch.tensor([0, 1, 17, 30])
    expected = data.numpy().copy()
    for row, by in zip(rows.tolist(), shift.tolist(), strict=True):
        expected[row] = np.roll(expected[row], by, axis=1)
    for way in (turn, _turn_at_once):
        got = data.clone()
        way(got, rows, shift)
        np.testing.assert_array_equal(got, expected)


def test_take_and_put(waves) -> None:
    whole = waves()
    rows = torch.tensor([1, 4])
    part = whole.take(rows)
    assert len(part) == 2 and torch.equal(part.arrivals[1], whole.arrivals[4])
    two = torch.cat([part.arrivals, part.arrivals + 50], dim=1)
    changed = type(part)(part.data * 0, two, part.length, part.coda, part.snr_db)
    back = whole.put(rows, changed)
    assert back.arrivals.shape == (8, 2, 2) and back.arrivals[0, 1].isinf().all()
    assert torch.equal(back.arrivals[1], two[0]) and not back.data[1].any() and back.data[0].any()
    assert back.has_event.tolist() == [True] * 6 + [False] * 2


def test_draws_keep_their_bounds() -> None:
    draw, like = Draw(Generator().manual_seed(0), 100), torch.zeros(1)
    uniform = draw.uniform(like, (200, 50), -2, 3)
    assert uniform.min() >= -2 and uniform.max() <= 3 and abs(float(uniform.mean()) - 0.5) < 0.05
    whole = draw.integers(2, torch.full((5000,), 6))
    assert sorted(set(whole.tolist())) == [2, 3, 4, 5]
    assert draw.normal(torch.zeros(100_000)).std() == pytest.approx(1, abs=0.02)


def test_a_record_with_p_only_is_an_event(waves) -> None:
    made = waves(events=1, noise=1)
    made.arrivals[0, 0, 1] = math.nan
    assert made.has_event.tolist() == [True, False]
