"""Gated recurrence whose reset gate acts before the product, forwards and backwards in time."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

__all__ = ["TwoWayGRU"]


class _OnnxGRU(torch.autograd.Function):
    """Stands for the ONNX operator GRU while a network is traced; the values do not matter there."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, recurrent: Tensor, bias: Tensor, width: int) -> Tensor:
        return x.new_zeros(x.shape[0], 1, x.shape[1], width)

    @staticmethod
    def symbolic(g: Any, x: Any, weight: Any, recurrent: Any, bias: Any, width: int) -> Any:
        values, _ = g.op(
            "GRU", x, weight, recurrent, bias, hidden_size_i=width, linear_before_reset_i=0, outputs=2
        )
        return values


class TwoWayGRU(nn.Module):
    """Two stacks of gated recurrent layers: one reads the record forwards, one backwards.

    The stacks never meet; ``torch.nn.GRU(bidirectional=True)`` feeds both directions to both cells
    of the next layer, resets after the product and has a second bias.

    Parameters
    ----------
    inputs : int
        Channels in.
    width : int
        Values of each cell.
    layers : int
        Cells of each stack.

    Notes
    -----
    With [x, h] for input and state side by side, and rows z, r, c in every weight::

        z = sigmoid(Wz [x, h] + bz)         what is kept of the state
        r = sigmoid(Wr [x, h] + br)         what of the state the candidate sees
        c = tanh(Wc [x, r h] + bc)
        h = z h + (1 - z) c

    which is TensorFlow's GRUCell (there z is called u), and ONNX's GRU with linear_before_reset=0.
    Both gates' biases start at 1, as there. Exported to ONNX each cell is one operator.

    References
    ----------
    Cho, K. et al. (2014). Learning phrase representations using RNN encoder-decoder for statistical
    machine translation. arXiv:1406.1078
    """

    def __init__(self, inputs: int, width: int, layers: int) -> None:
        super().__init__()
        self.width = width
        sizes = [inputs] + [width] * (layers - 1)
        self.weights = nn.ParameterList(self._start(size, size) for size in sizes)
        self.recurrent = nn.ParameterList(self._start(width, size) for size in sizes)
        start = torch.cat([torch.ones(2, 2 * width), torch.zeros(2, width)], dim=1)
        self.biases = nn.ParameterList(start.clone() for _ in sizes)

    def _start(self, columns: int, inputs: int) -> Tensor:
        """Draw Glorot-uniform weights ``(2, 3 width, columns)`` of a cell with so many inputs."""
        gates = math.sqrt(6 / (inputs + 3 * self.width))
        candidate = math.sqrt(6 / (inputs + 2 * self.width))
        bounds = torch.tensor([gates, gates, candidate]).repeat_interleave(self.width)
        return (2 * torch.rand(2, 3 * self.width, columns) - 1) * bounds[:, None]

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, inputs, samples)`` to ``(batch, 2 width, samples)``, forward values first."""
        y = torch.stack([x, x.flip(-1)]).permute(0, 3, 1, 2)  # (2, samples, batch, inputs)
        recur = self._operator if torch.onnx.is_in_onnx_export() else self._loop
        for weight, recurrent, bias in zip(self.weights, self.recurrent, self.biases, strict=True):
            y = recur(y, weight, recurrent, bias)  # (2, samples, batch, width)
        y = y.permute(0, 2, 3, 1)
        return torch.cat([y[0], y[1].flip(-1)], dim=1)

    def _loop(self, x: Tensor, weight: Tensor, recurrent: Tensor, bias: Tensor) -> Tensor:
        """Run one layer of both stacks, a step at a time."""
        two = 2 * self.width
        driven = torch.baddbmm(bias[:, None], x.flatten(1, 2), weight.mT)
        driven = driven.reshape(*x.shape[:3], -1)  # (2, samples, batch, 3 width)
        gates, candidates = driven[..., :two].unbind(1), driven[..., two:].unbind(1)
        to_gates, to_candidate = recurrent[:, :two].mT, recurrent[:, two:].mT
        state = x.new_zeros(2, x.shape[2], self.width)
        states = []
        for gate, candidate in zip(gates, candidates, strict=True):
            keep, reset = torch.sigmoid(torch.baddbmm(gate, state, to_gates)).chunk(2, dim=-1)
            fresh = torch.tanh(torch.baddbmm(candidate, reset * state, to_candidate))
            state = torch.lerp(fresh, state, keep)
            states.append(state)
        return torch.stack(states, dim=1)

    def _operator(self, x: Tensor, weight: Tensor, recurrent: Tensor, bias: Tensor) -> Tensor:
        """Say one layer of both stacks as ONNX operators."""
        both = torch.cat([bias, torch.zeros_like(bias)], dim=1)  # the operator has a second bias
        cells = []
        for k in (slice(0, 1), slice(1, 2)):
            values: Tensor = _OnnxGRU.apply(x[k][0], weight[k], recurrent[k], both[k], self.width)  # type: ignore[no-untyped-call]
            cells.append(values[:, 0])
        return torch.stack(cells)

    def multiply_adds(self, inputs: tuple[Tensor], output: Tensor) -> int:
        """Count the products of all cells over the record, for :mod:`onsets.networks.cost`."""
        steps = output.shape[0] * output.shape[-1]
        return int(steps * sum(w.numel() for w in [*self.weights, *self.recurrent]))
