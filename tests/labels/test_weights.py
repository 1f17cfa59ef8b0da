"""Yu's weights and CPIC's windows."""

from __future__ import annotations

import math

import torch

from onsets.labels import box_curves, window_curves, yu_weights

NAN, INF = math.nan, math.inf


def test_yu_weighs_onsets_and_what_lies_between_five_and_the_rest_a_tenth() -> None:
    arrivals = torch.tensor([[[50.0, 60.0]], [[30.0, INF]], [[INF, INF]]])
    weight = yu_weights(box_curves(arrivals, 100, half_width=2), arrivals)
    expected = torch.full((3, 100), 0.1)
    expected[0, 48:63] = 5
    expected[1, 28:33] = 5
    torch.testing.assert_close(weight, expected)


def test_the_three_weights_are_told_apart() -> None:
    arrivals = torch.tensor([[[50.0, 60.0]]])
    curves = box_curves(arrivals, 100, half_width=2)
    weight = yu_weights(curves, arrivals, onset=7, interval=3, background=0.5)[0]
    assert [float(weight[i]) for i in (47, 48, 52, 53, 57, 58, 62, 63)] == [0.5, 7, 7, 3, 3, 7, 7, 0.5]


def test_a_window_is_of_the_phase_at_its_place() -> None:
    arrivals = torch.tensor(
        [[[505.0, 900.0]], [[100.0, 495.0]], [[520.0, INF]], [[INF, NAN]], [[498.0, 501.0]]]
    )
    curves, weight = window_curves(arrivals, place=500, tolerance=10, margin=100)
    assert curves[..., 0].tolist() == [[1, 0], [0, 1], [0, 0], [0, 0], [0, 1]]
    assert weight[:, 0].tolist() == [1, 1, 0, 1, 1]  # the third has its P neither here nor away
