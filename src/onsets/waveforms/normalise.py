"""The one normalisation: what happens to a window between the record and the network."""

from __future__ import annotations

import numpy as np

from onsets.spec import Spec
from onsets.types import Float32, Mask

__all__ = ["normalise"]


def normalise(data: Float32, valid: Mask, spec: Spec) -> Float32:
    """Return windows as the network wants them.

    Mean removed over the valid samples of each component (``spec.demean``), divided by the
    standard deviation or the largest absolute value of each component or of the whole window
    (``spec.normalisation``); masked samples are 0 throughout. A constant window stays 0, whatever
    the unit: scales are taken relative to the window's peak, so that metres per second and counts
    do equally well.

    Parameters
    ----------
    data : ndarray of float32, shape (windows, components, samples)
        Not changed.
    valid : ndarray of bool, shape (windows, components, samples)
    spec : Spec

    Returns
    -------
    ndarray of float32, shape (windows, components, samples)
        Finite for any finite input.

    Notes
    -----
    ``window-std`` divides by the root of the mean square over all live components, so that a dead
    or absent component does not change the scale. ``logistic`` is 1 / (1 + exp(-x / 10^4)) - 0.5,
    an odd squashing used with CPIC.
    """
    whole = bool(valid.all())
    mask = valid.astype(np.float32)
    count = mask.sum(axis=2, keepdims=True)
    peak = np.abs(data).max(axis=2, keepdims=True)
    logistic = spec.normalisation == "logistic"
    unit = np.ones_like(peak) if logistic else np.where(peak > 0, peak, np.float32(1))
    if spec.normalisation.startswith("window") or spec.normalisation == "none":
        unit = np.broadcast_to(unit.max(axis=1, keepdims=True), unit.shape)
    out = data / unit
    if spec.demean:
        mean = out.sum(axis=2, keepdims=True, dtype=np.float64) / np.maximum(count, 1)
        out = out - mean.astype(np.float32)
        if not whole:
            out *= mask
    if spec.normalisation == "none":
        return np.asarray(out * unit, dtype=np.float32)
    if logistic:
        return np.asarray((1 / (1 + np.exp(-1e-4 * out.astype(np.float64))) - 0.5) * mask, dtype=np.float32)
    per, kind = spec.normalisation.split("-")
    if kind == "std":
        power = np.einsum("bct,bct->bc", out, out)[:, :, None]
        if per == "window":
            live = (power > 0).astype(np.float32) * count
            power, count = power.sum(axis=1, keepdims=True), live.sum(axis=1, keepdims=True)
        scale = np.sqrt(power / np.maximum(count, 1))
    else:
        scale = np.abs(out).max(axis=2, keepdims=True)
        if per == "window":
            scale = scale.max(axis=1, keepdims=True)
    out /= np.where(scale > 1e-6, scale, np.float32(1))
    out *= scale > 1e-6  # rounding left by removing the mean of a constant is not a signal
    if spec.tone:
        out[:, 0] += np.sin(np.pi / 2 * np.arange(data.shape[2])).round().astype(np.float32)
    return np.asarray(out, dtype=np.float32)
