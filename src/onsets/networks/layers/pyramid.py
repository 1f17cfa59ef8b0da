"""Convolutions between poolings on the way down, between repetitions on the way up."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from onsets.errors import SpecError
from onsets.networks.layers.padding import same_padding

__all__ = ["CROPS", "Ascent", "Descent", "crop_surplus"]

CROPS = ("even", "left", "right")
"""Where a repeated record loses what it is too long; see :func:`crop_surplus`."""


def crop_surplus(surplus: int, crop: str, *, last: bool = False) -> tuple[int, int]:
    """Return how many samples to take off each end.

    Parameters
    ----------
    surplus : int
        Samples too many.
    crop : str
        ``even``: the same from both ends, and nothing yet of an odd number (it is even after the next
        doubling); ``left``, ``right``: half from each end and the odd sample from that one.
    last : bool
        Nothing may be left over: ``even`` then takes the odd sample from the right.

    Examples
    --------
    EQTransformer's 376 for 375 stay, 752 for 750 lose one each side; LEQNet's 669 lose one each side,
    its 224 and 2,001 one on the left.

    >>> crop_surplus(1, "even"), crop_surplus(2, "even")
    ((0, 0), (1, 1))
    >>> crop_surplus(1, "left"), crop_surplus(2, "left")
    ((1, 0), (1, 1))
    """
    if crop not in CROPS:
        raise SpecError(f"unknown crop {crop!r}; choose from {', '.join(CROPS)}")
    if crop == "even" and surplus % 2 and not last:
        return 0, 0
    left = -(-surplus // 2) if crop == "left" else surplus // 2
    return left, surplus - left


class Descent(nn.Module):
    """Convolution, ReLU and maximum of ``pool`` neighbours, several times.

    Parameters
    ----------
    convs : sequence of Module
        Each keeps the length.
    pools : sequence of int
        Of each stage.
    order : sequence of int, optional
        Which convolution each stage uses, when two share one; by default each its own.

    Notes
    -----
    Lengths are rounded up; the samples that a last maximum lacks are added as TensorFlow does, the odd
    one on the right. They are zeros, which no maximum of ReLU's values prefers to a true one.
    """

    def __init__(
        self, convs: Sequence[nn.Module], pools: Sequence[int], order: Sequence[int] | None = None
    ) -> None:
        super().__init__()
        self.convs = nn.ModuleList(convs)
        self.pools = list(pools)
        self.order = list(range(len(self.pools)) if order is None else order)

    def forward(self, x: Tensor) -> tuple[Tensor, list[int]]:
        """Map ``(batch, inputs, samples)`` to ``(batch, outputs, steps)`` and the lengths before pooling."""
        lengths = []
        for number, pool in zip(self.order, self.pools, strict=True):
            x = torch.relu(self.convs[number](x))
            lengths.append(int(x.shape[-1]))
            padding = same_padding(lengths[-1], pool, pool)
            x = functional.max_pool1d(functional.pad(x, padding) if any(padding) else x, pool)
        return x, lengths


class Ascent(nn.Module):
    """Repetition of each sample, crop, convolution and ReLU, several times; then one channel.

    Parameters
    ----------
    convs : sequence of Module
        Each keeps the length.
    factors : sequence of int
        How often each stage repeats a sample.
    head : Module
        Convolution to one channel, at the full length.
    crop : str
        One of :data:`CROPS`.
    order : sequence of int, optional
        As for :class:`Descent`.
    """

    def __init__(
        self,
        convs: Sequence[nn.Module],
        factors: Sequence[int],
        head: nn.Module,
        *,
        crop: str,
        order: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        crop_surplus(0, crop)
        self.convs = nn.ModuleList(convs)
        self.factors, self.crop = list(factors), crop
        self.order = list(range(len(self.factors)) if order is None else order)
        self.head = head

    def forward(self, x: Tensor, lengths: list[int]) -> Tensor:
        """Map ``(batch, inputs, steps)`` to ``(batch, 1, samples)``, the first of a descent's lengths."""
        for k, (number, factor) in enumerate(zip(self.order, self.factors, strict=True)):
            wanted = lengths[-1 - k]
            x = torch.stack([x] * factor, dim=-1).flatten(2)
            longer = int(x.shape[-1])
            left, right = crop_surplus(longer - wanted, self.crop, last=k + 1 == len(self.factors))
            x = torch.relu(self.convs[number](x[..., left : longer - right]))
        logits: Tensor = self.head(x)
        return logits
