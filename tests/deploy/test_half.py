"""Half precision: half the size, nearly the same, and finite where half would overflow."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from onsets.deploy.half import to_half
from onsets.deploy.onnxfile import write_onnx
from onsets.deploy.verify import probabilities
from onsets.errors import ExportError
from onsets.runtime import OnnxRunner


@pytest.mark.parametrize(
    ("name", "most"), [("cnn7-separable", 200_000), ("phasenet", 550_000), ("leqnet", 125_000)]
)
def test_near_and_small(stirred, tmp_path, name, most):
    network, spec = stirred(name)
    own = write_onnx(network, spec, tmp_path / "x.onnx")
    half = to_half(tmp_path / "x.onnx", tmp_path / "h.onnx")
    assert half.stat().st_size <= most
    x = np.random.default_rng(0).normal(size=(2, len(spec.components), spec.samples)).astype(np.float32)
    p, q = (probabilities(OnnxRunner(tmp_path / f, 1).run(x), own) for f in ("x.onnx", "h.onnx"))
    assert 0 < np.abs(p - q).mean() < 5e-3 and OnnxRunner(half).spec == own


def test_attention_of_a_dead_window_stays_finite(stirred, tmp_path):
    """Its sums plus 1e-7 are 0 in half precision, its norms' 1e-14 too."""
    network, spec = stirred("leqnet")
    own = write_onnx(network, spec, tmp_path / "x.onnx")
    half = to_half(tmp_path / "x.onnx", tmp_path / "h.onnx")
    dead = np.zeros((1, 3, spec.samples), np.float32)
    loud = np.full((1, 3, spec.samples), 300, np.float32)
    for x in (dead, loud):
        p, q = (probabilities(OnnxRunner(f, 1).run(x), own) for f in (tmp_path / "x.onnx", half))
        assert np.isfinite(q).all() and np.abs(p - q).mean() < 0.02


def test_a_weight_beyond_half_is_refused(small, tmp_path):
    import copy

    network = copy.deepcopy(small[0])
    with torch.no_grad():
        network.head_class.weight[0, 0, 0] = 1e6
    write_onnx(network, small[1], tmp_path / "x.onnx")
    with pytest.raises(ExportError, match="65504"):
        to_half(tmp_path / "x.onnx", tmp_path / "h.onnx")
    assert not (tmp_path / "h.onnx").exists()
