from __future__ import annotations

import sys

import numpy as np
import pytest

from onsets.errors import MissingExtraError
from onsets.synthetics._transform import fourier


def test_single_precision_stays_single_and_is_numpys_transform():
    wave = np.random.default_rng(0).normal(size=(2, 301)).astype(np.float32)
    spectrum = fourier().rfft(wave)
    assert spectrum.dtype == np.complex64
    np.testing.assert_allclose(spectrum, np.fft.rfft(wave), atol=1e-4)


def test_without_scipy_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(MissingExtraError, match=r"onsets\[synthetics\]"):
        fourier()
