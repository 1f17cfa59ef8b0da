"""Curves of P and S against the papers' formulas, written out sample by sample."""

from __future__ import annotations

import math

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from onsets.labels import box_curves, gaussian_curves, triangle_curves

NAN = math.nan


def arrivals(*values: float) -> torch.Tensor:
    """One event with P and S."""
    return torch.tensor([[list(values)]], dtype=torch.float64)


def test_eqtransformer_s_gaussian() -> None:
    expected = np.zeros(300)
    at = np.arange(100 - 20, 100 + 20)
    expected[at] = np.exp(-((at - 100) ** 2) / (2 * 10**2))
    got = gaussian_curves(arrivals(100, NAN), 300, sigma=10, reach=(20, 19))[0]
    np.testing.assert_allclose(got[0], expected, atol=1e-7)
    assert not got[1].any()


def test_phasenet_s_gaussian() -> None:
    width = 30
    bell = np.exp(-(np.arange(-width // 2, width // 2 + 1) ** 2) / (2 * (width / 5) ** 2))
    got = gaussian_curves(arrivals(50, 200), 300, sigma=6, reach=(15, 15))[0]
    np.testing.assert_allclose(got[0, 35:66], bell, atol=1e-7)
    np.testing.assert_allclose(got[1, 185:216], bell, atol=1e-7)
    assert int((got > 0).sum()) == 62


def test_triangle_and_box() -> None:
    triangle = triangle_curves(arrivals(100, NAN), 200, half_width=20)[0, 0]
    np.testing.assert_allclose(triangle[80:121], 1 - np.abs(np.arange(-20, 21)) / 20, atol=1e-7)
    box = box_curves(arrivals(100, NAN), 200, half_width=2)[0, 0]
    assert box.nonzero().flatten().tolist() == [98, 99, 100, 101, 102]


@given(st.floats(-50, 350), st.floats(-50, 350))
def test_any_arrival_gives_the_formula_where_the_window_is(p: float, s: float) -> None:
    got = gaussian_curves(arrivals(p, s), 300, sigma=6, reach=(15, 15))[0].numpy()
    distance = np.arange(300) - np.array([[p], [s]])
    inside = (np.array([[p], [s]]) >= 0) & (np.array([[p], [s]]) < 300) & (np.abs(distance) <= 15)
    np.testing.assert_allclose(got, np.where(inside, np.exp(-(distance**2) / 72), 0), atol=1e-6)


def test_events_join_by_their_highest_and_what_is_not_there_draws_nothing() -> None:
    two = torch.tensor([[[40.0, math.inf], [45.0, NAN]], [[-3.0, 300.0], [NAN, -math.inf]]])
    got = gaussian_curves(two, 300, sigma=6, reach=(15, 15))
    one = gaussian_curves(two[:1, :1], 300, sigma=6, reach=(15, 15))
    other = gaussian_curves(two[:1, 1:], 300, sigma=6, reach=(15, 15))
    torch.testing.assert_close(got[0], torch.maximum(one, other)[0])
    assert not got[1].any()
