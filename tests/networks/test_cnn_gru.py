from __future__ import annotations

import pytest
import torch

from onsets.networks import multiply_adds, parameters, receptive_field, to_onnx
from onsets.networks.cnn_gru import CNNGRU, build, spec


def test_counts_of_the_paper():
    network = build()
    assert isinstance(network, CNNGRU)
    assert parameters(network) == 476_195
    assert multiply_adds(network, 1, 1024) == pytest.approx(485e6, rel=0.01)


def test_parts_of_the_docstring_table():
    network = build()
    assert [parameters(part) for part in network.convs] == [160, 6_272, 24_832, 49_408]
    assert parameters(network.memory) == 4 * 98_688 == 394_752
    assert parameters(network.head) == 771


def test_every_output_sees_the_whole_window():
    assert receptive_field(build(), 1, 1024) == 1024


def test_onnx_has_one_operator_a_cell(tmp_path):
    import onnx

    model = onnx.load(str(to_onnx(build(), spec(), tmp_path / "x.onnx")))
    cells = [node for node in model.graph.node if node.op_type == "GRU"]
    assert len(cells) == 4
    assert "Loop" not in {node.op_type for node in model.graph.node}
    for cell in cells:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in cell.attribute}
        assert (attributes["hidden_size"], attributes["linear_before_reset"]) == (128, 0)


def test_export_leaves_the_network_as_it_was(stir, tmp_path):
    x = torch.randn(2, 1, 64)
    network = stir(build(), x)
    with torch.no_grad():
        before = network(x)
        to_onnx(network, spec(), tmp_path / "x.onnx")
        assert torch.equal(network(x), before)
