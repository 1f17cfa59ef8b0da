"""After learning with rounded numbers, rounding costs less."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from onnx import numpy_helper

from onsets.deploy.distilling import Distilling
from onsets.deploy.int8 import to_int8
from onsets.deploy.onnxfile import read_model, write_onnx
from onsets.deploy.qat import _RoundedWeight, train_for_int8
from onsets.errors import ExportError


def test_weights_are_rounded_to_255_steps_a_channel():
    weight = torch.randn(4, 3, 5, generator=torch.Generator().manual_seed(0))
    rounded = _RoundedWeight(0)(weight)
    steps = rounded / (weight.abs().amax(dim=(1, 2), keepdim=True) / 127)
    assert torch.allclose(steps, steps.round(), atol=1e-3) and not torch.equal(weight, rounded)


def test_the_result_is_plain_and_learned(small, windows):
    network, spec = small
    done = train_for_int8(network, spec, windows, Distilling(steps=3, batch=4))
    assert not any("parametrizations" in key for key in done.state_dict())
    x = torch.from_numpy(windows[:2])
    with torch.no_grad():
        assert done(x)[0].shape == network(x)[0].shape
    assert all(torch.isfinite(p).all() for p in done.parameters())


def test_cuts_become_ranges(small, windows, tmp_path):
    network, spec = small
    done = train_for_int8(network, spec, windows, Distilling(steps=1, batch=4), skip=0, clip=0.5)
    write_onnx(done, spec, tmp_path / "x.onnx")
    to_int8(tmp_path / "x.onnx", tmp_path / "q.onnx", windows)
    cut, integers = (read_model(tmp_path / f"{name}.onnx").graph for name in "xq")
    numbers = [{t.name: numpy_helper.to_array(t) for t in graph.initializer} for graph in (cut, integers)]
    ends = [[float(numbers[0][x]) for x in node.input[1:]] for node in cut.node if node.op_type == "Clip"]
    steps = [numbers[1][node.input[1]] for node in integers.node if node.op_type == "QuantizeLinear"]
    assert len(ends) > 10 and "Clip" not in {node.op_type for node in integers.node}
    wanted = [(high - min(low, 0)) / 255 for low, high in ends]
    found = [np.isclose(np.array(steps, dtype=float), step, rtol=1e-3).any() for step in wanted]
    assert np.mean(found) > 0.7  # others are read by layers that have no integers


def test_nothing_to_round(stirred, windows):
    network, spec = stirred("cnn3")
    with pytest.raises(ExportError, match="no layer to round"):
        train_for_int8(network, spec, windows[:, :1], skip=9)
