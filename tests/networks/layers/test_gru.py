from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from onsets.networks import parameters
from onsets.networks.layers import TwoWayGRU


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def equation_4(x, weight, recurrent, bias):
    """One cell over one record ``(samples, inputs)``, by the paper's equation as printed.

    There gate 2 chooses the new value, so its numbers are those of z (what is kept) negated.
    """
    width = recurrent.shape[-1]
    side_by_side = np.concatenate([weight, recurrent], axis=1)
    w2, w1, w3 = (side_by_side[k * width : (k + 1) * width] for k in range(3))
    b2, b1, b3 = (bias[k * width : (k + 1) * width] for k in range(3))
    h, out = np.zeros(width), []
    for now in x:
        g1 = sigmoid(w1 @ np.concatenate([now, h]) + b1)
        g2 = sigmoid(-w2 @ np.concatenate([now, h]) - b2)
        fresh = np.tanh(w3 @ np.concatenate([now, h * g1]) + b3)
        h = (1 - g2) * h + g2 * fresh
        out.append(h)
    return np.array(out)


@pytest.mark.parametrize("samples", [1, 2, 50])
def test_agrees_with_the_printed_equation(samples):
    cell = TwoWayGRU(3, 4, layers=2).double()
    for bias in cell.biases:
        nn.init.normal_(bias)
    x = torch.randn(2, 3, samples, dtype=torch.float64)
    with torch.no_grad():
        out = cell(x).numpy()
    layers = [
        [p.detach().numpy() for p in cell_parameters]
        for cell_parameters in zip(cell.weights, cell.recurrent, cell.biases, strict=True)
    ]
    for record, got in zip(x.numpy(), out, strict=True):
        for way, step in ((0, 1), (1, -1)):
            y = record.T[::step]
            for weight, recurrent, bias in layers:
                y = equation_4(y, weight[way], recurrent[way], bias[way])
            np.testing.assert_allclose(got[4 * way : 4 * way + 4], y[::step].T, rtol=0, atol=1e-12)


def open_reset(cell: TwoWayGRU) -> None:
    """Open the reset gate wide: then before and after the product are the same."""
    with torch.no_grad():
        for weight, recurrent, bias in zip(cell.weights, cell.recurrent, cell.biases, strict=True):
            weight[:, cell.width : 2 * cell.width] = 0
            recurrent[:, cell.width : 2 * cell.width] = 0
            bias[:, cell.width : 2 * cell.width] = 40


def torch_twin(cell: TwoWayGRU, way: int) -> nn.GRU:
    """The same numbers in torch's GRU, whose rows are r, z, n."""
    n = cell.width
    order = [*range(n, 2 * n), *range(n), *range(2 * n, 3 * n)]
    twin = nn.GRU(cell.weights[0].shape[-1], n, num_layers=len(cell.weights), batch_first=True)
    with torch.no_grad():
        for k in range(len(cell.weights)):
            getattr(twin, f"weight_ih_l{k}").copy_(cell.weights[k][way, order])
            getattr(twin, f"weight_hh_l{k}").copy_(cell.recurrent[k][way, order])
            getattr(twin, f"bias_ih_l{k}").copy_(cell.biases[k][way, order])
            getattr(twin, f"bias_hh_l{k}").zero_()
    return twin


@pytest.mark.parametrize(("opened", "same"), [(True, True), (False, False)])
def test_is_torchs_only_with_the_reset_gate_open(opened, same):
    torch.manual_seed(0)
    cell = TwoWayGRU(3, 8, layers=2)
    if opened:
        open_reset(cell)
    x = torch.randn(2, 3, 30)
    with torch.no_grad():
        forward, backward = cell(x).split(8, dim=1)
        twin_forward = torch_twin(cell, 0)(x.mT)[0].mT
        twin_backward = torch_twin(cell, 1)(x.mT.flip(1))[0].flip(1).mT
    difference = max((forward - twin_forward).abs().max(), (backward - twin_backward).abs().max())
    assert bool(difference < 1e-5) is same


def test_ways_look_forwards_and_backwards():
    cell = TwoWayGRU(1, 4, layers=2)
    x = torch.randn(1, 1, 9, requires_grad=True)
    out = cell(x)
    (ahead,) = torch.autograd.grad(out[0, :4, 5].sum(), x, retain_graph=True)
    (back,) = torch.autograd.grad(out[0, 4:, 5].sum(), x)
    assert (ahead[0, 0] != 0).tolist() == [True] * 6 + [False] * 3
    assert (back[0, 0] != 0).tolist() == [False] * 5 + [True] * 4


def test_count_products_and_first_biases():
    cell = TwoWayGRU(128, 128, layers=2)
    assert parameters(cell) == 4 * 3 * (256 * 128 + 128)
    assert cell.multiply_adds((torch.empty(2, 128, 10),), torch.empty(2, 256, 10)) == 20 * 4 * 3 * 256 * 128
    for bias in cell.biases:
        assert (bias[:, :256] == 1).all()
        assert not bias[:, 256:].any()


def test_first_weights_are_glorots():
    cell = TwoWayGRU(100, 50, layers=1)
    for weight in (cell.weights[0], cell.recurrent[0]):
        for rows, outputs in ((slice(0, 100), 100), (slice(100, 150), 50)):
            bound = (6 / (100 + 50 + outputs)) ** 0.5
            assert 0.95 * bound < weight[:, rows].abs().max() <= bound
