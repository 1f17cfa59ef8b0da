"""One pick a window: counted right, false, missing."""

from __future__ import annotations

import dataclasses
import math

import torch

from onsets.spec import Spec
from onsets.training.scores import f1, probabilities, window_counts

NAN, INF = math.nan, math.inf
SPEC = Spec(name="x", network="phasenet", rate_hz=100.0, samples=1000, outputs=("N", "P", "S"))


def curves(*peaks: float) -> torch.Tensor:
    """A P curve a window with its highest value at a sample; NaN: no pick."""
    out = torch.full((len(peaks), 3, 1000), 0.01)
    for k, at in enumerate(peaks):
        if at == at:
            out[k, 1, int(at)] = 0.9
    return out


def counts(peaks: list[float], labels: list[float]) -> list[float]:
    arrivals = torch.tensor([[[p, INF]] for p in labels])
    got = window_counts(curves(*peaks), None, arrivals, SPEC)
    assert got[1].tolist() == [0, 0, 0]
    return got[0].tolist()


def test_picks_are_right_within_half_a_second() -> None:
    assert counts([100, 150, 151], [100, 100, 100]) == [2, 1, 1]
    assert counts([NAN, NAN, 500], [300, INF, INF]) == [0, 1, 1]
    assert counts([500, NAN], [NAN, NAN]) == [0, 0, 0]  # may be there without label
    assert counts([500], [1200]) == [0, 1, 0]  # outside the window


def test_the_nearest_of_two_events_counts() -> None:
    arrivals = torch.tensor([[[100.0, INF], [700.0, INF]]])
    assert window_counts(curves(705), None, arrivals, SPEC)[0].tolist() == [1, 0, 0]


def test_segments_add_their_offset_and_their_neighbours() -> None:
    spec = dataclasses.replace(SPEC, output_kind="per_segment", segment_samples=8)
    values, offset = torch.full((1, 3, 125), 0.01), torch.full((1, 1, 125), 5.0)
    values[0, 2, 49:52] = torch.tensor([0.1, 0.15, 0.1])  # 0.35 together
    arrivals = torch.tensor([[[INF, 405.0]]])
    assert window_counts(values, offset, arrivals, spec)[1].tolist() == [1, 0, 0]


def test_a_window_s_class() -> None:
    spec = dataclasses.replace(SPEC, output_kind="per_window")
    values = torch.tensor([[[0.1], [0.8], [0.1]], [[0.9], [0.05], [0.05]]])
    assert window_counts(values, None, torch.tensor([[[500.0, INF]], [[500.0, INF]]]), spec)[0].tolist() == [
        1,
        0,
        1,
    ]


def test_f1_and_activations() -> None:
    assert f1(torch.zeros(2, 3)) == (0, 0, 0)
    logits = torch.randn(2, 3, 5)
    torch.testing.assert_close(probabilities(logits, SPEC).sum(1), torch.ones(2, 5))
    sigmoid = dataclasses.replace(SPEC, activation="sigmoid")
    torch.testing.assert_close(probabilities(logits, sigmoid), torch.sigmoid(logits))
