"""Detections, P to S, and where nobody knows."""

from __future__ import annotations

import math

import pytest
import torch

from onsets.labels import intervals, unlabelled

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(("stretch", "end"), [(1.4, 340), (1.0, 300)])
def test_the_interval_begins_at_p_and_is_as_long_as_said(stretch: float, end: int) -> None:
    got = intervals(torch.tensor([[[200.0, 300.0]]]), 1000, stretch=stretch)
    expected = torch.zeros(1, 1000)
    expected[0, 200:end] = 1
    torch.testing.assert_close(got, expected)


def test_an_event_is_cut_by_the_window_and_joined_with_others() -> None:
    got = intervals(torch.tensor([[[-5.0, 5.0], [90.0, 120.0]]]), 100)[0]
    assert got.nonzero().flatten().tolist() == [*range(5), *range(90, 100)]


@pytest.mark.parametrize("pair", [(NAN, 5.0), (5.0, NAN), (INF, INF), (5.0, INF), (NAN, NAN)])
def test_an_event_without_both_is_not_marked(pair: tuple[float, float]) -> None:
    assert not intervals(torch.tensor([[pair]]), 20).any()


def hidden(p: float, s: float) -> list[int]:
    """Indices of 20 samples that do not count, with a margin of 2."""
    return unlabelled(torch.tensor([[[p, s]]]), 20, margin=2)[0].nonzero().flatten().tolist()


def test_what_may_hide_a_phase_does_not_count() -> None:
    assert hidden(5.0, NAN) == list(range(8, 20))  # an S after its P
    assert hidden(NAN, 10.0) == list(range(8))  # a P before its S
    assert hidden(NAN, NAN) == list(range(20))
    assert hidden(5.0, 10.0) == hidden(INF, INF) == hidden(5.0, INF) == []
    assert hidden(-30.0, NAN) == list(range(20))  # the P was before the window, the S may be in it
    assert hidden(30.0, NAN) == []


def test_segments_hide_by_their_first_sample() -> None:
    got = unlabelled(torch.tensor([[[16.0, NAN]]]), 5, step=8, margin=10)[0]
    assert got.tolist() == [False, False, False, False, True]
