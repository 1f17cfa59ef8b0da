"""Filters against SciPy."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from onsets.augment import BandPass, PreEmphasis, augment, band_pass

signal = pytest.importorskip("scipy.signal")


@pytest.mark.parametrize(("low", "high", "corners"), [(1.0, 45.0, 2), (2.0, 10.0, 4), (0.5, 20.0, 1)])
def test_the_band_pass_is_scipy_s_run_forward_and_backward(low, high, corners) -> None:
    x = torch.randn(2, 3, 6000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    sos = signal.butter(corners, [low, high], "bandpass", fs=100, output="sos")
    expected = signal.sosfiltfilt(sos, x.numpy(), axis=-1)
    pair = (torch.full((2,), low), torch.full((2,), high))
    got = band_pass(x, *pair, rate_hz=100.0, corners=corners).numpy()
    inner = slice(1000, 5000)  # the ends differ by design
    np.testing.assert_allclose(got[..., inner], expected[..., inner], atol=2e-3)


def test_the_band_pass_does_not_wrap_round_and_leaves_silence(waves, draw) -> None:
    x = torch.zeros(1, 3, 2000)
    x[0, 0, 1990] = 1.0
    got = band_pass(x, torch.tensor([1.0]), torch.tensor([20.0]), rate_hz=100.0)
    assert got[0, 0, :1000].abs().max() < 1e-3 and not got[0, 1:].any()


def test_random_corners_keep_the_pass_band(waves, draw) -> None:
    one = waves()
    t = torch.arange(1000) / 100
    one.data[:] = torch.sin(2 * torch.pi * 6 * t) + torch.sin(2 * torch.pi * 0.1 * t)
    out = augment(one, [BandPass()], draw()).data[..., 300:700]
    torch.testing.assert_close(out.square().mean(2), torch.full((8, 3), 0.5), atol=0.06, rtol=0)


def test_pre_emphasis_is_the_difference_equation(waves, draw) -> None:
    before = waves().data.numpy()
    out = augment(waves(), [PreEmphasis(share=0.97)], draw()).data.numpy()
    np.testing.assert_allclose(out, signal.lfilter([1, -0.97], [1], before, axis=-1), atol=1e-6)
