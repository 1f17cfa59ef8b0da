"""Decoders of the EQTransformer family at the rate before each repetition: fewer multiplications.

A decoder's stage repeats every sample f times and then convolves. A kernel of k taps then meets the same
sample several times in a row, so each of the f outputs a sample becomes is a shorter convolution, of at
most ceil((k - 1) / f) + 1 taps, of the samples before they are repeated::

    y[f m + q] = sum_j W_q[j] x[m + j],   W_q[j] = sum of w[i] over all i with floor((q + i - p) / f) = j

with p samples of padding. One convolution with f times the outputs, which are then laid side by side in
time, gives the same numbers up to rounding: 84 instead of 129 million multiply-adds for EQTransformer.
Where a stage crops what it repeated, the samples cut off are zero for the convolution although their
copies are not; their share is taken off again. The last stage stays unfolded for the last convolution.

A network keeps its one definition; this is done on a copy when it is exported.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional

from onsets.networks.layers import Ascent, crop_surplus

__all__ = ["HalfRateAscent", "half_rate"]


def half_rate(network: nn.Module) -> nn.Module:
    """Return a copy whose decoders (:class:`Ascent`) work at the rate before each repetition.

    Parameters
    ----------
    network : Module
        Of any kind; one without such decoders comes back itself.

    Returns
    -------
    Module
        In evaluation mode; its outputs differ by rounding only.
    """
    if not any(isinstance(module, Ascent) and _suits(module) for module in network.modules()):
        return network
    network = copy.deepcopy(network).eval()
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, Ascent) and _suits(child):
                setattr(module, name, HalfRateAscent(child))
    return network


def _suits(ascent: Ascent) -> bool:
    """Whether all convolutions are plain ones that keep the length."""
    convs = [conv for conv in [*ascent.convs, ascent.head] if isinstance(conv, nn.Conv1d)]
    return len(convs) == len(ascent.convs) + 1 and all(
        conv.kernel_size[0] % 2 == 1
        and (conv.padding, conv.stride, conv.dilation, conv.groups)
        == ((conv.kernel_size[0] // 2,), (1,), (1,), 1)
        for conv in convs
    )


def _plain(conv: nn.Module) -> nn.Conv1d:
    if not isinstance(conv, nn.Conv1d):
        raise TypeError(f"expected a Conv1d, got {type(conv).__name__}")
    return conv


class HalfRateAscent(nn.Module):
    """A decoder rewritten; takes and gives what the decoder does.

    Parameters
    ----------
    ascent : Ascent
        With plain convolutions of odd kernels.
    """

    def __init__(self, ascent: Ascent) -> None:
        super().__init__()
        self.factors, self.crop = list(ascent.factors), ascent.crop
        *convs, head = (_plain(conv) for conv in [*(ascent.convs[k] for k in ascent.order), ascent.head])
        self.stages = nn.ModuleList(
            _Stage(conv, factor) for conv, factor in zip(convs, self.factors, strict=True)
        )
        self.head = head
        self.packed_head = _PackedHead(head, self.factors[-1])

    def forward(self, x: Tensor, lengths: list[int]) -> Tensor:
        """Map ``(batch, inputs, steps)`` to ``(batch, 1, samples)``, the first of a descent's lengths."""
        for k, factor in enumerate(self.factors):
            stage = self.stages[k]
            surplus = int(x.shape[-1]) * factor - lengths[-1 - k]
            last = k + 1 == len(self.factors)
            left, right = crop_surplus(surplus, self.crop, last=last)
            if last and not left and not right:
                return unfold_phases(self.packed_head(stage.unfolded(x)), factor)  # type: ignore[operator]
            x = stage(x, left, right)
        y: Tensor = self.head(x)
        return y


def unfold_phases(x: Tensor, factor: int) -> Tensor:
    """Map ``(batch, factor * channels, steps)``, phase by phase, to ``(batch, channels, factor * steps)``."""
    rows, steps = x.shape[1] // factor, x.shape[2]
    return x.view(-1, factor, rows, steps).permute(0, 2, 3, 1).reshape(-1, rows, steps * factor)


def _widened(kernels: dict[int, Tensor], bias: Tensor, inputs: int) -> nn.Module:
    """Return a convolution with the kernel of each offset in samples, zeros where there is none."""
    first, last = min(kernels), max(kernels)
    outputs = len(bias)
    conv = nn.Conv1d(inputs, outputs, last - first + 1)
    with torch.no_grad():
        conv.weight.zero_()
        for offset, kernel in kernels.items():
            conv.weight[:, :, offset - first] = kernel
        conv.bias.copy_(bias)  # type: ignore[union-attr]
    if -first == last:
        conv.padding = (last,)
        return conv
    return nn.Sequential(nn.ConstantPad1d((-first, last), 0.0), conv)


