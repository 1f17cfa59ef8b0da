"""Run a network over a record: windows, outputs, one curve."""

from __future__ import annotations

import numpy as np

from onsets.errors import SpecError
from onsets.runtime import Runner
from onsets.spec import Spec
from onsets.types import Curve, Float32, Record
from onsets.waveforms import Stack, cut, normalise

__all__ = ["annotate", "probabilities"]


def probabilities(logits: Float32, spec: Spec) -> Float32:
    """Apply the Spec's activation to logits of shape ``(batch, rows, values)``."""
    if spec.activation == "softmax":
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(e / e.sum(axis=1, keepdims=True))
    if spec.activation == "sigmoid":
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -60, 60))))
    return logits


def annotate(record: Record, runner: Runner, spec: Spec, batch: int = 32) -> Curve:
    """Return the network's curve over a whole record.

    Parameters
    ----------
    record : Record
        At ``spec.rate_hz`` (see :func:`onsets.waveforms.resample`).
    runner : Runner
    spec : Spec
    batch : int
        Windows at once.

    Returns
    -------
    Curve
        A value a sample, a segment or a hop; 0 where no component was recorded.

    Raises
    ------
    SpecError
        If the rate differs or the network's outputs do not fit the Spec.
    """
    if abs(record.rate_hz / spec.rate_hz - 1) > 1e-4:
        raise SpecError(
            f"{record.station_id} has rate {record.rate_hz:g} Hz, {spec.name} needs {spec.rate_hz:g} Hz; resample it"
        )
    keep = [spec.outputs.index(label) for label in spec.labels]
    segments = spec.output_kind == "per_segment"
    windowed = spec.output_kind == "per_window"
    rows = len(keep) * (2 if segments else 1)
    stack = Stack(record.samples, rows, spec)
    points: list[tuple[int, Float32]] = []
    for windows in cut(record, spec, batch):
        outputs = runner.run(normalise(windows.data, windows.valid, spec))
        _check(outputs, spec, record)
        values = probabilities(outputs[0], spec)[:, keep]
        if windowed:
            points += [(int(s), v[:, 0]) for s, v in zip(windows.starts, values, strict=True)]
            continue
        if segments:  # offsets are averaged with the probability as weight
            values = np.concatenate([values, values * outputs[1]], axis=1)
        stack.add(windows.starts, np.asarray(values, dtype=np.float32))
    if windowed:
        return _points_curve(record, spec, points)
    total, _ = stack.result()
    recorded = _recorded(record, spec.segment_samples, stack.length)
    values = np.where(recorded, total[: len(keep)], np.float32(0))
    offsets = None
    if segments:
        offsets = total[len(keep) :] / np.maximum(total[: len(keep)], 1e-9) / np.float32(spec.rate_hz)
    rate = record.rate_hz / spec.segment_samples
    return Curve(
        record.station_id,
        record.channel_prefix,
        spec.labels,
        np.asarray(values, dtype=np.float32),
        record.start_ns,
        rate,
        "probability",
        offsets,
        spec.name,
    )


def _check(outputs: tuple[Float32, ...], spec: Spec, record: Record) -> None:
    got = outputs[0].shape[1:]
    values = {
        "per_sample": spec.samples,
        "per_segment": -(-spec.samples // spec.segment_samples),
        "per_window": 1,
    }[spec.output_kind]
    want = (len(spec.outputs), values)
    if got != want or (spec.output_kind == "per_segment" and len(outputs) < 2):
        raise SpecError(f"{spec.name} gave {len(outputs)} outputs, the first {got}; its Spec says {want}")
    if not np.isfinite(outputs[0]).all():
        raise SpecError(f"{spec.name} gave values that are not finite for {record.station_id}")


def _recorded(record: Record, step: int, length: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Say for each value of the curve whether any component was recorded there."""
    any_valid = np.zeros(length * step, dtype=bool)
    any_valid[: record.samples] = record.valid.any(axis=0)
    return np.asarray(any_valid.reshape(length, step).any(axis=1))


def _points_curve(record: Record, spec: Spec, points: list[tuple[int, Float32]]) -> Curve:
    """Put one value a window at the window's middle, a value every hop."""
    hop = spec.hop_samples
    values = np.zeros((len(spec.labels), max(1, -(-record.samples // hop))), dtype=np.float32)
    for start, value in points:
        values[:, min(start // hop, values.shape[1] - 1)] = value
    start_ns = record.time_ns(spec.samples / 2)
    return Curve(
        record.station_id,
        record.channel_prefix,
        spec.labels,
        values,
        start_ns,
        record.rate_hz / hop,
        model=spec.name,
    )
