from __future__ import annotations

import pytest
import torch

from onsets.networks import multiply_adds, parameters, receptive_field
from onsets.networks.unet import UNet, UNetOptions, build, flatten, spec


@pytest.mark.parametrize(("exact", "count"), [(True, 1_748_771), (False, 845_603)])
def test_counts_of_the_paper(exact, count):
    network = UNet(UNetOptions(exact))
    assert parameters(network) == count
    assert spec(exact).options == {"exact": exact}


@pytest.mark.parametrize(
    ("exact", "decoder"), [(True, [1_033_216, 258_560, 64_736]), (False, [345_088, 86_528, 21_728])]
)
def test_parts_of_the_docstring_table(exact, decoder):
    network = build(exact)
    assert [parameters(part) for part in network.encoder] == [3_296, 18_688, 74_240]
    assert parameters(network.bottom) == 295_936
    assert [parameters(part) for part in network.decoder] == decoder
    assert parameters(network.head) == 99


def test_multiply_adds_with_and_without_dead_taps():
    live, exact = (multiply_adds(build(exact), 1, 1024) for exact in (False, True))
    assert live == pytest.approx(180e6, rel=0.01)
    assert exact == pytest.approx(400e6, rel=0.01)
    encoder = 1024 * (96 + 3072 + (6144 + 12288) / 2 + (24576 + 49152) / 4 + (98304 + 196608) / 8)
    assert exact - live == 2 * (live - encoder - 1024 * 96)  # two of the three rows of each kernel


@pytest.mark.parametrize("samples", [1024, 1023, 1025, 100, 9, 1])
def test_twin_in_one_dimension_says_the_same(stir, samples):
    network = stir(build(exact=True), torch.randn(2, 1, 256))
    twin = flatten(network)
    assert parameters(twin) == 845_603
    assert not twin.training
    x = torch.randn(2, 1, samples, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        exact, flat = network(x), twin(x)
    assert exact.shape == (2, 3, samples)
    assert (exact - flat).abs().max() <= 1e-6 * max(1, exact.abs().max())


def test_outer_rows_are_dead(stir):
    network = stir(build(exact=True), torch.randn(2, 1, 256))
    network(torch.randn(2, 1, 256)).square().sum().backward()
    kernels = [p for p in network.parameters() if p.ndim == 4]
    dead = [kernel.grad[:, :, row] for kernel in kernels for row in (0, 2)]
    assert all(not gradient.any() for gradient in dead)
    assert sum(gradient.numel() for gradient in dead) == 903_168
    assert all(kernel.grad[:, :, 1].any() for kernel in kernels)


def test_doubling_is_aligned_as_tensorflows():
    """Sample i of the short record reaches 2 i, 2 i + 1 and 2 i + 2 through taps 0, 1 and 2."""
    up = build(exact=False).decoder[0][0].conv
    x = torch.zeros(1, 256, 8)
    x[0, 5, 3] = 1.0
    with torch.no_grad():
        out = up(x)[0, 7, :16]
    expected = torch.zeros(16)
    expected[6:9] = up.weight[5, 7]
    torch.testing.assert_close(out, expected)


def test_view_depends_on_the_position_only():
    network = build(exact=False)
    views = [receptive_field(network, 1, samples) for samples in range(1024, 1040, 2)]
    assert (min(views), max(views)) == (100, 108)
