"""A row takes traces in any order and believes nothing that was contradicted."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.waveforms._row import Row

pieces = st.lists(
    st.tuples(st.integers(0, 12), st.lists(st.sampled_from([1.0, 2.0, np.nan]), min_size=1, max_size=8)),
    min_size=1,
    max_size=5,
)


def filled(some: list[tuple[int, list[float]]], samples: int = 20) -> Row:
    row = Row.empty(samples)
    for at, values in some:
        row.place(at, np.array(values))
    return row


def test_values_go_where_they_belong() -> None:
    row = filled([(2, [1, 2, 3]), (7, [4])], 9)
    assert row.data.tolist() == [0, 0, 1, 2, 3, 0, 0, 4, 0]
    assert np.flatnonzero(row.valid).tolist() == [2, 3, 4, 7]


@given(pieces)
def test_a_sample_is_valid_where_all_that_was_said_is_the_same_number(some: list) -> None:
    """Compared with the plain definition, sample by sample, for every order of the pieces."""
    said: dict[int, set[float]] = {}
    for at, values in some:
        for k, value in enumerate(values):
            said.setdefault(at + k, set())
            if np.isfinite(value):
                said[at + k].add(value)
    for order in itertools.islice(itertools.permutations(some), 12):
        row = filled(list(order))
        for k in range(20):
            values = said.get(k, set())
            assert bool(row.valid[k]) == (len(values) == 1)
            assert row.data[k] == (next(iter(values)) if len(values) == 1 else 0)
        assert row.conflicts.tolist() == [k for k in range(20) if len(said.get(k, ())) > 1]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300, -3.5e38])
def test_what_is_no_float32_is_counted_and_left_out(bad: float) -> None:
    row = filled([(0, [1, bad, 3])], 3)
    assert row.valid.tolist() == [True, False, True]
    assert row.data.tolist() == [1, 0, 3]
    assert row.unusable == 1


def test_the_largest_float32_is_a_number() -> None:
    largest = float(np.finfo(np.float32).max)
    assert filled([(0, [largest, -largest])], 2).data.tolist() == [largest, -largest]


def test_a_tolerance_forgives_small_differences() -> None:
    for tolerance, conflicts in ((0.0, [1, 2]), (0.02, [2])):
        row = Row.empty(3)
        row.place(0, np.array([100.0, 50.0, 100.0]))
        row.place(0, np.array([100.0, 51.0, 90.0]), tolerance)
        assert row.conflicts.tolist() == conflicts
        assert row.data[0] == 100 and row.data[2] == 0


@pytest.mark.parametrize("kind", ["i1", "u2", ">i4", "i8", "f4", ">f8"])
def test_any_kind_of_number(kind: str) -> None:
    row = Row.empty(3)
    row.place(0, np.array([1, 2, 3], dtype=kind))
    assert row.data.tolist() == [1, 2, 3] and row.valid.all()
