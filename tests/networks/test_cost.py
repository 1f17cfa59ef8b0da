from __future__ import annotations

import json

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from onsets.networks import cost, registry
from onsets.networks.cost import measure, multiply_adds, parameters, receptive_field


def test_parameters_leave_out_what_is_frozen():
    norm = nn.BatchNorm1d(4)
    assert (parameters(norm), parameters(norm, statistics=True)) == (8, 16)
    norm.weight.requires_grad_(False)
    assert (parameters(norm), parameters(norm, statistics=True)) == (4, 12)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (nn.Conv1d(3, 8, 7, padding=3), 100 * 8 * 3 * 7),
        (nn.Conv1d(3, 8, 7, stride=4, padding=3), 25 * 8 * 3 * 7),
        (nn.Conv1d(3, 6, 5, padding=2, groups=3), 100 * 6 * 5),
        (nn.ConvTranspose1d(3, 8, 7, stride=4), 100 * 3 * 8 * 7),
        (nn.Linear(100, 10), 3 * 100 * 10),
        (nn.LSTM(100, 16), 3 * 4 * 16 * (100 + 16)),
        (nn.LSTM(100, 16, bidirectional=True), 2 * 3 * 4 * 16 * (100 + 16)),
        (nn.GRU(100, 16, num_layers=2), 3 * 3 * 16 * (100 + 16 + 16 + 16)),
        (nn.ReLU(), 0),
    ],
)
def test_multiply_adds_of_one_layer(layer, expected):
    assert multiply_adds(layer, 3, 100) == expected


def test_multiply_adds_of_a_picture():
    class Picture(nn.Module):
        def __init__(self, layer: nn.Module) -> None:
            super().__init__()
            self.layer = layer

        def forward(self, x):
            return self.layer(x[:, :, None])

    assert multiply_adds(Picture(nn.Conv2d(3, 4, (1, 5), padding=(0, 2))), 3, 10) == 10 * 4 * 3 * 5
    assert multiply_adds(Picture(nn.ConvTranspose2d(3, 4, 3)), 3, 10) == 10 * 3 * 4 * 9


def test_modules_may_count_themselves_and_shared_ones_count_each_time():
    class Product(nn.Module):
        def forward(self, x):
            return x @ x.mT

        def multiply_adds(self, inputs, output):
            return output.numel() * inputs[0].shape[-1]

    assert multiply_adds(Product(), 3, 100) == 3 * 3 * 100
    twice = nn.Conv1d(3, 3, 1)
    assert multiply_adds(nn.Sequential(twice, twice), 3, 100) == 2 * 100 * 9


def test_counting_leaves_no_trace():
    network = nn.Sequential(nn.Conv1d(1, 2, 3), nn.BatchNorm1d(2)).train()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    multiply_adds(network, 1, 20)
    receptive_field(network, 1, 20)
    assert network.training
    assert not any(module._forward_hooks for module in network.modules())
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())


@settings(max_examples=25, deadline=None)
@given(layers=st.lists(st.tuples(st.sampled_from([1, 3, 5, 7]), st.integers(1, 8)), min_size=1, max_size=4))
def test_receptive_field_of_a_chain(layers):
    chain = [nn.Conv1d(1, 1, k, dilation=d, padding=d * (k - 1) // 2) for k, d in layers]
    network = nn.Sequential(*(part for conv in chain for part in (conv, nn.BatchNorm1d(1), nn.ReLU())))
    assert receptive_field(network, 1, 400) == 1 + sum((k - 1) * d for k, d in layers)


def test_receptive_field_sees_past_maximum_pooling():
    network = nn.Sequential(nn.MaxPool1d(2), nn.MaxPool1d(3, ceil_mode=True), nn.Conv1d(1, 1, 5, padding=2))
    assert receptive_field(network, 1, 240) == 5 * 6
    assert receptive_field(nn.MaxPool1d(8), 1, 64) == 8


def test_receptive_field_does_not_depend_on_statistics():
    network = nn.Sequential(nn.Conv1d(1, 2, 5, padding=2), nn.BatchNorm1d(2), nn.ReLU())
    network[1].running_mean.fill_(1e6)  # with these every ReLU is shut
    assert receptive_field(network, 1, 40) == 5


def test_receptive_field_is_cut_at_the_window():
    assert receptive_field(nn.Linear(30, 4), 1, 30) == 30
    assert receptive_field(nn.Conv1d(1, 1, 41, padding=20), 1, 30) == 30


@pytest.mark.parametrize(
    ("name", "samples"), [("cnn3", 13), ("cnn7", 255), ("unet-1d", 100), ("wavenet-separable", 745)]
)
def test_receptive_fields_of_the_networks(name, samples):
    assert receptive_field(registry.build(name), 1, 1024) == samples


def test_measure_gives_one_row():
    network, spec = registry.build("cnn3"), registry.spec("cnn3")
    row = measure(network, spec)
    assert row["parameters"] == 52_195
    assert row["parameters_with_statistics"] == 52_195 + 2 * (32 + 64 + 128)
    assert row["macs_window"] == 1024 * (160 + 10_240 + 40_960 + 3 * 128)
    assert row["macs_day"] == pytest.approx(row["macs_window"] * 86400 * 5 / 512, abs=1)
    assert (row["bytes_fp32"], row["bytes_fp16"]) == (4 * 52_195, 2 * 52_195)
    assert (row["name"], row["rate_hz"], row["window_samples"]) == ("cnn3", 5.0, 1024)
    assert row["outputs"] == ["N", "P", "S"]
    assert row["spec"]["options"] == {}


def test_main_writes_a_row_a_network(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(cost, "__file__", str(tmp_path / "cost.py"))
    monkeypatch.setattr(registry, "names", lambda: ["cnn3", "cnn7"])
    cost.main()
    rows = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert [row["parameters"] for row in rows] == [52_195, 229_283]
    assert "cnn7: 229,283 parameters" in capsys.readouterr().out
