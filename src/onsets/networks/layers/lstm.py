"""Long short-term memory with one bias and a choice of gates, as Keras has it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from onsets.errors import SpecError

__all__ = ["GATES", "OneBiasLSTM"]

GATES = ("sigmoid", "hard_sigmoid")
"""Activations of the gates; ``hard_sigmoid`` is 0.2 x + 0.5 between 0 and 1."""


class _OnnxLSTM(torch.autograd.Function):
    """Stands for the ONNX operator LSTM while a network is traced; the values do not matter there."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, recurrent: Tensor, bias: Tensor, hard: bool) -> Tensor:
        return x.new_zeros(x.shape[0], weight.shape[0], x.shape[1], recurrent.shape[-1])

    @staticmethod
    def symbolic(g: Any, x: Any, weight: Any, recurrent: Any, bias: Any, hard: bool) -> Any:
        directions, _, width = recurrent.type().sizes()
        values, _, _ = g.op(
            "LSTM",
            *(x, weight, recurrent, bias),
            hidden_size_i=width,
            direction_s="bidirectional" if directions == 2 else "forward",
            activations_s=["HardSigmoid" if hard else "Sigmoid", "Tanh", "Tanh"] * directions,
            outputs=3,
        )
        values.setType(x.type().with_sizes([None, directions, None, width]))
        return values


class OneBiasLSTM(nn.LSTM):
    """One layer of long short-term memory, in one or both directions of time.

    Parameters
    ----------
    inputs : int
        Channels in.
    width : int
        Values of each direction.
    both : bool
        Also read the record backwards; the values of both directions lie side by side.
    gates : str
        One of :data:`GATES`. Sigmoid gates use torch's own program, hard ones a loop over the steps.

    Notes
    -----
    With rows i, f, g, o in every weight::

        i, f, o = gate(Wi x + Ui h + bi), gate(Wf x + Uf h + bf), gate(Wo x + Uo h + bo)
        c = f c + i tanh(Wg x + Ug h + bg)
        h = o tanh(c)

    which is Keras's order and its one bias; torch's second bias stays zero and is not trained. Begins
    as Keras does: Glorot-uniform W, orthogonal U, bias 0 but 1 for f. Exported to ONNX it is one
    operator, whose hard sigmoid has the same slope by default.

    References
    ----------
    Hochreiter, S., Schmidhuber, J. (1997). Long short-term memory. Neural Computation 9, 1735-1780.
    doi:10.1162/neco.1997.9.8.1735
    """

    def __init__(self, inputs: int, width: int, *, both: bool = False, gates: str = "sigmoid") -> None:
        if gates not in GATES:
            raise SpecError(f"an LSTM has gates {' or '.join(GATES)}, got {gates!r}")
        super().__init__(inputs, width, batch_first=True, bidirectional=both)
        self.gates = gates
        with torch.no_grad():
            for name, weight in self.named_parameters():
                if name.startswith("weight_ih"):
                    nn.init.xavier_uniform_(weight)
                elif name.startswith("weight_hh"):
                    nn.init.orthogonal_(weight)
                else:
                    weight.zero_()
                    if name.startswith("bias_ih"):
                        weight[width : 2 * width] = 1
                    else:
                        weight.requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        """Map ``(batch, samples, inputs)`` to ``(batch, samples, width)``, ``2 width`` of both directions."""
        if torch.onnx.is_in_onnx_export():
            return self._operator(x)
        if self.gates == "sigmoid":
            y: Tensor = super().forward(x)[0]
            return y
        return self._loop(x)

    def _stacked(self, name: str) -> Tensor:
        """Return a weight of all directions, ``(directions, 4 width, ...)``."""
        ends = ("", "_reverse") if self.bidirectional else ("",)
        return torch.stack([getattr(self, f"{name}_l0{end}") for end in ends])

    def _loop(self, x: Tensor) -> Tensor:
        """Run all directions with hard gates, a step at a time."""
        batch, samples, _ = x.shape
        x = torch.stack([x, x.flip(1)]) if self.bidirectional else x[None]
        bias = self._stacked("bias_ih") + self._stacked("bias_hh")
        driven = torch.baddbmm(bias[:, None], x.flatten(1, 2), self._stacked("weight_ih").mT)
        driven = driven.view(-1, batch, samples, driven.shape[-1])  # (directions, batch, samples, 4 width)
        recurrent = self._stacked("weight_hh").mT
        h = c = x.new_zeros(x.shape[0], batch, self.hidden_size)
        states = []
        for step in driven.unbind(2):
            i, f, g, o = torch.baddbmm(step, h, recurrent).chunk(4, dim=-1)
            i, f, o = (torch.clamp(0.2 * gate + 0.5, 0, 1) for gate in (i, f, o))
            c = f * c + i * torch.tanh(g)
            h = o * torch.tanh(c)
            states.append(h)
        y = torch.stack(states, dim=2)
        return torch.cat([y[0], y[1].flip(1)], dim=-1) if self.bidirectional else y[0]

    def _operator(self, x: Tensor) -> Tensor:
        """Say the layer as one ONNX operator, whose rows are i, o, f, g."""

        def rows(weight: Tensor) -> Tensor:
            i, f, g, o = weight.chunk(4, dim=1)
            return torch.cat([i, o, f, g], dim=1)

        weight, recurrent, bias, second = (
            rows(self._stacked(name)) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        both = torch.cat([bias, second], dim=1)
        hard = self.gates == "hard_sigmoid"
        y: Tensor = _OnnxLSTM.apply(x.transpose(0, 1), weight, recurrent, both, hard)  # type: ignore[no-untyped-call]
        return y.permute(2, 0, 1, 3).flatten(2)  # from (samples, directions, batch, width)
