from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from onsets.errors import SpecError
from onsets.networks import multiply_adds, parameters, receptive_field
from onsets.networks.wavenet import WaveNet, WaveNetOptions, build, spec


@pytest.mark.parametrize(("separable", "count", "macs"), [(False, 2_715_651, 2769e6), (True, 770_692, 777e6)])
def test_counts_of_the_paper(separable, count, macs):
    network = build(separable)
    assert isinstance(network, WaveNet)
    assert parameters(network) == count
    assert multiply_adds(network, 1, 1024) == pytest.approx(macs, rel=0.01)


@pytest.mark.parametrize(("separable", "parts"), [(False, (384, 2_714_880)), (True, (385, 769_920))])
def test_parts_of_the_docstring_table(separable, parts):
    network = build(separable)
    assert (parameters(network.entry), parameters(network.layers), parameters(network.head)) == (*parts, 387)


@pytest.mark.parametrize(("dilations", "samples"), [((2, 4, 8, 16, 32), 745), ((1, 2, 4, 8, 16), 373)])
def test_view(dilations, samples):
    assert receptive_field(build(separable=True, dilations=dilations * 3), 1, 1024) == samples


def test_output_is_the_head_on_the_sum_of_all_layers(stir):
    x = torch.randn(2, 1, 128)
    network = stir(build(separable=True), x)
    seen, gates = [], []
    for layer in network.layers:
        layer.register_forward_hook(lambda module, inputs, out: seen.append((inputs[0], out)))
        layer.gate.register_forward_hook(lambda module, inputs, out: gates.append(out))
    with torch.no_grad():
        logits = network(x)
        torch.testing.assert_close(logits, network.head(sum(out for _, out in seen)))
    assert len(seen) == 15
    for (entered, out), (following, _) in pairwise(seen):
        torch.testing.assert_close(following, entered + out)
    assert all(float(gate.min()) >= 0 and float(gate.max()) <= 1 for gate in gates)


@pytest.mark.parametrize("dilations", [(), (2, 0)])
def test_wrong_dilations(dilations):
    with pytest.raises(SpecError, match="dilations"):
        WaveNetOptions(dilations=dilations)


def test_spec_holds_the_options():
    made = spec(dilations=(1, 2))
    assert made.options == {"separable": False, "dilations": [1, 2]}
    assert len(build(**made.options).layers) == 2
