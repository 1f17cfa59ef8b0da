from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from onsets.errors import SpecError
from onsets.networks import multiply_adds, parameters, registry
from onsets.networks.cpic import CPIC, CPICOptions, build, spec
from onsets.waveforms import normalise


@pytest.mark.parametrize(("version", "count"), [(1, 108_691), (2, 9_571)])
def test_counts_of_the_program(version, count):
    assert parameters(CPIC(CPICOptions(version))) == count
    assert parameters(registry.build(f"cpic-v{version}")) == count


@pytest.mark.parametrize(("version", "expected"), [(1, 12_525_760), (2, 2_181_088)])
def test_multiply_adds(version, expected):
    assert multiply_adds(build(version), 3, 2000) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (1, [1024, 512, 256, 128, 64, 32, 16, 8, 4, 2, 1]),
        (2, [1000, 500, 250, 128, 64, 32, 16, 8, 4]),
    ],
)
def test_lengths_of_the_layers(version, expected):
    network, lengths = build(version).eval(), []
    for layer in network.layers:
        layer.register_forward_hook(lambda _m, _i, out: lengths.append(out.shape[-1]))
    with torch.no_grad():
        out = network(torch.zeros(2, 3, 2000))
    assert lengths == expected
    assert out.shape == (2, 3, 1)


@pytest.mark.parametrize("version", [1, 2])
def test_the_same_function_written_out(stir, version):
    """From the tensors by name, layer after layer."""
    x = torch.randn(4, 3, 2000, generator=torch.Generator().manual_seed(4))
    network = stir(build(version), x)
    state, y = network.state_dict(), x
    first, fourth = (26, 1) if version == 1 else (2, 4)
    for k in range(len(network.layers)):
        padding = {0: first, 1: 2, 3: fourth}.get(k, 1)
        y = functional.conv1d(
            y, state[f"layers.{k}.0.weight"], state.get(f"layers.{k}.0.bias"), padding=padding
        )
        mean, var, weight, bias = (
            state[f"layers.{k}.1.{w}"][:, None] for w in ("running_mean", "running_var", "weight", "bias")
        )
        y = ((y - mean) / (var + 1e-5).sqrt() * weight + bias).clamp(min=0)
        y = y[..., : y.shape[-1] // 2 * 2].unflatten(-1, (-1, 2)).amax(-1)
    expected = y.flatten(1) @ state["head.weight"].T + state["head.bias"]
    with torch.no_grad():
        torch.testing.assert_close(network(x)[..., 0], expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("samples", [1999, 2001, 6000])
def test_another_length_is_refused(samples):
    with pytest.raises(SpecError, match="2000 samples"):
        build()(torch.zeros(1, 3, samples))


def test_unknown_version():
    with pytest.raises(SpecError, match="versions 1, 2"):
        build(3)


@pytest.mark.parametrize("version", [1, 2])
def test_spec(version):
    made = registry.spec(f"cpic-v{version}")
    assert (made.samples, made.hop_samples, made.output_kind) == (2000, 10, "per_window")
    assert made.hop_samples / made.rate_hz == pytest.approx(0.1)
    assert (made.demean, made.normalisation) == (True, "logistic")
    assert made.options == {"version": version}


def test_input_is_squashed_as_the_program_does():
    """Up to the shift that makes 0 of 0."""
    counts = np.random.default_rng(0).normal(0, 2e4, (2, 3, 2000)).astype(np.float32)
    got = normalise(counts, np.ones(counts.shape, dtype=bool), spec())
    centred = counts.astype(np.float64) - counts.mean(axis=2, keepdims=True, dtype=np.float64)
    np.testing.assert_allclose(got + 0.5, 1 / (1 + np.exp(-1e-4 * centred)), atol=1e-6)
