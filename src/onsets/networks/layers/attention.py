"""Self-attention by a sum instead of a product, alone and in a transformer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["AdditiveAttention", "Transformer"]


class AdditiveAttention(nn.Module):
    """Each step becomes a mean of all steps, weighted by how well a small network says they match.

    Parameters
    ----------
    channels : int
        Values of a step.
    units : int
        Width of the small network.
    reach : int, optional
        How many steps before and after a step may count; all by default.
    epsilon : float
        Added to the sum of weights: 1e-7 in Keras, 1e-5 in SeisBench.

    Notes
    -----
    For steps i and j::

        e_ij = v tanh(Q x_i + K x_j + b) + d
        a_ij = exp(e_ij - max_j e_ij) / (sum_j exp(...) + epsilon)
        y_i  = sum_j a_ij x_j

    The largest e is taken over all steps, also where ``reach`` keeps only neighbours: their weights
    then need not sum to 1. d has no effect (it cancels) and is kept because published weights have it.

    References
    ----------
    Bahdanau, D., Cho, K., Bengio, Y. (2015). Neural machine translation by jointly learning to align
    and translate. arXiv:1409.0473
    """

    def __init__(
        self, channels: int, units: int = 32, *, reach: int | None = None, epsilon: float = 1e-7
    ) -> None:
        super().__init__()
        self.query = nn.Linear(channels, units, bias=False)
        self.key = nn.Linear(channels, units)
        self.score = nn.Linear(units, 1)
        self.reach, self.epsilon = reach, epsilon

    def weights(self, x: Tensor) -> Tensor:
        """Map ``(batch, steps, channels)`` to what each step takes from each, ``(batch, steps, steps)``."""
        match = torch.tanh(self.query(x)[:, :, None] + self.key(x)[:, None])
        e = self._scores(match)
        e = torch.exp(e - e.amax(dim=-1, keepdim=True))
        if self.reach is not None:
            step = torch.arange(int(x.shape[1]), device=x.device)
            e = e * ((step - step[:, None]).abs() <= self.reach).to(e)
        a: Tensor = e / (e.sum(dim=-1, keepdim=True) + self.epsilon)
        return a

    def _scores(self, match: Tensor) -> Tensor:
        """Map ``(..., units)`` to ``(...)``."""
        if torch.onnx.is_in_onnx_export():  # ONNX Runtime is slow where the last axis has one value
            return (match @ self.score.weight.T).flatten(2) + self.score.bias
        scores: Tensor = self.score(match)[..., 0]
        return scores

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, steps, channels)`` to the same shape."""
        return self.weights(x) @ x

    def multiply_adds(self, inputs: tuple[Tensor], output: Tensor) -> int:
        """Count the products of weights and steps; :mod:`onsets.networks.cost` counts the rest."""
        return output.numel() * output.shape[1]


class Transformer(nn.Module):
    """Attention, sum, norm; two layers for each step alone, sum, norm.

    Parameters
    ----------
    channels : int
        Values of a step.
    hidden : int
        Between the two layers.
    dropout : float
        Share of hidden values set to zero while training.
    epsilon : float
        As for :class:`AdditiveAttention`.

    Notes
    -----
    The norms add 1e-14 to the variance, as the published programs do. Single precision holds that
    number (half precision does not: keep the norms in single precision there); it only keeps a step of
    equal values from being divided by zero.
    """

    def __init__(
        self, channels: int, hidden: int = 128, *, dropout: float = 0.1, epsilon: float = 1e-7
    ) -> None:
        super().__init__()
        self.attention = AdditiveAttention(channels, epsilon=epsilon)
        self.norm_attention = nn.LayerNorm(channels, eps=1e-14)
        self.widen = nn.Linear(channels, hidden)
        self.dropout = nn.Dropout(dropout)
        self.narrow = nn.Linear(hidden, channels)
        self.norm = nn.LayerNorm(channels, eps=1e-14)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, steps, channels)`` to the same shape."""
        x = self.norm_attention(x + self.attention(x))
        x = self.norm(x + self.narrow(self.dropout(torch.relu(self.widen(x)))))
        return x
