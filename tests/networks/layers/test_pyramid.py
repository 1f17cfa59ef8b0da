from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from onsets.errors import SpecError
from onsets.networks.layers import CROPS, Ascent, Descent, crop_surplus

from .. import keras_reference as keras

POOLS = st.lists(st.integers(2, 4), min_size=1, max_size=7)


@settings(max_examples=60, deadline=None)
@given(samples=st.integers(1, 700), pools=POOLS, crop=st.sampled_from(CROPS))
def test_any_length_comes_back(samples, pools, crop):
    down = Descent([nn.Identity() for _ in pools], pools)
    up = Ascent([nn.Identity() for _ in pools], pools[::-1], nn.Identity(), crop=crop)
    x = torch.rand(1, 1, samples)
    y, lengths = down(x)
    assert lengths[0] == samples
    assert up(y, lengths).shape == x.shape


@settings(max_examples=30, deadline=None)
@given(samples=st.integers(1, 200), pools=POOLS)
def test_maxima_are_tensorflows(samples, pools):
    x = np.random.default_rng(samples).random((samples, 2))
    y, _ = Descent([nn.Identity() for _ in pools], pools)(torch.from_numpy(x.T.copy())[None])
    for pool in pools:
        x = keras.pool(x, pool)
    np.testing.assert_array_equal(y[0].numpy().T, x)


def crops(lengths, factors, crop):
    """What each stage takes off, as a decoder does it."""
    found, steps = [], -(-lengths[-1] // factors[0])
    for k, factor in enumerate(factors):
        cut = crop_surplus(factor * steps - lengths[-1 - k], crop, last=k + 1 == len(factors))
        found.append(cut)
        steps = factor * steps - sum(cut)
    return found


def test_printed_crops():
    eqtransformer = [6000, 3000, 1500, 750, 375, 188, 94]
    assert crops(eqtransformer, [2] * 7, "even") == [(0, 0)] * 3 + [(1, 1)] + [(0, 0)] * 3
    assert crops(eqtransformer, [2] * 7, "right") == [(0, 0)] * 2 + [(0, 1)] + [(0, 0)] * 4
    leqnet = [6000, 2000, 667, 223, 112]
    assert crops(leqnet, [2, 2, 3, 3, 3], "left") == [(0, 0), (1, 0), (1, 1), (1, 0), (0, 0)]


def test_shared_convolutions():
    convs = [nn.Conv1d(1, 1, 1) for _ in range(2)]
    down = Descent(convs, (2, 2, 2), order=(0, 1, 1))
    assert len(list(down.parameters())) == len(down.state_dict()) == 4
    with torch.no_grad():
        for p, value in zip(down.parameters(), (2.0, 0.0, 3.0, 1.0), strict=True):
            p.fill_(value)
        y, _ = down(torch.ones(1, 1, 8))
        up = Ascent(convs, (2, 2, 2), nn.Identity(), crop="even", order=(1, 1, 0))
        z = up(torch.ones(1, 1, 1), [8, 4, 2])
    assert y.item() == 3 * (3 * 2 + 1) + 1
    assert z.unique().item() == 2 * (3 * (3 + 1) + 1)


def test_unknown_crop():
    with pytest.raises(SpecError, match="unknown crop 'odd'; choose from even, left, right"):
        Ascent([], [], nn.Identity(), crop="odd")
