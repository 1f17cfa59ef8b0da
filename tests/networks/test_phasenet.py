from __future__ import annotations

import pytest
import torch
from torch import nn

from onsets.errors import SpecError
from onsets.networks import multiply_adds, parameters, receptive_field
from onsets.networks.phasenet import PhaseNet, PhaseNetOptions, build, spec


def test_counts_of_the_program():
    network = build()
    assert parameters(network) == 268_443
    assert parameters(network, statistics=True) == 269_675


@pytest.mark.parametrize(("samples", "expected"), [(3000, 19_455_616), (6000, 38_887_936)])
def test_multiply_adds(samples, expected):
    assert multiply_adds(build(), 3, samples) == expected


def test_parts_of_the_docstring_table():
    network = build()
    halves = zip(network.contract, network.quarter, strict=True)
    assert [parameters(a) + parameters(b) for a, b in halves] == [928, 2_752, 10_880, 43_264]
    ways = zip(network.expand, network.join, strict=True)
    assert [parameters(a) + parameters(b) for a, b in ways] == [114_944, 28_800, 7_232, 1_824]
    assert [parameters(part) for part in (network.stem, network.bottom, network.head)] == [192, 57_600, 27]


def test_lengths_on_the_way_down_and_up():
    network, lengths = build().eval(), []
    for part in (*network.quarter, *network.expand):
        part.register_forward_hook(lambda _m, _i, out: lengths.append(out.shape[-1]))
    with torch.no_grad():
        network(torch.zeros(1, 3, 3000))
    assert lengths == [750, 188, 47, 12, 47, 188, 750, 3000]


@pytest.mark.parametrize("samples", [1, 2, 3, 4, 5, 17, 255, 256, 257, 999, 3000, 3001])
def test_any_length(stir, samples):
    network = stir(build(), torch.randn(2, 3, 600))
    with torch.no_grad():
        out = network(torch.randn(2, 3, samples))
    assert out.shape == (2, 3, samples)
    assert torch.isfinite(out).all()


@pytest.mark.parametrize("samples", [16, 17, 18, 19])
def test_padding_is_tensorflows(samples):
    """Value i of a strided convolution starts at 4 i minus the smaller half of the padding."""
    conv = build().quarter[0].conv
    part = build().quarter[0].eval()
    x = torch.randn(1, 8, samples, generator=torch.Generator().manual_seed(samples))
    values = -(-samples // 4)
    left = ((values - 1) * 4 + 7 - samples) // 2
    wide = torch.zeros(1, 8, 64)
    wide[..., 16 : 16 + samples] = x
    expected = torch.stack(
        [
            torch.einsum("oik,ik->o", part.conv.weight, wide[0, :, 16 - left + 4 * i : 23 - left + 4 * i])
            for i in range(values)
        ],
        dim=-1,
    )
    expected = torch.relu(expected / (1 + 1e-3) ** 0.5)[None]
    with torch.no_grad():
        torch.testing.assert_close(part(x), expected.detach(), atol=1e-6, rtol=1e-5)
    assert conv.bias is None


@pytest.mark.parametrize(("values", "samples"), [(12, 47), (12, 48), (12, 45), (47, 188), (751, 3001)])
def test_transposed_convolution_is_cut_as_tensorflows(values, samples):
    """An impulse at i gives the seven taps from 4 i - 1 on, less the centring cut."""
    up = build().expand[-1].eval()
    x = torch.zeros(1, 16, values)
    x[0, 3, 5] = 1.0
    with torch.no_grad():
        out = up(x, samples)
    first = 4 * 5 - 1 - (4 * values - samples) // 2
    expected = torch.zeros(1, 8, samples)
    expected[0, :, first : first + 7] = torch.relu(up.conv.weight[3] / (1 + 1e-3) ** 0.5).detach()
    torch.testing.assert_close(out, expected, atol=1e-7, rtol=1e-5)


def test_norms_have_the_programs_epsilon():
    norms = [module for module in build().modules() if isinstance(module, nn.BatchNorm1d)]
    assert len(norms) == 18
    assert {norm.eps for norm in norms} == {1e-3}


def test_a_moved_record_moves_the_output(stir):
    """By a multiple of the longest stride, away from the edges."""
    network = stir(build(), torch.randn(2, 3, 3000))
    x = torch.randn(1, 3, 8192, generator=torch.Generator().manual_seed(1))
    moved = torch.roll(x, 256, dims=-1)
    with torch.no_grad():
        before, after = network(x), network(moved)
    torch.testing.assert_close(after[..., 3256:5256], before[..., 3000:5000], atol=1e-4, rtol=1e-4)


def test_view_is_33_s():
    assert receptive_field(build(), 3, 6000) == 3331


def test_width_and_components():
    assert PhaseNet(PhaseNetOptions(width=16)).head.in_channels == 16
    assert spec(components=1).components == "Z"
    assert spec(width=16).options == {"width": 16, "components": 3}


def test_spec():
    made = spec()
    assert (made.samples, made.hop_samples, made.rate_hz, made.components) == (3000, 1500, 100.0, "ENZ")
    assert (made.normalisation, made.outputs, made.activation) == (
        "component-std",
        ("N", "P", "S"),
        "softmax",
    )
    assert made.thresholds == {"P": 0.3, "S": 0.3}
    assert (spec(samples=3001).samples, spec(samples=600).hop_samples) == (3001, 600)


@pytest.mark.parametrize("options", [{"width": 0}, {"components": 2}])
def test_wrong_options(options):
    with pytest.raises(SpecError, match="phasenet needs"):
        PhaseNetOptions(**options)
