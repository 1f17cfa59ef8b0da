"""Properties every network of the registry must have; a new network is covered by being listed."""

from __future__ import annotations

import copy
import dataclasses
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from onsets.errors import MissingExtraError, SpecError
from onsets.networks import cost, export, registry, weights
from onsets.spec import Spec

FULLY_MEASURED = 500_000_000
"""Networks with fewer multiply-adds a window are measured again in full."""


@dataclass
class Case:
    """A network with random weights, and what it says to three windows of noise."""

    network: nn.Module
    spec: Spec
    x: Tensor
    outputs: tuple[Tensor, ...]


def run(network: nn.Module, x: Tensor) -> tuple[Tensor, ...]:
    with torch.no_grad():
        out = network(x)
    return out if isinstance(out, tuple) else (out,)


def activated(rows: Any, spec: Spec) -> Tensor:
    rows = torch.as_tensor(rows)
    if spec.activation == "none":
        return rows
    return rows.softmax(dim=1) if spec.activation == "softmax" else rows.sigmoid()


def assert_close(got: Tensor, expected: Tensor, tolerance: float) -> None:
    """Compare absolutely, but numbers above 1 (offsets, logits) by their size."""
    scale = max(1.0, float(expected.abs().max()))
    assert float((got - expected).abs().max()) <= tolerance * scale


@pytest.fixture(scope="module", params=registry.names())
def name(request):
    return request.param


@pytest.fixture(scope="module")
def case(name, stir):
    spec = registry.spec(name)
    x = torch.randn(3, len(spec.components), spec.samples, generator=torch.Generator().manual_seed(1))
    network = stir(registry.build(name), x)
    return Case(network, spec, x, run(network, x))


@pytest.fixture(scope="module")
def onnx_file(case, name, tmp_path_factory):
    return export.to_onnx(case.network, case.spec, tmp_path_factory.mktemp("onnx") / f"{name}.onnx")


def values_of(spec: Spec, samples: int) -> int:
    return 1 if spec.output_kind == "per_window" else -(-samples // spec.segment_samples)


def test_spec_is_named_as_the_network_and_survives_json(case, name):
    assert (case.spec.name, case.spec.network) == (name, name)
    assert Spec.from_json(case.spec.to_json()) == case.spec
    assert len(case.spec.components) == case.x.shape[1]
    assert "doi:" in case.spec.paper


def test_spec_rebuilds_the_network(case):
    again = registry.build(case.spec.network, **json.loads(case.spec.to_json())["options"])
    shapes = {key: value.shape for key, value in case.network.state_dict().items()}
    assert {key: value.shape for key, value in again.state_dict().items()} == shapes


def test_output_is_finite_with_a_row_a_label(case):
    spec = case.spec
    assert case.outputs[0].shape == (3, len(spec.outputs), values_of(spec, spec.samples))
    assert all(torch.isfinite(out).all() for out in case.outputs)
    if spec.output_kind == "per_segment":
        assert case.outputs[1].shape == (3, 1, case.outputs[0].shape[-1])


def test_output_is_alive(case):
    """Else the comparisons below would compare constants."""
    assert float(activated(case.outputs[0], case.spec).std(dim=(0, 2)).min()) > 1e-3


def test_windows_do_not_see_each_other(case):
    """In double precision, where rounding cannot grow to what is tested in deep attention."""
    network, x = copy.deepcopy(case.network).double(), case.x.double()
    together = run(network, x)
    for k in range(3):
        for single, batched in zip(run(network, x[k : k + 1]), together, strict=True):
            assert_close(single, batched[k : k + 1], 1e-9)


def test_single_precision_is_enough(case):
    """Rounding moves no probability by more than what ONNX may differ by."""
    with_doubles = run(copy.deepcopy(case.network).double(), case.x.double())[0]
    difference = activated(case.outputs[0], case.spec) - activated(with_doubles, case.spec)
    assert float(difference.abs().max()) <= 1e-4


def test_same_input_same_output(case):
    assert not case.network.training
    for first, second in zip(case.outputs, run(case.network, case.x), strict=True):
        assert torch.equal(first, second)


@pytest.mark.parametrize("change", [1, -7])
def test_other_lengths(case, change):
    if case.spec.output_kind == "per_window":
        pytest.skip("a network with one value a window has one length")
    samples = case.spec.samples + change
    x = torch.randn(1, case.x.shape[1], samples, generator=torch.Generator().manual_seed(2))
    rows = run(case.network, x)[0]
    assert rows.shape == (1, len(case.spec.outputs), values_of(case.spec, samples))
    assert torch.isfinite(rows).all()


def test_gradient_reaches_every_parameter(case):
    """But those a network lists by ``dead_parameters()`` and says why; rounding is no gradient."""
    network, generator = copy.deepcopy(case.network).double(), torch.Generator().manual_seed(3)
    out = network(case.x[:1].double())
    out = out if isinstance(out, tuple) else (out,)
    loss = torch.stack([(o * torch.randn(o.shape, generator=generator)).sum() for o in out]).sum()
    trained = {key: p for key, p in network.named_parameters() if p.requires_grad}
    found = torch.autograd.grad(loss, list(trained.values()), allow_unused=True)
    largest = [0.0 if gradient is None else float(gradient.abs().max()) for gradient in found]
    dead = {key for key, size in zip(trained, largest, strict=True) if not size > 1e-11 * max(largest)}
    assert dead == set(getattr(network, "dead_parameters", lambda: [])())


@pytest.mark.parametrize("batch", [1, 3])
def test_onnx_says_the_same(case, onnx_file, batch):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(onnx_file), options, providers=["CPUExecutionProvider"])
    got = session.run(None, {"waveform": case.x[:batch].numpy()})
    assert len(got) == len(case.outputs)
    difference = activated(got[0], case.spec) - activated(case.outputs[0][:batch], case.spec)
    assert float(difference.abs().max()) <= 1e-4
    for ours, torchs in zip(got[1:], case.outputs[1:], strict=True):
        assert_close(torch.as_tensor(ours), torchs[:batch], 1e-4)
    assert Spec.from_json(session.get_modelmeta().custom_metadata_map["spec"]) == case.spec


