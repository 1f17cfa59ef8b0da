"""The graph that EQTransformer and LEQNet share: shorten, look around, write three curves."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from onsets.networks.layers.attention import AdditiveAttention, Transformer
from onsets.networks.layers.lstm import OneBiasLSTM
from onsets.networks.layers.pyramid import Ascent, Descent

__all__ = ["Attentive", "PhaseBranch", "Recurrence", "start_as_keras"]


class Recurrence(nn.Module):
    """Long short-term memory in both directions, 1x1 convolution, batch-norm.

    Parameters
    ----------
    inputs : int
        Channels in.
    width : int
        Values of each direction, and channels out.
    gates : str
        As for :class:`OneBiasLSTM`.
    dropout : float
        Share of input channels set to zero while training (Keras also drops recurrent ones).
    """

    def __init__(self, inputs: int, width: int, *, gates: str, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout1d(dropout)
        self.lstm = OneBiasLSTM(inputs, width, both=True, gates=gates)
        self.conv = nn.Conv1d(2 * width, width, 1)
        self.norm = nn.BatchNorm1d(width, eps=1e-3, momentum=0.01)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, inputs, steps)`` to ``(batch, width, steps)``."""
        x = self.lstm(self.dropout(x).transpose(1, 2)).transpose(1, 2)
        y: Tensor = self.norm(self.conv(x))
        return y


class PhaseBranch(nn.Module):
    """Long short-term memory, attention to the nearest steps, decoder.

    Parameters
    ----------
    width : int
        Values of a step.
    decoder : Ascent
    gates, dropout, epsilon
        As for :class:`Attentive`.
    """

    def __init__(self, width: int, decoder: Ascent, *, gates: str, dropout: float, epsilon: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout1d(dropout)
        self.lstm = OneBiasLSTM(width, width, gates=gates)
        self.attention = AdditiveAttention(width, reach=1, epsilon=epsilon)
        self.decoder = decoder

    def remember(self, x: Tensor) -> Tensor:
        """Return what the attention sees, ``(batch, steps, width)``."""
        y: Tensor = self.lstm(self.dropout(x.transpose(1, 2)).transpose(1, 2))
        return y

    def forward(self, x: Tensor, lengths: list[int]) -> Tensor:
        """Map ``(batch, steps, width)`` to ``(batch, 1, samples)``."""
        y: Tensor = self.decoder(self.attention(self.remember(x)).transpose(1, 2), lengths)
        return y


class Attentive(nn.Module):
    """Curves of detection, P and S from one encoded record.

    Parameters
    ----------
    encoder : Descent
    blocks : sequence of Module
        Keep the shape.
    channels : int
        That the encoder gives.
    decoder : callable
        Makes one of the three decoders.
    recurrences : int
        Of recurrent layers.
    gates : str
        Of every LSTM, see :data:`onsets.networks.layers.GATES`.
    dropout : float
        Share of channels or values set to zero while training.
    epsilon : float
        Of the attention, see :class:`AdditiveAttention`.
    """

    width = 16

    def __init__(
        self,
        encoder: Descent,
        blocks: list[nn.Module],
        channels: int,
        decoder: Callable[[], Ascent],
        *,
        recurrences: int,
        gates: str,
        dropout: float,
        epsilon: float,
    ) -> None:
        super().__init__()
        n = self.width
        self.encoder = encoder
        self.blocks = nn.Sequential(*blocks)
        inputs = [channels, *[n] * (recurrences - 1)]
        self.recurrences = nn.Sequential(*(Recurrence(i, n, gates=gates, dropout=dropout) for i in inputs))
        self.transformers = nn.ModuleList(Transformer(n, dropout=dropout, epsilon=epsilon) for _ in range(2))
        self.decoder_detection = decoder()
        self.branch_p, self.branch_s = (
            PhaseBranch(n, decoder(), gates=gates, dropout=dropout, epsilon=epsilon) for _ in range(2)
        )
        self.apply(start_as_keras)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, components, samples)`` to logits ``(batch, 3, samples)`` of detection, P and S."""
        x, lengths = self.encoder(x)  # (batch, channels, steps)
        x = self.recurrences(self.blocks(x)).transpose(1, 2)  # (batch, steps, 16)
        for transformer in self.transformers:
            x = transformer(x)
        detection = self.decoder_detection(x.transpose(1, 2), lengths)  # (batch, 1, samples)
        return torch.cat([detection, self.branch_p(x, lengths), self.branch_s(x, lengths)], dim=1)

    def attention(self, x: Tensor) -> dict[str, Tensor]:
        """Return where the network looks while it reads a record.

        Parameters
        ----------
        x : Tensor, shape (batch, components, samples)

        Returns
        -------
        dict of str to Tensor, shape (batch, steps, steps)
            ``global_1`` and ``global_2`` of the transformers, ``P`` and ``S`` of the branches: row i says
            how much step i takes from each step. A row sums to 1; in a branch to less, where a step
            farther away matches best. Steps divide the record evenly.
        """
        x, _ = self.encoder(x)
        x = self.recurrences(self.blocks(x)).transpose(1, 2)
        found = {}
        for number, transformer in enumerate(self.transformers, start=1):
            found[f"global_{number}"] = transformer.attention.weights(x)  # type: ignore[union-attr,operator]
            x = transformer(x)
        for label, branch in (("P", self.branch_p), ("S", self.branch_s)):
            found[label] = branch.attention.weights(branch.remember(x))
        return found

    def dead_parameters(self) -> list[str]:
        """Name the parameters that change nothing: the last bias of each attention cancels."""
        return [name for name, _ in self.named_parameters() if name.endswith("score.bias")]


def start_as_keras(module: nn.Module) -> None:
    """Give a convolution Glorot-uniform, a linear layer Glorot-normal weights, both a bias of zero."""
    if isinstance(module, nn.Conv1d):
        nn.init.xavier_uniform_(module.weight)
    elif isinstance(module, nn.Linear):
        nn.init.xavier_normal_(module.weight)
    if isinstance(module, nn.Conv1d | nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)
