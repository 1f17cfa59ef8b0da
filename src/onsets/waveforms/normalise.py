"""The one normalisation: what happens to a window between the record and the network."""

from __future__ import annotations

import numpy as np

from onsets.spec import Spec
from onsets.types import Float32, Mask

__all__ = ["normalise"]

_LARGEST = np.finfo(np.float32).max
_SMALL, _GREAT = 1e-12, 1e12  # between which squares and their sums neither vanish nor overflow
_MODERATE = 40  # powers of two between which squares and their sums neither overflow nor vanish


def normalise(data: Float32, valid: Mask, spec: Spec) -> Float32:
    """Return windows as the network wants them.

    Mean removed over the valid samples of each component (``spec.demean``), divided by the
    standard deviation or the largest absolute value of each component or of the whole window
    (``spec.normalisation``); masked samples are 0 throughout and whatever they hold is not looked
    at. A constant window becomes 0, whatever the unit: what is left of it after its mean is judged
    relative to its peak, so that metres per second and counts do equally well.

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
    an odd squashing used with CPIC. Without the mean removed, ``std`` is the root of the mean
    square. ``spec.unbiased`` and ``spec.taper_samples`` are SeisBench's.
    """
    whole = _all(valid)
    if whole and spec.demean and spec.normalisation.endswith(("std", "max")):
        out = _moderate(data, spec)
        if out is not None:
            return _finished(out, spec)
    if not whole:
        data = np.where(valid, data, np.float32(0))
    count = valid.sum(axis=2, keepdims=True, dtype=np.float32) if not whole else _full(data)
    peak = np.maximum(data.max(axis=2, keepdims=True), -data.min(axis=2, keepdims=True))
    if not spec.normalisation.startswith("component"):
        peak = np.broadcast_to(peak.max(axis=1, keepdims=True), peak.shape)
    # a power of two rounds nothing: dividing by it lets nothing overflow or vanish
    power = np.frexp(peak)[1] - 1
    unit = np.ldexp(np.float32(1), power)
    scaled = bool(np.abs(power).max(initial=0) > _MODERATE)
    out = data / unit if scaled else data.copy()
    if spec.demean:
        mean = out.sum(axis=2, keepdims=True, dtype=np.float64) / np.maximum(count, 1)
        out -= mean.astype(np.float32)
        if not whole:
            out *= valid
    if spec.normalisation in ("none", "logistic"):
        if scaled:
            with np.errstate(over="ignore"):  # a mean removed from the largest floats
                out = np.clip(out * unit, -_LARGEST, _LARGEST)
        if spec.normalisation == "logistic":
            out = np.tanh(out / np.float32(2e4)) / 2
    else:
        scale = _scale(out, count, spec)
        least = np.float32(1e-6) * (np.float32(1) if scaled else unit)
        # rounding left by removing the mean of a constant is not a signal
        signal = scale > least
        out *= np.divide(np.float32(1), scale, out=np.zeros_like(signal, np.float32), where=signal)
    return _finished(out, spec)


def _moderate(data: Float32, spec: Spec) -> Float32 | None:
    """Do the most common thing in as few passes as possible; None where values are too large or small."""
    mean = data.sum(axis=2, keepdims=True, dtype=np.float64) / data.shape[2]
    out = np.subtract(data, mean.astype(np.float32), out=np.empty(data.shape, np.float32))
    scale = _scale(out, _full(data), spec)
    level = np.abs(mean)
    if spec.normalisation.startswith("window"):
        level = level.max(axis=1, keepdims=True)
    signal = scale > 1e-6 * level
    some = scale[signal]
    if not ((some > _SMALL) & (some < _GREAT)).all():
        return None
    if not signal.all():  # constant: certainly so where its level is moderate, or all of it is zero
        still = (level > 1e6 * _SMALL) & (level < _GREAT)
        nothing = ~data.any(axis=2, keepdims=True)
        if spec.normalisation.startswith("window"):
            nothing = nothing.all(axis=1, keepdims=True)
        if not (signal | still | nothing).all():
            return None
    out *= np.divide(np.float32(1), scale, out=np.zeros_like(scale), where=signal)
    return out


def _finished(out: Float32, spec: Spec) -> Float32:
    """Do what comes after the scale, in place."""
    if spec.taper_samples:
        _taper(out, spec.taper_samples)
    if spec.tone:
        out[:, 0] += np.sin(np.pi / 2 * np.arange(out.shape[2])).round().astype(np.float32)
    return np.asarray(out, dtype=np.float32)


def _all(valid: Mask) -> bool:
    """Whether all samples are valid, which one value says where it stands for all."""
    return bool(valid.flat[0] if valid.size and not any(valid.strides) else valid.all())


def _full(data: Float32) -> Float32:
    """Return the number of samples of each component, shape (windows, components, 1)."""
    return np.full((*data.shape[:2], 1), data.shape[2], dtype=np.float32)


def _taper(out: Float32, samples: int) -> None:
    """Let both ends rise from zero, in place."""
    rise = (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, samples))).astype(np.float32)
    out[:, :, :samples] *= rise
    out[:, :, out.shape[2] - samples :] *= rise[::-1]


def _scale(out: Float32, count: Float32, spec: Spec) -> Float32:
    """Return what a component (or the whole window) is divided by, shape (windows, 1 or components, 1)."""
    per, kind = spec.normalisation.split("-")
    if kind == "max":
        scale = np.maximum(out.max(axis=2, keepdims=True), -out.min(axis=2, keepdims=True))
        return np.asarray(scale.max(axis=1, keepdims=True) if per == "window" else scale)
    power = np.einsum("bct,bct->bc", out, out)[:, :, None]
    if per == "window":
        live = (power > 0) * count
        power, count = power.sum(axis=1, keepdims=True), live.sum(axis=1, keepdims=True)
    count = np.maximum(count - spec.unbiased, 1)
    return np.asarray(np.sqrt(power / count), dtype=np.float32)
