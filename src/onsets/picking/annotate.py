"""Run a network over a record: windows, outputs, one curve."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from onsets.errors import SpecError
from onsets.runtime import Runner
from onsets.spec import Spec
from onsets.types import COMPONENTS, Curve, Float32, Mask, Record
from onsets.waveforms import Head, Stack, cut, in_band, normalise, window_starts

__all__ = ["BATCH", "Annotator", "annotate", "curve_first", "curve_step", "probabilities"]

BATCH = 16
"""Windows at once, by measurement: more leave the cache, fewer spend their time between operators."""
GROUP = 128
"""Windows that are cut, normalised and put together at once: each call finds its code out of the cache."""


def probabilities(logits: Float32, spec: Spec, rows: Sequence[int], out: Float32 | None = None) -> Float32:
    """Apply the Spec's activation to logits of shape ``(batch, outputs, values)`` and return some rows."""
    out = np.empty((len(logits), len(rows), logits.shape[2]), np.float32) if out is None else out
    if spec.activation == "softmax":
        e = logits - logits.max(axis=1, keepdims=True)
        np.exp(e, out=e)
        total = e.sum(axis=1)
        for k, row in enumerate(rows):
            np.divide(e[:, row], total, out=out[:, k])
    elif spec.activation == "sigmoid":
        out[:] = 1 / (1 + np.exp(-np.clip(logits[:, rows], -60, 60)))
    else:
        out[:] = logits[:, rows]
    return out


