"""The network says the same, and its channels reach as far as each other."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.deploy.equalise import _peaks, equalised
from onsets.deploy.onnxfile import read_model, write_onnx
from onsets.runtime import OnnxRunner

NAMES = ["lppn", "phasenet", "onsets-net", "msnet", "cnn7-separable", "leqnet"]


@pytest.mark.parametrize(("name", "count"), [*((name, 2) for name in NAMES), ("leqnet", 19)])
def test_the_same_is_said(stirred, tmp_path, name, count):
    """However many windows there are: 19 fill one batch and leave some for another."""
    network, spec = stirred(name)
    write_onnx(network, spec, tmp_path / "x.onnx")
    x = np.random.default_rng(0).normal(size=(count + 1, len(spec.components), spec.samples))
    x = x.astype(np.float32)
    even = equalised(read_model(tmp_path / "x.onnx"), x[:count])
    want = OnnxRunner(tmp_path / "x.onnx", threads=1).run(x)
    got = OnnxRunner(even.SerializeToString(), threads=1).run(x)
    for one, other in zip(got, want, strict=True):
        assert np.abs(one - other).max() <= 1e-4 * max(1, np.abs(other).max())


def spread(model, x, kinds):
    made = {node.output[0] for node in model.graph.node if node.op_type in kinds}
    peaks = [values for name, values in _peaks(model, x).items() if name in made and values.max() > 0]
    return np.median([values.max() / max(np.median(values), 1e-9) for values in peaks])


def test_channels_reach_as_far_as_each_other(stirred, tmp_path):
    network, spec = stirred("lppn")
    write_onnx(network, spec, tmp_path / "x.onnx")
    x = np.random.default_rng(0).normal(size=(4, len(spec.components), spec.samples)).astype(np.float32)
    model = read_model(tmp_path / "x.onnx")
    assert spread(model, x, ["Relu"]) > 1.3
    assert spread(equalised(model, x), x, ["Relu"]) < 1.05
