from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from onsets.errors import SpecError
from onsets.networks import multiply_adds, parameters
from onsets.networks.lppn import LPPN, STRIDES, LPPNOptions, build, spec

# Multiply-adds of 3,072 samples, in millions, for n of 4, 8, 16; stride 128 was not given.
MACS = {
    8: (6.00, 22.58, 87.81),
    16: (3.03, 11.32, 43.93),
    32: (1.60, 5.84, 22.48),
    64: (1.02, 3.62, 13.79),
}


@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize(
    ("width", "count", "with_statistics", "all_numbers"),
    [(4, 16_260, 17_644, 17_677), (8, 60_200, 62_944, 62_977), (16, 231_312, 236_776, 236_809)],
)
def test_counts_of_the_paper_at_any_stride(stride, width, count, with_statistics, all_numbers):
    network = build(width, stride)
    assert isinstance(network, LPPN)
    assert parameters(network) == count
    assert parameters(network, statistics=True) == with_statistics
    assert sum(value.numel() for value in network.state_dict().values()) == all_numbers


@pytest.mark.parametrize("stride", MACS)
@pytest.mark.parametrize("column", [0, 1, 2])
def test_multiply_adds(stride, column):
    network = build((4, 8, 16)[column], stride)
    assert multiply_adds(network, 3, 3072) / 1e6 == pytest.approx(MACS[stride][column], rel=0.01)


@pytest.mark.parametrize("stride", STRIDES)
@settings(max_examples=15, deadline=None)
@given(samples=st.integers(1, 1500))
def test_one_cell_for_each_begun_segment(stride, samples):
    network = build(4, stride).eval()
    with torch.no_grad():
        classes, offsets = network(torch.randn(2, 3, samples))
    cells = -(-samples // stride)
    assert classes.shape == (2, 3, cells)
    assert offsets.shape == (2, 1, cells)


def test_offsets_count_in_samples():
    """A head that says one half means the middle of the segment."""
    network = build(4, 32).eval()
    with torch.no_grad():
        network.head_offset.weight.zero_()
        network.head_offset.bias.fill_(0.5)
        _, offsets = network(torch.randn(1, 3, 320))
    assert torch.equal(offsets, torch.full((1, 1, 10), 16.0))


@pytest.mark.parametrize("stride", STRIDES)
def test_record_shifted_by_segments_shifts_the_cells(stir, stride):
    """Near the middle, and only by as much as the pyramid's coarsest cell: eight segments."""
    x = torch.randn(1, 3, 16 * 128 * 8)
    units = stir(build(4, stride), x).units
    with torch.no_grad():
        still, moved = units(x), units(torch.roll(x, 8 * stride, dims=-1))
    middle = slice(still.shape[-1] // 4, still.shape[-1] // 2)
    torch.testing.assert_close(moved.roll(-8, dims=-1)[..., middle], still[..., middle], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("options", [{"stride": 7}, {"width": 0}, {"components": 0}])
def test_wrong_options(options):
    with pytest.raises(SpecError, match="lppn"):
        LPPNOptions(**options)


def test_spec_follows_the_options():
    made = spec(width=16, stride=64, components=1)
    assert (made.segment_samples, made.components, made.output_kind) == (64, "Z", "per_segment")
    assert made.options == {"width": 16, "stride": 64, "components": 1}
    assert made.hop_samples % made.segment_samples == 0
