from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from onsets.networks.layers import same_padding


@given(
    samples=st.integers(1, 300),
    kernel=st.integers(1, 15),
    stride=st.integers(1, 6),
    dilation=st.integers(1, 5),
)
def test_output_has_a_value_for_each_begun_stride(samples, kernel, stride, dilation):
    left, right = same_padding(samples, kernel, stride, dilation)
    assert 0 <= left <= right <= left + 1
    padded = functional.pad(torch.ones(1, 1, samples), (left, right))
    out = functional.conv1d(padded, torch.ones(1, 1, kernel), stride=stride, dilation=dilation)
    assert out.shape[-1] == -(-samples // stride)


@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
@given(samples=st.integers(1, 300), kernel=st.integers(1, 15), dilation=st.integers(1, 5))
def test_stride_1_agrees_with_torch(samples, kernel, dilation):
    x, w = torch.arange(float(samples))[None, None], torch.arange(1.0, kernel + 1)[None, None]
    padded = functional.pad(x, same_padding(samples, kernel, dilation=dilation))
    ours = functional.conv1d(padded, w, dilation=dilation)
    assert torch.equal(ours, functional.conv1d(x, w, dilation=dilation, padding="same"))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        # The formula in TensorFlow's documentation of "SAME".
        ((3000, 7, 4), (1, 2)),
        ((750, 7, 4), (2, 3)),
        ((188, 7, 4), (1, 2)),
        ((47, 7, 4), (2, 2)),
        ((375, 2, 2), (0, 1)),
        ((10, 2), (0, 1)),
        ((10, 1, 3), (0, 0)),  # a stride wider than the kernel skips samples
        ((1024, 3, 1, 64), (64, 64)),
    ],
)
def test_known_cases(arguments, expected):
    assert same_padding(*arguments) == expected
