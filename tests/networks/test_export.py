from __future__ import annotations

import os
import sys
from pathlib import Path

import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from onsets.errors import MissingExtraError
from onsets.networks import registry
from onsets.networks.export import OPSET, to_onnx
from onsets.spec import Spec


@pytest.fixture
def written(tmp_path):
    return to_onnx(registry.build("lppn", width=4), registry.spec("lppn", width=4), tmp_path / "x.onnx")


def test_spec_is_the_only_metadata(written):
    model = onnx.load(str(written))
    assert [prop.key for prop in model.metadata_props] == ["spec"]
    assert Spec.from_json(model.metadata_props[0].value) == registry.spec("lppn", width=4)


def test_names_shapes_and_opset(written):
    model = onnx.load(str(written))
    onnx.checker.check_model(model)
    shapes = {
        value.name: [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
        for value in (*model.graph.input, *model.graph.output)
    }
    assert shapes["waveform"] == ["batch", 3, 3072]
    assert shapes["output_0"] == ["batch", 3, 384]
    assert shapes["output_1"] == ["batch", 1, 384]
    assert list(shapes) == ["waveform", "output_0", "output_1"]
    assert [(o.domain, o.version) for o in model.opset_import if o.domain in ("", "ai.onnx")] == [("", OPSET)]


def test_one_output_is_output_0(tmp_path):
    path = to_onnx(registry.build("cnn3"), registry.spec("cnn3"), tmp_path / "x.onnx")
    assert [o.name for o in onnxruntime.InferenceSession(str(path)).get_outputs()] == ["output_0"]


def test_any_batch(written):
    session = onnxruntime.InferenceSession(str(written))
    for batch in (1, 2, 5):
        classes, _ = session.run(None, {"waveform": torch.randn(batch, 3, 3072).numpy()})
        assert classes.shape == (batch, 3, 384)


def test_same_network_same_bytes_and_no_path_in_them(tmp_path):
    network, spec = registry.build("cnn3"), registry.spec("cnn3")
    first, second = (to_onnx(network, spec, tmp_path / name).read_bytes() for name in ("a", "b"))
    assert first == second
    assert str(Path(__file__).parents[2]).encode() not in first
    assert str(Path(torch.__file__).parent).encode() not in first


def test_network_is_left_in_evaluation_mode(tmp_path):
    network = registry.build("cnn3").train()
    to_onnx(network, registry.spec("cnn3"), tmp_path / "x.onnx")
    assert not network.training


class _NoOperator(nn.Module):
    """Runs in torch, but has no counterpart in ONNX."""

    def forward(self, x):
        return torch.linalg.eigvals(x @ x.mT).real


@pytest.mark.parametrize("step", ["export", "replace"])
def test_failed_export_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step):
    path = tmp_path / "x.onnx"
    path.write_bytes(b"old")

    def full(*args, **options):
        raise OSError("disk full")

    network: nn.Module = registry.build("cnn3")
    if step == "export":
        network = _NoOperator()
    else:
        monkeypatch.setattr(os, "replace", full)
    with pytest.raises((OSError, torch.onnx.errors.OnnxExporterError)):
        to_onnx(network, registry.spec("cnn3"), path)
    monkeypatch.undo()
    assert [file.name for file in tmp_path.iterdir()] == ["x.onnx"]
    assert path.read_bytes() == b"old"


def test_missing_onnx_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingExtraError, match=r"onsets\[train\]"):
        to_onnx(registry.build("cnn3"), registry.spec("cnn3"), tmp_path / "x.onnx")


@pytest.mark.parametrize("fast", [True, False])
def test_both_forms_say_what_the_network_says(tmp_path, fast):
    network, spec = registry.build("phasenet").eval(), registry.spec("phasenet")
    path = to_onnx(network, spec, tmp_path / "x.onnx", fast=fast)
    x = torch.randn(2, 3, 3000)
    with torch.no_grad():
        expected = network(x).numpy()
    (got,) = onnxruntime.InferenceSession(str(path)).run(None, {"waveform": x.numpy()})
    assert abs(got - expected).max() < 1e-4
    weights = [one.dims for one in onnx.load(str(path)).graph.initializer]
    assert any(len(shape) == 4 for shape in weights) == fast
