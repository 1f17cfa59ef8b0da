"""Run a network over a record: windows, outputs, one curve."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from onsets.errors import SpecError
from onsets.runtime import Runner
from onsets.spec import Spec
from onsets.types import COMPONENTS, Curve, Float32, Mask, Record
from onsets.waveforms import Stack, bandpass, cut, normalise, window_starts

__all__ = ["annotate", "probabilities"]


def probabilities(logits: Float32, spec: Spec) -> Float32:
    """Apply the Spec's activation to logits of shape ``(batch, rows, values)``."""
    if spec.activation == "softmax":
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(e / e.sum(axis=1, keepdims=True))
    if spec.activation == "sigmoid":
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -60, 60))))
    return logits


def annotate(
    record: Record,
    runner: Runner,
    spec: Spec,
    batch: int = 32,
    progress: Callable[[float], None] | None = None,
) -> Curve:
    """Return the network's curve over a whole record.

    Parameters
    ----------
    record : Record
        At ``spec.rate_hz`` (see :func:`onsets.waveforms.resample`).
    runner : Runner
    spec : Spec
    batch : int
        Windows at once.
    progress : callable, optional
        Told the share of the record that is done after each batch.

    Returns
    -------
    Curve
        A value a sample, a segment or a hop; 0 where no component of the Spec was recorded.

    Notes
    -----
    LPPN's program takes the single highest segment of a window and that segment's own offset. Here
    a value is the sum over three neighbouring segments, so that onsets which fall between two
    segments are not lost, and overlapping windows are averaged.

    Raises
    ------
    SpecError
        If the rate differs or the network's outputs do not fit the Spec.
    """
    if abs(record.rate_hz / spec.rate_hz - 1) > 1e-4:
        got, want = f"{record.rate_hz:g} Hz", f"{spec.rate_hz:g} Hz"
        raise SpecError(f"{record.station_id} has rate {got}, {spec.name} needs {want}; resample it first")
    if spec.bandpass_hz is not None:
        record = bandpass(record, *spec.bandpass_hz)
    keep = [spec.outputs.index(label) for label in spec.labels]
    segments = spec.output_kind == "per_segment"
    windowed = spec.output_kind == "per_window"
    rows = len(keep) * (2 if segments else 1)
    stack = Stack(record.samples, rows, spec)
    points: list[tuple[int, Float32]] = []
    for windows in cut(record, spec, batch):
        outputs = runner.run(normalise(windows.data, windows.valid, spec))
        _check(outputs, len(windows), spec, record)
        values = probabilities(outputs[0], spec)[:, keep]
        if progress is not None:
            progress(min(1.0, (int(windows.starts[-1]) + spec.samples) / record.samples))
        if windowed:
            points += [(int(s), v[:, 0]) for s, v in zip(windows.starts, values, strict=True)]
            continue
        if segments:  # offsets are averaged with the probability as weight
            values = np.concatenate([values, values * outputs[1]], axis=1)
        stack.add(windows.starts, np.asarray(values, dtype=np.float32))
    if windowed:
        return _points_curve(record, spec, points)
    total, _ = stack.result()
    recorded = _recorded(record, spec, stack.length)
    values, offsets = total, None
    if segments:
        values, offsets = _neighbours(total[: len(keep)], total[len(keep) :], spec)
    values = np.where(recorded, values, np.float32(0))
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


def _neighbours(each: Float32, weighted: Float32, spec: Spec) -> tuple[Float32, Float32]:
    """Join each segment with its two neighbours.

    Parameters
    ----------
    each : ndarray, shape (labels, n)
        Probability that an onset lies in the segment.
    weighted : ndarray, shape (labels, n)
        That, times the onset's offset in samples from the segment's start.

    Returns
    -------
    values : ndarray, shape (labels, n)
        Sum over three segments: the chance that the onset lies in any of them, at most 1.
    offsets_s : ndarray, shape (labels, n)
        Their onset times' mean weighted by probability, s from the middle segment's start.
    """
    p, po = (np.pad(x.astype(np.float64), ((0, 0), (1, 1))) for x in (each, weighted))
    step = spec.segment_samples
    total = p[:, :-2] + p[:, 1:-1] + p[:, 2:]
    moment = po[:, :-2] + po[:, 1:-1] + po[:, 2:] + step * (p[:, 2:] - p[:, :-2])
    offsets_s = moment / np.maximum(total, 1e-12) / spec.rate_hz
    return np.minimum(total, 1).astype(np.float32), offsets_s.astype(np.float32)


def _check(outputs: tuple[Float32, ...], count: int, spec: Spec, record: Record) -> None:
    values = 1 if spec.output_kind == "per_window" else -(-spec.samples // spec.segment_samples)
    want = [(count, len(spec.outputs), values)]
    if spec.output_kind == "per_segment":
        want.append((count, 1, values))
    used = outputs[: len(want)]
    got = [output.shape for output in used]
    if got != want:
        raise SpecError(f"{spec.name} gave outputs of shapes {got}; its Spec says {want}")
    if not all(np.isfinite(output).all() for output in used):
        raise SpecError(f"{spec.name} gave values that are not finite for {record.station_id}")


def _recorded(record: Record, spec: Spec, length: int) -> Mask:
    """Say for each value of the curve whether any component of the Spec was recorded there."""
    rows = [COMPONENTS.index(component) for component in spec.components]
    any_valid = np.zeros(length * spec.segment_samples, dtype=bool)
    any_valid[: record.samples] = record.valid[rows].any(axis=0)
    return np.asarray(any_valid.reshape(length, spec.segment_samples).any(axis=1))


def _points_curve(record: Record, spec: Spec, points: list[tuple[int, Float32]]) -> Curve:
    """Put one value a window where its onset is (the middle if the Spec is silent), a value every hop.

    The last window ends with the record; its value stands at the next whole hop.
    """
    hop = spec.hop_samples
    last = int(window_starts(record.samples, spec)[-1])
    values = np.zeros((len(spec.labels), -(-last // hop) + 1), dtype=np.float32)
    for start, value in points:
        values[:, -(-start // hop)] = value
    return Curve(
        record.station_id,
        record.channel_prefix,
        spec.labels,
        values,
        record.time_ns(spec.samples / 2 if spec.onset_samples is None else spec.onset_samples),
        record.rate_hz / hop,
        model=spec.name,
    )
