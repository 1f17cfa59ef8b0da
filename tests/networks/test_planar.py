"""Planar graphs give the numbers of the graphs they are made from, and hold what makes them fast."""

from __future__ import annotations

from collections import Counter

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional

from onsets.networks import registry
from onsets.networks.planar import planar


def exported(network: nn.Module, example: torch.Tensor, path) -> onnx.ModelProto:
    torch.manual_seed(0)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d):
            nn.init.uniform_(module.running_mean, -1, 1)
            nn.init.uniform_(module.running_var, 0.5, 2)
            nn.init.uniform_(module.weight, 0.5, 2)
            nn.init.uniform_(module.bias, -1, 1)
    torch.onnx.export(
        network.eval(),
        (example,),
        str(path),
        input_names=["waveform"],
        dynamic_axes={"waveform": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )
    return onnx.load(str(path))


def said(model: onnx.ModelProto, x: np.ndarray) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x})


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", ["phasenet", "lppn", "eqtransformer", "cnn7", "unet"])
def test_networks_say_the_same(name, tmp_path) -> None:
    spec = registry.spec(name)
    x = np.random.default_rng(0).normal(size=(3, len(spec.components), spec.samples)).astype(np.float32)
    model = exported(registry.build(name), torch.from_numpy(x), tmp_path / "a.onnx")
    new = planar(model)
    for before, after in zip(said(model, x), said(new, x), strict=True):
        np.testing.assert_allclose(after, before, rtol=1e-3, atol=2e-5 * max(1.0, np.abs(before).max()))
    weights = {one.name: one.dims for one in new.graph.initializer}
    convs = [node for node in new.graph.node if node.op_type in ("Conv", "ConvTranspose")]
    assert convs and all(len(weights[node.input[1]]) == 4 for node in convs)
    assert [i.name for i in new.graph.input] == ["waveform"]
    assert [o.name for o in new.graph.output] == [o.name for o in model.graph.output]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_phasenet_is_left_with_convolutions_and_little_else(tmp_path) -> None:
    model = exported(registry.build("phasenet"), torch.zeros(2, 3, 3001), tmp_path / "a.onnx")
    kinds = Counter(node.op_type for node in planar(model).graph.node)
    assert set(kinds) == {"Conv", "ConvTranspose", "Relu", "Concat", "Unsqueeze", "Squeeze"}
    assert kinds["Unsqueeze"] == kinds["Squeeze"] == 1


class Odd(nn.Module):
    """Asymmetric padding, pooling, a crop before a batch-norm, and one whose pad two operators read."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv1d(2, 4, 3, 2), nn.Conv1d(4, 4, 3)
        self.up, self.norm = nn.ConvTranspose1d(4, 3, 5, 2, bias=False), nn.BatchNorm1d(3)

    def forward(self, x):
        x = torch.relu(self.first(functional.pad(x, (0, 1))))
        y = functional.pad(x, (1, 1))
        x = self.second(y) + x + y[..., 1:-1]
        x = functional.max_pool1d(x, 2)
        return torch.relu(self.norm(self.up(x)[..., 1:-2])).mean(dim=-1)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_awkward_network(tmp_path) -> None:
    x = np.random.default_rng(1).normal(size=(2, 2, 41)).astype(np.float32)
    model = exported(Odd(), torch.from_numpy(x), tmp_path / "a.onnx")
    (before,), (after,) = said(model, x), said(planar(model), x)
    assert before.std() > 0.01
    np.testing.assert_allclose(after, before, rtol=1e-4, atol=1e-5)


def test_a_graph_with_branches_stays_as_it_is() -> None:
    def branch(name: str) -> onnx.GraphProto:
        value = numpy_helper.from_array(np.float32([1]), f"{name}_value")
        out = helper.make_tensor_value_info(name, TensorProto.FLOAT, [1])
        return helper.make_graph(
            [helper.make_node("Identity", [f"{name}_value"], [name])], name, [], [out], [value]
        )

    node = helper.make_node("If", ["x"], ["y"], then_branch=branch("a"), else_branch=branch("b"))
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.BOOL, [])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    assert planar(model) is model


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_stretching_stays_in_the_plane_and_computes_no_lengths(tmp_path) -> None:
    """LPPN stretches three times by two; lengths that torch computes from shapes are constants."""
    spec = registry.spec("lppn")
    new = planar(exported(registry.build("lppn"), torch.zeros(1, 3, spec.samples), tmp_path / "a.onnx"))
    kinds = Counter(node.op_type for node in new.graph.node)
    assert kinds["Resize"] == 3 and kinds["Unsqueeze"] == 1 and not kinds["Shape"] and not kinds["Gather"]
    constants = {one.name: numpy_helper.to_array(one).tolist() for one in new.graph.initializer}
    for node in new.graph.node:
        if node.op_type == "Resize":
            assert constants[node.input[2]] == [1, 1, 1, 2]


def test_what_no_output_depends_on_is_left_out() -> None:
    weight = numpy_helper.from_array(np.ones((2, 2, 3), np.float32), "w")
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["y"], kernel_shape=[3]),
        helper.make_node("Shape", ["y"], ["unused"]),
    ]
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 2, n]) for name, n in (("x", 9), ("y", 7))
    ]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], [weight])
    model = planar(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]))
    assert [node.op_type for node in model.graph.node] == ["Unsqueeze", "Conv", "Squeeze"]
