from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from onsets.errors import SpecError
from onsets.networks import multiply_adds, parameters
from onsets.networks.layers import GATES, OneBiasLSTM

from ..keras_reference import GATES as ACTIVATIONS
from ..keras_reference import lstm


def stirred(**options):
    torch.manual_seed(0)
    layer = OneBiasLSTM(5, 4, **options).double().eval()
    with torch.no_grad():
        for p in layer.parameters():
            p.copy_(torch.randn(p.shape) if p.requires_grad else torch.zeros(p.shape))
    return layer


def arrays(layer, end=""):
    names = ("weight_ih", "weight_hh", "bias_ih")
    return [getattr(layer, f"{name}_l0{end}").detach().numpy().T for name in names]


@pytest.mark.parametrize("gates", GATES)
@pytest.mark.parametrize("both", [False, True])
def test_equals_kerass_equations(gates, both):
    layer, x = stirred(both=both, gates=gates), np.random.default_rng(1).normal(size=(3, 11, 5))
    with torch.no_grad():
        got = layer(torch.from_numpy(x)).numpy()
    for k in range(3):
        expected = lstm(x[k], *arrays(layer), ACTIVATIONS[gates])
        if both:
            back = lstm(x[k, ::-1], *arrays(layer, "_reverse"), ACTIVATIONS[gates])[::-1]
            expected = np.concatenate([expected, back], axis=1)
        np.testing.assert_allclose(got[k], expected, atol=1e-12)


def test_a_second_bias_is_added_too():
    layer = stirred(gates="hard_sigmoid", both=True)
    x, expected = torch.randn(1, 6, 5).double(), []
    for split in (0.0, 0.3):
        with torch.no_grad():
            for end in ("", "_reverse"):
                getattr(layer, f"bias_ih_l0{end}").sub_(split)
                getattr(layer, f"bias_hh_l0{end}").add_(split)
            expected.append(layer(x))
    torch.testing.assert_close(*expected)


@pytest.mark.parametrize("both", [False, True])
def test_one_bias_is_trained(both):
    layer = OneBiasLSTM(5, 4, both=both)
    assert parameters(layer) == (1 + both) * 4 * 4 * (5 + 4 + 1)
    assert parameters(layer, statistics=True) == parameters(layer)


def test_start():
    layer = OneBiasLSTM(5, 4)
    assert layer.bias_ih_l0.tolist() == [0] * 4 + [1] * 4 + [0] * 8
    assert not layer.bias_hh_l0.any()
    torch.testing.assert_close(layer.weight_hh_l0.T @ layer.weight_hh_l0, torch.eye(4), atol=1e-6, rtol=0)


@pytest.mark.parametrize("gates", GATES)
def test_gradients_are_those_of_differences(gates):
    layer = stirred(gates=gates)
    x = torch.randn(2, 3, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(layer, (x,))


class Turned(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x.transpose(1, 2)).transpose(1, 2)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("gates", GATES)
@pytest.mark.parametrize("both", [False, True])
def test_onnx_has_one_operator_for_any_batch(tmp_path, gates, both):
    onnx, onnxruntime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
    network, path = Turned(stirred(both=both, gates=gates).float()).eval(), str(tmp_path / "a.onnx")
    torch.onnx.export(
        network,
        (torch.zeros(2, 5, 9),),
        path,
        input_names=["x"],
        dynamic_axes={"x": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )
    assert [node.op_type for node in onnx.load(path).graph.node].count("LSTM") == 1
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for batch in (1, 4):
        x = torch.randn(batch, 5, 9)
        with torch.no_grad():
            np.testing.assert_allclose(session.run(None, {"x": x.numpy()})[0], network(x).numpy(), atol=1e-6)


@pytest.mark.parametrize("gates", GATES)
def test_products_are_counted(gates):
    assert multiply_adds(Turned(OneBiasLSTM(5, 4, both=True, gates=gates)), 5, 9) == 9 * 2 * 16 * (5 + 4)


def test_unknown_gates():
    with pytest.raises(SpecError, match="sigmoid or hard_sigmoid, got 'tanh'"):
        OneBiasLSTM(5, 4, gates="tanh")
