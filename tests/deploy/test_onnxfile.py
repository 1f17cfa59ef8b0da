"""Small files that say the same."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from onsets import networks
from onsets.deploy.onnxfile import one_window, read_model, write_onnx
from onsets.deploy.verify import probabilities
from onsets.errors import ExportError
from onsets.runtime import OnnxRunner, TorchRunner

FAST = ("lppn", "leqnet", "cnn3", "cnn7-separable", "phasenet", "cpic-v2", "msnet", "cnn-gru", "unet-1d")
SIZES = {"leqnet": 200_000, "cpic-v2": 45_000}


@pytest.mark.parametrize("name", FAST)
def test_parity_and_size(stirred, tmp_path, name):
    network, spec = stirred(name)
    own = write_onnx(network, spec, tmp_path / "x.onnx")
    runner = OnnxRunner(tmp_path / "x.onnx", threads=1)
    assert runner.spec == own and own.auxiliary == ()
    x = np.random.default_rng(0).normal(size=(2, len(spec.components), spec.samples)).astype(np.float32)
    got, want = runner.run(x), TorchRunner(network).run(x)
    assert np.abs(probabilities(got, own) - probabilities(want, own)).max() <= 1e-4
    assert (tmp_path / "x.onnx").stat().st_size <= SIZES.get(name, 10**9)


def test_one_window_has_no_shapes_left(small, tmp_path):
    write_onnx(*small, tmp_path / "x.onnx")
    model = one_window(read_model(tmp_path / "x.onnx"))
    assert {node.op_type for node in model.graph.node} <= {"Conv", "Relu", "Resize", "Concat", "Add", "Mul"}


def test_no_onnx_is_refused(tmp_path):
    (tmp_path / "x.onnx").write_bytes(b"nothing")
    with pytest.raises(ExportError, match=r"x\.onnx"):
        read_model(tmp_path / "x.onnx")


def test_network_is_not_changed(small, tmp_path):
    before = {key: value.clone() for key, value in small[0].state_dict().items()}
    write_onnx(*small, tmp_path / "x.onnx")
    assert all(torch.equal(before[key], value) for key, value in small[0].state_dict().items())


def test_names_of_the_registry_are_covered():
    assert set(FAST) <= set(networks.names())