def annotate(
    record: Record,
    runner: Runner,
    spec: Spec,
    batch: int = BATCH,
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
    annotator = Annotator(Head.of(record), runner, spec, batch, progress)
    values, offsets_s = annotator.feed(in_band(record, spec).data, record.valid)
    return Curve(
        record.station_id,
        record.channel_prefix,
        spec.labels,
        values,
        record.time_ns(curve_first(spec, annotator.lead)),
        record.rate_hz / curve_step(spec),
        "probability",
        offsets_s,
        spec.name,
    )


def curve_step(spec: Spec) -> int:
    """Return how many samples lie between two values of a curve."""
    return spec.hop_samples if spec.output_kind == "per_window" else spec.segment_samples


def curve_first(spec: Spec, lead: int = 0) -> float:
    """Return the sample of the record at which its curve begins.

    A value a window stands where its onset is, in the middle if the Spec is silent. Segments begin
    ``lead`` samples before the record.
    """
    if spec.output_kind != "per_window":
        return -lead
    return spec.samples / 2 if spec.onset_samples is None else spec.onset_samples


class Annotator:
    """A network that reads a record piece by piece and says each value of its curve when it is final.

    Parameters
    ----------
    head : Head
        Of the record at the network's rate; its length must be known.
    runner : Runner
    spec : Spec
    batch : int
        Windows at once.
    progress : callable, optional
        As for :func:`annotate`.
    """

    def __init__(
        self,
        head: Head,
        runner: Runner,
        spec: Spec,
        batch: int = BATCH,
        progress: Callable[[float], None] | None = None,
    ) -> None:
        self._head, self._runner, self._spec = head, runner, spec
        self._batch, self._progress = batch, progress
        self._keep = [spec.outputs.index(label) for label in spec.labels]
        self._segments = spec.output_kind == "per_segment"
        rows = len(self._keep) * (2 if self._segments else 1)
        phase = round(head.start_ns * head.rate_hz / 1e9) if spec.window_grid == "time" else 0
        if spec.output_kind == "per_window":
            phase = 0
        self.lead = phase % spec.segment_samples
        """Samples by which the curve begins before the record: segments lie on one grid of times."""
        ahead = phase % spec.anchor_samples  # by which the first window does
        self._ahead, self._silent = ahead, (ahead - self.lead) // curve_step(spec)
        self._samples = head.samples + ahead
        self._starts = window_starts(self._samples, spec, phase - ahead)
        self._stack: Stack | _Points = (
            _Points(self._starts, rows, spec)
            if spec.output_kind == "per_window"
            else Stack(self._samples, rows, spec)
        )
        self._done, self._first = 0, 0
        self._data = np.zeros((len(COMPONENTS), ahead), dtype=np.float32)
        self._valid = np.zeros((len(COMPONENTS), ahead), dtype=bool)
        self._recorded: Mask = np.zeros(self.lead, dtype=bool)
        self._tail: Float32 = np.zeros((rows, 0), dtype=np.float32)
        self._settled = 0

    def feed(self, data: Float32, valid: Mask) -> tuple[Float32, Float32 | None]:
        """Take the next samples and return the next values; with the last sample, all that are left.

        Parameters
        ----------
        data, valid : ndarray, shape (3, samples)
            Rows Z N E, filtered where the Spec wants it.

        Returns
        -------
        values : ndarray of float32, shape (labels, n)
        offsets_s : ndarray of float32, shape (labels, n), or None
            Of a network that gives offsets.

        Raises
        ------
        SpecError
            If the network's outputs do not fit the Spec.
        """
        self._data = np.concatenate([self._data, data], axis=1) if self._data.shape[1] else data
        self._valid = np.concatenate([self._valid, valid], axis=1) if self._valid.shape[1] else valid
        rows = [COMPONENTS.index(component) for component in self._spec.components]
        recorded = np.ones(valid.shape[1], bool) if valid.all() else valid[rows].any(axis=0)
        self._recorded = np.concatenate([self._recorded, recorded])
        have = self._first + self._data.shape[1]
        if have >= self._samples:
            return self._advance(len(self._starts))
        return self._advance(int(np.searchsorted(self._starts, have - self._spec.samples, side="right")))

    def _advance(self, end: int) -> tuple[Float32, Float32 | None]:
        """Run the windows before the number given and return what is final."""
        spec, head = self._spec, self._head
        record = Record(
            head.station_id, head.channel_prefix, self._data, self._valid, head.start_ns, head.rate_hz
        )
        starts = self._starts[self._done : end]
        if self._ahead and self._done == 0 and end:
            self._mirror()
        for windows in cut(record, spec, max(GROUP, self._batch), starts=starts, first=self._first):
            data = normalise(windows.data, windows.valid, spec)
            self._stack.add(windows.starts, self._heard(data, windows.starts))
        self._done = end
        if end == len(self._starts):
            values, _ = self._stack.settle()
        else:
            following = int(self._starts[end])
            values, _ = self._stack.settle(following)
            self._data = self._data[:, following - self._first :]
            self._valid = self._valid[:, following - self._first :]
            self._first = following
        values, self._silent = values[:, self._silent :], max(0, self._silent - values.shape[1])
        if spec.output_kind == "per_window":
            return values, None
        return self._joined(values, end == len(self._starts))

    def _mirror(self) -> None:
        """Continue the record to before its start by its mirror image, which looks like no onset."""
        n = min(self._ahead, self._data.shape[1] - self._ahead - 1)
        for held in (self._data, self._valid):
            held[:, self._ahead - n : self._ahead] = held[:, self._ahead + n : self._ahead : -1]

    def _heard(self, data: Float32, starts: npt.NDArray[np.int64]) -> Float32:
        """Return what the network says of normalised windows, which go through it a batch at a time.

        Rows are those of the labels; behind them, where there are offsets, the offsets times those.
        """
        spec, labels = self._spec, len(self._keep)
        values = 1 if spec.output_kind == "per_window" else -(-spec.samples // spec.segment_samples)
        heard = np.empty((len(data), labels * (2 if self._segments else 1), values), dtype=np.float32)
        for k in range(0, len(data), self._batch):
            some = slice(k, min(k + self._batch, len(data)))
            outputs = self._runner.run(data[some])
            _check(outputs, some.stop - k, spec, self._head.station_id)
            said = probabilities(outputs[0], spec, self._keep, heard[some, :labels])
            if self._segments:  # offsets are averaged with the probability as weight
                np.multiply(said, outputs[1], out=heard[some, labels:])
            if self._progress is not None:
                self._progress(min(1.0, (int(starts[some][-1]) + spec.samples) / self._samples))
        return heard

    def _joined(self, values: Float32, final: bool) -> tuple[Float32, Float32 | None]:
        """Join segments with their neighbours and silence what was not recorded."""
        offsets = None
        if self._segments:
            raw = np.concatenate([self._tail, values], axis=1)
            half, before = len(self._keep), min(1, self._settled)
            count = max(0, raw.shape[1] - before - (0 if final else 1))
            joined, shifts = _neighbours(raw[:half], raw[half:], self._spec)
            values = joined[:, before : before + count]
            offsets = shifts[:, before : before + count]
            self._tail = raw[:, max(0, before + count - 1) :]
        self._settled += values.shape[1]
        step = self._spec.segment_samples
        recorded = self._recorded[: values.shape[1] * step]
        self._recorded = self._recorded[values.shape[1] * step :]
        if not recorded.all() or len(recorded) < values.shape[1] * step:
            recorded = np.pad(recorded, (0, values.shape[1] * step - len(recorded)))
            spoken = recorded.reshape(values.shape[1], step).any(axis=1)
            values = np.where(spoken, values, np.float32(0))
        return np.asarray(values, dtype=np.float32), offsets


class _Points:
    """One value a window, a value every hop; the last window's value stands at the next whole hop."""

    def __init__(self, starts: npt.NDArray[np.int64], rows: int, spec: Spec) -> None:
        self._hop = spec.hop_samples
        self._values = np.zeros((rows, -(-int(starts[-1]) // self._hop) + 1), dtype=np.float32)
        self._first = 0

    def add(self, starts: npt.NDArray[np.int64], values: Float32) -> None:
        """Add windows by their starts, values of shape (windows, rows, 1)."""
        self._values[:, -(-starts // self._hop)] = values[:, :, 0].T

    def settle(self, before: int | None = None) -> tuple[Float32, None]:
        """Return the next values: those of windows that start before a sample, all when not given."""
        end = self._values.shape[1] if before is None else -(-before // self._hop)
        values = self._values[:, self._first : end]
        self._first = end
        return values, None


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


def _check(outputs: tuple[Float32, ...], count: int, spec: Spec, station_id: str) -> None:
    values = 1 if spec.output_kind == "per_window" else -(-spec.samples // spec.segment_samples)
    want = [(count, len(spec.outputs), values)]
    if spec.output_kind == "per_segment":
        want.append((count, 1, values))
    used = outputs[: len(want)]
    got = [output.shape for output in used]
    if got != want:
        raise SpecError(f"{spec.name} gave outputs of shapes {got}; its Spec says {want}")
    for output in used:
        flat = output.ravel()
        if not (np.isfinite(flat @ flat) or np.isfinite(flat).all()):  # one quick sum first
            raise SpecError(f"{spec.name} gave values that are not finite for {station_id}")
