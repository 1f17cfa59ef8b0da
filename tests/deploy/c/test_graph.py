"""What C can have is read, what it cannot is refused by layer and reason."""

from __future__ import annotations

import pytest

from onsets import networks
from onsets.deploy.c.graph import layers_of
from onsets.deploy.onnxfile import read_model, write_onnx
from onsets.errors import ExportError


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("eqtransformer-original", "cannot be written in C"),
        ("leqnet", "cannot be written in C"),
        ("cnn-gru", "cannot be written in C"),
        ("unet", "two dimensions"),
    ],
)
def test_refusals_name_layer_and_reason(tmp_path, name, why):
    write_onnx(networks.build(name), networks.spec(name), tmp_path / "x.onnx")
    with pytest.raises(ExportError, match=rf"layer '\w+' \(\w+\).*{why}"):
        layers_of(read_model(tmp_path / "x.onnx"))


@pytest.mark.parametrize(
    "name", ["lppn", "phasenet", "msnet", "cnn3", "cnn7", "cpic-v1", "wavenet-separable"]
)
def test_shapes_are_those_of_the_network(tmp_path, name):
    spec = networks.spec(name)
    own = write_onnx(networks.build(name), spec, tmp_path / "x.onnx")
    graph = layers_of(read_model(tmp_path / "x.onnx"))
    first = graph.values[graph.outputs[0]]
    values = 1 if spec.output_kind == "per_window" else -(-spec.samples // spec.segment_samples)
    assert (first.channels, first.length) == (len(own.outputs), values)
    assert graph.values[0].channels == len(spec.components)
    assert all(max(each.inputs) < each.output for each in graph.layers)
