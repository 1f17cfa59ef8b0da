"""Steps that filter: pre-emphasis, band-pass."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import torch
from torch import Tensor

from onsets.augment.step import Step
from onsets.augment.waves import Draw, Waves

__all__ = ["BandPass", "PreEmphasis", "band_pass"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreEmphasis(Step):
    """Subtract from each sample a share of the one before.

    Attributes
    ----------
    share : float
        EQTransformer's program: 0.97.
    """

    share: float = 0.97

    def checks(self) -> dict[str, bool]:
        """Return for each option with bounds whether it lies in them."""
        return {"share": 0 <= self.share <= 1}

    def change(self, waves: Waves, draw: Draw) -> Waves:
        """Return the windows filtered."""
        data = waves.data.clone()
        data[..., 1:] -= self.share * waves.data[..., :-1]
        return dataclasses.replace(waves, data=data)


@dataclass(frozen=True, slots=True, kw_only=True)
class BandPass(Step):
    """Band-pass with random corners, without delay; see :func:`band_pass`.

    Attributes
    ----------
    low_hz, high_hz : tuple of float
        Ranges of the corners, drawn evenly in their logarithm.
    corners : int
        Order of the filter, run forward and backward.
    """

    low_hz: tuple[float, float] = (0.5, 2.0)
    high_hz: tuple[float, float] = (15.0, 45.0)
    corners: int = 2

    def checks(self) -> dict[str, bool]:
        """Return for each option with bounds whether it lies in them."""
        low, high = self.low_hz, self.high_hz
        return {
            "low_hz": 0 < low[0] <= low[1] < high[0],
            "high_hz": high[0] <= high[1],
            "corners": self.corners >= 1,
        }

    def change(self, waves: Waves, draw: Draw) -> Waves:
        """Return the windows filtered."""
        low, high = (
            torch.exp(draw.uniform(waves.data, len(waves), *torch.tensor(pair).log().tolist()))
            for pair in (self.low_hz, self.high_hz)
        )
        high = high.clamp_max(0.49 * draw.rate_hz)
        data = band_pass(waves.data, low, high, rate_hz=draw.rate_hz, corners=self.corners)
        return dataclasses.replace(waves, data=data)


def band_pass(data: Tensor, low_hz: Tensor, high_hz: Tensor, *, rate_hz: float, corners: int = 2) -> Tensor:
    """Filter windows by a Butterworth band-pass run forward and backward, in the frequency domain.

    Parameters
    ----------
    data : Tensor, shape (batch, components, samples)
    low_hz, high_hz : Tensor, shape (batch,)
        Corners (-6 dB after both runs), Hz; below half the rate.
    rate_hz : float
    corners : int
        Order.

    Returns
    -------
    Tensor, shape (batch, components, samples)
        Without delay. Components that are all zero stay so.

    Notes
    -----
    The gain is that of the digital filter made by the bilinear transform, squared. The ends differ from
    a recursive filter's: before and after the window there is nothing.
    """
    n = data.shape[2]
    size = 1 << (2 * n - 1).bit_length()  # room for the filter to ring out
    warped = torch.tan(torch.pi * torch.arange(size // 2 + 1, device=data.device) / size)
    low, high = (torch.tan(torch.pi * f.to(warped) / rate_hz)[:, None, None] for f in (low_hz, high_hz))
    distance = (warped**2 - low * high) / (warped.clamp_min(1e-12) * (high - low))
    gain = 1 / (1 + distance ** (2 * corners))
    out: Tensor = torch.fft.irfft(torch.fft.rfft(data, size) * gain, size)[..., :n]
    return out
