"""The last step before a network, the same as in picking: order of components, normalisation."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from onsets.spec import Spec
from onsets.types import COMPONENTS, Float32, Mask
from onsets.waveforms import normalise

__all__ = ["feed", "normalise_on_device"]

CHUNK = 16
"""Windows normalised at once on the CPU, so that they stay in its cache."""


def feed(data: Tensor, spec: Spec) -> Tensor:
    """Return windows as the network of a Spec wants them.

    Parameters
    ----------
    data : Tensor of float32, shape (batch, 3, samples)
        Rows Z N E; exact zeros were not recorded and stay zeros.
    spec : Spec

    Returns
    -------
    Tensor of float32, shape (batch, components, samples)
        On the CPU by :func:`onsets.waveforms.normalise` itself, elsewhere by its twin.
    """
    order = [COMPONENTS.index(component) for component in spec.components]
    if data.device.type != "cpu":
        data = data[:, order]
        return normalise_on_device(data, data != 0, spec)
    out = torch.empty(len(data), len(order), data.shape[2])
    for first in range(0, len(data), CHUNK):
        windows = data[first : first + CHUNK].numpy()[:, order]
        out[first : first + CHUNK] = torch.from_numpy(normalise(windows, _valid(windows), spec))
    return out


def _valid(windows: Float32) -> Mask:
    """Say what was recorded; a component that is all zeros may count as recorded, which costs less."""
    zeros = windows.shape[2] - np.count_nonzero(windows, axis=2)
    if ((zeros > 0) & (zeros < windows.shape[2])).any():
        return np.asarray(windows != 0)
    return np.ones(windows.shape, dtype=np.bool_)


def normalise_on_device(data: Tensor, valid: Tensor, spec: Spec) -> Tensor:
    """Do what :func:`onsets.waveforms.normalise` does, in torch: equal to it within 2e-6 of the scale.

    Parameters
    ----------
    data : Tensor of float32, shape (windows, components, samples)
    valid : Tensor of bool, shape (windows, components, samples)
    spec : Spec

    Returns
    -------
    Tensor of float32, shape (windows, components, samples)
    """
    per_window = not spec.normalisation.startswith("component")
    out = torch.where(valid, data, 0.0)
    count = valid.sum(dim=2, keepdim=True)
    peak = out.abs().amax(dim=(1, 2) if per_window else 2, keepdim=True)
    unit = torch.ldexp(torch.ones_like(peak), torch.frexp(peak).exponent - 1)
    out = out / unit
    if spec.demean:
        mean = out.sum(dim=2, keepdim=True, dtype=torch.float64) / count.clamp_min(1)
        out = (out - mean.float()) * valid
    if spec.normalisation in ("none", "logistic"):
        largest = torch.finfo(torch.float32).max
        out = (out * unit).clamp(-largest, largest)
        if spec.normalisation == "logistic":
            out = torch.tanh(out / 2e4) / 2
    else:
        scale = _scale(out, count, spec)
        out = torch.where(scale > 1e-6, out / torch.where(scale > 1e-6, scale, 1.0), 0.0)
    if spec.tone:
        at = torch.arange(data.shape[2], device=data.device)
        out[:, 0] += torch.sin(torch.pi / 2 * at).round()
    return out


def _scale(out: Tensor, count: Tensor, spec: Spec) -> Tensor:
    """Return what a component (or the whole window) is divided by, shape (windows, 1 or components, 1)."""
    per, kind = spec.normalisation.split("-")
    if kind == "max":
        return out.abs().amax(dim=(1, 2) if per == "window" else 2, keepdim=True)
    power = out.square().sum(dim=2, keepdim=True)
    if per == "window":
        count = ((power > 0) * count).sum(dim=1, keepdim=True)
        power = power.sum(dim=1, keepdim=True)
    return (power / count.clamp_min(1)).sqrt()
