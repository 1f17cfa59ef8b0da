from __future__ import annotations

import copy

import pytest
import torch

from onsets.errors import SpecError
from onsets.networks import parameters
from onsets.networks.onsets_net import OnsetsNet, OnsetsNetOptions, build, spec


def test_parts_of_the_docstring_table():
    network = build()
    assert [parameters(part) for part in (network.stem, network.head)] == [464, 82]
    assert [parameters(level) for level in network.down] == [2_792, 7_640, 26_944, 48_288]
    assert [parameters(level) for level in network.up] == [22_464, 10_880, 6_520]


@pytest.mark.parametrize("samples", [1, 3, 4, 5, 255, 256, 257, 6144])
def test_there_is_a_value_every_four_samples(samples):
    with torch.no_grad():
        assert build().eval()(torch.zeros(2, 3, samples)).shape == (2, 2, -(-samples // 4))


def test_an_untrained_network_is_quiet():
    with torch.no_grad():
        p = build().eval()(torch.randn(2, 3, 6144)).sigmoid()
    assert float(p.mean()) < 0.1


def test_a_shift_by_the_coarsest_step_moves_the_answer(stir):
    network = stir(OnsetsNet(), torch.randn(2, 3, 6144))
    x = torch.randn(1, 3, 12288, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        whole, later = network(x), network(x[:, :, 256:])
    middle = slice(1400, 1500)  # beyond the reach of either end
    torch.testing.assert_close(
        later[:, :, middle], whole[:, :, middle.start + 64 : middle.stop + 64], atol=1e-4, rtol=1e-4
    )


@pytest.mark.parametrize(
    "options", [{"widths": (8, 16, 32)}, {"residuals": (1, 1)}, {"kernel": 6}, {"widths": (0, 1, 1, 1, 1)}]
)
def test_impossible_sizes_are_refused(options):
    with pytest.raises(SpecError, match="onsets-net"):
        OnsetsNetOptions(**options)


def test_the_spec_says_how_it_is_run():
    made = spec(widths=(8, 16, 32, 48, 64))
    assert (made.samples, made.hop_samples, made.segment_samples) == (6144, 4608, 4)
    assert made.options["widths"] == [8, 16, 32, 48, 64]


def test_it_says_where_an_event_is_if_wanted():
    made = spec(detection=True)
    assert made.outputs == ("detection", "P", "S") and set(made.thresholds) == set(made.outputs)
    with torch.no_grad():
        assert build(detection=True).eval()(torch.zeros(1, 3, 512)).shape == (1, 3, 128)


def test_training_through_pictures_is_the_same(stir):
    """On a CPU training takes lines as pictures of height one: outputs, gradients, statistics agree."""
    x = torch.randn(3, 3, 1024, generator=torch.Generator().manual_seed(2))
    network = stir(OnsetsNet(OnsetsNetOptions(widths=(4, 6, 8, 8, 8))), x)
    plain = copy.deepcopy(network).train()
    fast = network.train()(x)
    y, known = plain.stem(x), []
    for level in plain.down:
        y = level(y)
        known.append(y)
    for up, above in zip(plain.up, known[-2::-1], strict=True):
        y = up(y, above)
    slow = plain.head(y)
    torch.testing.assert_close(fast, slow, atol=1e-4, rtol=1e-4)
    fast.square().mean().backward()
    slow.square().mean().backward()
    for (name, one), (_, other) in zip(network.named_parameters(), plain.named_parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, atol=1e-4, rtol=1e-3, msg=name)
    for one, other in zip(network.buffers(), plain.buffers(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)