def test_weights_come_back_bit_by_bit(case, tmp_path):
    path = tmp_path / "weights.safetensors"
    sha = weights.save(case.network, case.spec, path)
    network, spec = weights.load(path, expected_sha256=sha)
    assert spec == case.spec
    before, after = case.network.state_dict(), network.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[key], after[key]) for key in before)
    assert torch.equal(run(network, case.x[:1])[0], run(case.network, case.x[:1])[0])


def test_unknown_option_is_an_error(name):
    with pytest.raises(SpecError, match=name):
        registry.build(name, nonsense=1)
    with pytest.raises(SpecError, match=name):
        registry.spec(name, nonsense=1)


def test_figures_are_up_to_date(case, name):
    row = next((row for row in registry.figures() if row["name"] == name), None)
    assert row is not None, "run python -m onsets.networks.cost"
    assert row["parameters"] == cost.parameters(case.network)
    assert row["spec"] == json.loads(case.spec.to_json())
    if row["macs_window"] < FULLY_MEASURED:
        assert row == json.loads(json.dumps(cost.measure(case.network, case.spec)))


def test_figures_are_in_the_order_of_the_registry():
    assert [row["name"] for row in registry.figures()] == registry.names() == list(registry.REGISTRY)


def test_entries_differ_by_their_options_only():
    for name, entry in registry.REGISTRY.items():
        assert entry.options.items() <= registry.spec(name).options.items()


def test_options_given_go_over_the_entry():
    spec = registry.spec("cnn7-separable", separable=False)
    assert dataclasses.replace(spec, name="cnn7", network="cnn7") == registry.spec("cnn7")
    assert cost.parameters(registry.build("cnn7-separable", separable=False)) == 229_283


def test_unknown_network_gets_a_hint():
    with pytest.raises(SpecError, match="did you mean 'lppn'"):
        registry.build("lpnn")
    with pytest.raises(SpecError, match="did you mean 'lppn'"):
        registry.spec("lpnn")


def test_missing_torch_names_the_extra(monkeypatch):
    for module in [m for m in sys.modules if m == "torch" or m.startswith("torch.")]:
        monkeypatch.setitem(sys.modules, module, None)
    for module in [m for m in sys.modules if m.startswith("onsets.networks.") and "layers" in m]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.delitem(sys.modules, "onsets.networks.lppn", raising=False)
    with pytest.raises(MissingExtraError, match=r"onsets\[train\]"):
        registry.build("lppn")


def test_listing_needs_no_torch():
    code = (
        "import sys; sys.modules['torch'] = None; from onsets import networks;"
        "networks.figures(); print(*networks.names())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == registry.names()