class _Stage(nn.Module):
    """Repetition by ``factor``, crop, convolution and ReLU.

    Parameters
    ----------
    conv : Conv1d
    factor : int
    """

    def __init__(self, conv: nn.Conv1d, factor: int) -> None:
        super().__init__()
        self.conv, self.factor = conv, factor
        outputs, inputs, taps = conv.weight.shape
        pad = taps // 2
        kernels: dict[int, Tensor] = {}
        for phase in range(factor):
            for tap in range(taps):
                offset = (phase + tap - pad) // factor
                kernel = kernels.setdefault(offset, torch.zeros(factor, outputs, inputs))
                kernel[phase] += conv.weight[:, :, tap].detach()
        self.packed = _widened(
            {offset: kernel.flatten(0, 1) for offset, kernel in kernels.items()},
            _bias(conv).repeat(factor),
            inputs,
        )

    def forward(self, x: Tensor, left: int, right: int) -> Tensor:
        """Map ``(batch, inputs, steps)`` to ``(batch, outputs, factor * steps - left - right)``."""
        if not left and not right:
            return unfold_phases(self.unfolded(x), self.factor)
        y = unfold_phases(self.packed(x), self.factor)
        longer = int(x.shape[-1]) * self.factor
        y = y[..., left : longer - right]
        return torch.relu(y - self._cut_off(x, left, right, longer))

    def unfolded(self, x: Tensor) -> Tensor:
        """Map ``(batch, inputs, steps)`` to ``(batch, factor * outputs, steps)``, phase by phase."""
        return torch.relu(self.packed(x))

    def _cut_off(self, x: Tensor, left: int, right: int, longer: int) -> Tensor:
        """Return what the samples that were cropped have given to those that stay."""
        pad = self.conv.kernel_size[0] // 2
        weight, wanted = self.conv.weight, longer - left - right
        first = torch.stack([x[..., : -(-left // self.factor)]] * self.factor, dim=-1).flatten(2)[..., :left]
        final = x[..., int(x.shape[-1]) - -(-right // self.factor) :]
        final = torch.stack([final] * self.factor, dim=-1).flatten(2)
        final = final[..., int(final.shape[-1]) - right :]
        parts = []
        if left:
            seen = functional.conv1d(functional.pad(first, (pad, 2 * pad)), weight)[..., left : left + pad]
            parts.append(functional.pad(seen, (0, wanted - pad)))
        if right:
            seen = functional.conv1d(functional.pad(final, (2 * pad, pad)), weight)[..., :pad]
            parts.append(functional.pad(seen, (wanted - pad, 0)))
        return sum(parts[1:], parts[0])


def _bias(conv: nn.Conv1d) -> Tensor:
    outputs = conv.weight.shape[0]
    return torch.zeros(outputs) if conv.bias is None else conv.bias.detach()


class _PackedHead(nn.Module):
    """A convolution to few channels between signals whose phases are channels, phases outermost.

    ONNX Runtime computes at least sixteen outputs at once: all taps are therefore outputs of one product,
    and are then shifted and added.

    Parameters
    ----------
    conv : Conv1d
    factor : int
        Number of phases.
    """

    def __init__(self, conv: nn.Conv1d, factor: int) -> None:
        super().__init__()
        outputs, inputs, taps = conv.weight.shape
        pad = taps // 2
        self.rows = factor * outputs
        self.first, final = (-pad) // factor, (factor - 1 + taps - 1 - pad) // factor
        weight = torch.zeros(final - self.first + 1, factor, outputs, factor, inputs)
        for phase in range(factor):
            for tap in range(taps):
                offset, source = divmod(phase + tap - pad, factor)
                weight[offset - self.first, phase, :, source] += conv.weight[:, :, tap].detach()
        self.offsets = len(weight)
        self.product = nn.Conv1d(factor * inputs, self.offsets * self.rows, 1, bias=False)
        self.product.weight.data = weight.flatten(3, 4).flatten(0, 2)[:, :, None]
        self.bias = nn.Parameter(_bias(conv).repeat(factor)[:, None])

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, factor * inputs, steps)`` to ``(batch, factor * outputs, steps)``."""
        steps = int(x.shape[-1])
        z = functional.pad(self.product(x), (-self.first, self.offsets - 1 + self.first))
        y: Tensor = self.bias
        for k in range(self.offsets):
            y = y + z[:, k * self.rows : (k + 1) * self.rows, k : k + steps]
        return y
