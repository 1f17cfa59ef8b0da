"""Steps that add to windows: noise, a second event, MSNet's overlay."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from onsets.augment.step import Step
from onsets.augment.waves import Draw, Waves, slices
from onsets.errors import ConfigError

__all__ = ["Noise", "Overlay", "SecondEvent"]

Measure = Literal["peak", "rms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise(Step):
    """Add noise at a wanted ratio.

    Attributes
    ----------
    kind : str
        ``white``; ``coloured``: a power spectrum of 1 / f^slope; ``recorded``: stretches of noise.
    snr_db : tuple of float or None
        Range of 20 log10(signal / noise), drawn evenly.
    share : tuple of float or None
        Instead of it: range of noise / signal, drawn evenly.
    signal, noise : str
        What is compared: ``peak``, the largest absolute value, or ``rms``, the root of the mean
        square, of the whole window.
    per : str
        Compare and scale each ``component`` by itself, or the ``window``.
    slope : tuple of float
        Range of the slope of coloured noise: 0 white, 1 pink, 2 brown.
    """

    kind: Literal["white", "coloured", "recorded"] = "white"
    snr_db: tuple[float, float] | None = None
    share: tuple[float, float] | None = None
    signal: Measure = "peak"
    noise: Measure = "peak"
    per: Literal["component", "window"] = "window"
    slope: tuple[float, float] = (0.5, 2.0)

    def checks(self) -> dict[str, bool]:
        """Return for each option with bounds whether it lies in them."""
        db, share = self.snr_db, self.share
        return {
            "snr_db": (db is None) != (share is None) and (db is None or db[0] <= db[1]),
            "share": share is None or 0 <= share[0] <= share[1],
            "slope": self.slope[0] <= self.slope[1],
        }

    def change(self, waves: Waves, draw: Draw) -> Waves:
        """Return the windows with noise; components that were not recorded stay so."""
        noise = self._noise(waves.data, draw)
        signal = _size(waves.data, self.signal, self.per)
        scale = self._ratio(waves, draw) * signal / _size(noise, self.noise, self.per).clamp_min(1e-20)
        live = waves.data.abs().amax(dim=2, keepdim=True) > 0
        return dataclasses.replace(waves, data=waves.data.addcmul_(noise, scale * live))

    def _ratio(self, waves: Waves, draw: Draw) -> Tensor:
        """Return noise over signal, shape (batch, 1 or components, 1)."""
        shape = (len(waves), waves.data.shape[1] if self.per == "component" else 1, 1)
        if self.share is not None:
            return draw.uniform(waves.data, shape, *self.share)
        return 10 ** (-draw.uniform(waves.data, shape, *(self.snr_db or (0.0, 0.0))) / 20)

    def _noise(self, data: Tensor, draw: Draw) -> Tensor:
        if self.kind == "recorded":
            if draw.noise is None or not len(draw.noise):
                raise ConfigError(
                    "a step adds recorded noise, but there is none; give data.noise or noise records"
                )
            which = draw.integers(0, torch.full((len(data),), len(draw.noise), device=data.device))
            return draw.noise[which]
        white = draw.normal(data)
        if self.kind == "white":
            return white
        slope = draw.uniform(data, (len(data), 1, 1), *self.slope)
        spectrum = torch.fft.rfft(white)
        f = torch.arange(spectrum.shape[2], device=data.device).clamp_min(1)
        noise: Tensor = torch.fft.irfft(spectrum * f ** (-slope / 2), n=data.shape[2])
        return noise


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondEvent(Step):
    """Add another earthquake.

    Attributes
    ----------
    source : str
        ``self``: the record from its P on once more, later and weaker, after its own coda, as in
        EQTransformer; windows without room for P and S after the coda stay. ``other``: another window
        of the batch as it lies, as PhaseNet and LPPN do.
    snr_db : tuple of float or None
        Range of 20 log10(peak of the window / peak of what is added); None takes amplitudes of
        1, 1/2 .. 1/9 of the original, each as likely (EQTransformer).
    apart_s : float
        An ``other`` event whose first arrival is nearer to the first arrival than this is not added.
    """

    source: Literal["self", "other"] = "self"
    snr_db: tuple[float, float] | None = None
    apart_s: float = 0.0

    def checks(self) -> dict[str, bool]:
        """Return for each option with bounds whether it lies in them."""
        db = self.snr_db
        return {"snr_db": db is None or db[0] <= db[1], "apart_s": self.apart_s >= 0}

    def change(self, waves: Waves, draw: Draw) -> Waves:
        """Return the windows with a second event each, where there is room."""
        added, arrivals, fits = (self._self if self.source == "self" else self._other)(waves, draw)
        factor = self._factor(waves, added, draw) * fits
        return dataclasses.replace(
            waves,
            data=waves.data.addcmul_(added, factor[:, None, None]),
            arrivals=torch.cat(
                [waves.arrivals, torch.where(fits[:, None, None], arrivals, torch.inf)], dim=1
            ),
        )

    def _factor(self, waves: Waves, added: Tensor, draw: Draw) -> Tensor:
        if self.snr_db is None:
            return 1 / (1 + draw.integers(0, torch.full((len(waves),), 9, device=added.device))).float()
        ratio = 10 ** (-draw.uniform(added, len(waves), *self.snr_db) / 20)
        peak, other = (x.abs().amax(dim=(1, 2)) for x in (waves.data, added))
        return ratio * peak / other.clamp_min(1e-20)

    def _self(self, waves: Waves, draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
        n, p, s = waves.samples, waves.arrivals[:, 0, 0], waves.arrivals[:, 0, 1]
        room = n - (s - p) - 21 - waves.coda
        fits = p.isfinite() & s.isfinite() & (p >= 0) & (room > 20)
        start = draw.integers(waves.coda.nan_to_num(0).floor(), torch.where(fits, n - (s - p) - 21, n))
        later = torch.where(fits, start - p.nan_to_num(0).floor(), 0).long()
        first = torch.where(fits, p, 0.0)[:, None, None]
        own = waves.data * (torch.arange(n, device=p.device) >= first.floor())
        return slices(own, -later, n), waves.arrivals[:, :1] + later[:, None, None], fits

    def _other(self, waves: Waves, draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
        batch = len(waves)
        if batch == 1:
            return waves.data, waves.arrivals, torch.zeros(1, dtype=torch.bool, device=waves.data.device)
        turn = int(draw.integers(1, torch.tensor(batch)))
        other = waves.arrivals.roll(turn, 0)
        first, second = (
            x.nan_to_num(torch.inf, torch.inf, torch.inf).amin(2).amin(1) for x in (waves.arrivals, other)
        )
        near = (first - second).abs() < self.apart_s * draw.rate_hz
        fits = waves.has_event.roll(turn, 0) & ~(near & first.isfinite() & second.isfinite())
        return waves.data.roll(turn, 0), other, fits


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay(Step):
    """Extend both ends smoothly, shift, and add the shifted to the extended record (MSNet).

    Attributes
    ----------
    longest : float
        Largest shift to either side, as a share of the window, below 1.
    level_db : tuple of float
        Range of the shifted record's amplitude, dB; MSNet adds it as it is.

    Notes
    -----
    The paper says neither how it extends nor how far it shifts. Here the end of a record is continued
    by its mirror image, again and again, fading out over the extension. What is mirrored is at most
    10 s and never holds an arrival: a mirrored arrival would be one without a label.

    References
    ----------
    Feng et al. (2023), IEEE GRSL 20, 7505105. doi:10.1109/LGRS.2023.3314029
    """

    longest: float = 0.5
    level_db: tuple[float, float] = (0.0, 0.0)

    def checks(self) -> dict[str, bool]:
        """Return for each option with bounds whether it lies in them."""
        return {"longest": 0 < self.longest < 1, "level_db": self.level_db[0] <= self.level_db[1]}

    def change(self, waves: Waves, draw: Draw) -> Waves:
        """Return the windows with a shifted copy of themselves."""
        n, reach = waves.samples, math.ceil(self.longest * waves.samples)
        shift = draw.uniform(waves.data, len(waves), -reach, reach).round().long()
        level = 10 ** (draw.uniform(waves.data, len(waves), *self.level_db) / 20)
        extended = _extended(waves, reach, round(10 * draw.rate_hz))
        copy = slices(extended, reach - shift, n)
        arrivals = waves.arrivals + shift[:, None, None]
        return dataclasses.replace(
            waves,
            data=waves.data.addcmul_(copy, level[:, None, None]),
            arrivals=torch.cat([waves.arrivals, arrivals], dim=1),
        )


def _extended(waves: Waves, reach: int, piece: int) -> Tensor:
    """Continue windows on both sides by the mirror images of their ends, fading out."""
    n, at = waves.samples, waves.arrivals.flatten(1)
    fade = 0.5 + 0.5 * torch.cos(torch.linspace(0, math.pi, reach, device=at.device))
    ends = []
    for distance, data in ((at, waves.data), (n - 1 - at, waves.data.flip(2))):
        free = torch.where((distance >= 0) & (distance < n), distance, n).amin(dim=1)
        size = free.floor().clamp(2, min(piece, n - 1)).long()[:, None]
        index = torch.arange(reach, device=at.device) % (2 * size)
        index = torch.where(index < size, index, 2 * size - 1 - index)
        ends.append(data.gather(2, index[:, None].expand(-1, data.shape[1], -1)) * fade)
    return torch.cat([ends[0].flip(2), waves.data, ends[1]], dim=2)


def _size(data: Tensor, measure: Measure, per: str) -> Tensor:
    """Return peak or root mean square, shape (batch, 1 or components, 1)."""
    axes = (2,) if per == "component" else (1, 2)
    if measure == "peak":
        return data.abs().amax(dim=axes, keepdim=True)
    return data.square().mean(dim=axes, keepdim=True).sqrt()
