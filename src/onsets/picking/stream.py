"""A network that picks a record piece by piece, in memory that does not grow with the record.

Windows, curve and onsets are those of the whole record: windows keep their places, values of the curve
are said when no later window can change them, and a stretch above the threshold is decoded when it is over.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from onsets.picking.annotate import Annotator, curve_first, curve_step
from onsets.picking.decode import Decoder, Detector, Onsets, thin
from onsets.picking.describe import NEAR_S, NOISE_S, SIGNAL_S, View, clipped_places, describe, flag_clipped
from onsets.picking.picker import Progress
from onsets.runtime import Runner
from onsets.spec import Spec
from onsets.tables import Detections, Picks
from onsets.types import COMPONENTS, Curve, Float32, Mask, Pick, Record
from onsets.waveforms import Head, Piece, Resampling, in_band, resampling, settling_samples

__all__ = ["NetworkStream"]

_AROUND_S = 1.0 + max(NEAR_S, -NOISE_S[0], SIGNAL_S[1])


class NetworkStream:
    """Picks one record.

    Parameters
    ----------
    head : Head
        Of the record as it was recorded.
    spec : Spec
    runner : Runner
    thresholds : dict
        By label.
    rate_as : float, optional
        As for :class:`onsets.picking.NetworkPicker`.
    progress : callable, optional
        Told the share that is done after each batch of windows.
    listen : callable, optional
        Given each part of the curve as soon as it is final, in order, on the true time axis.
    """

    def __init__(
        self,
        head: Head,
        spec: Spec,
        runner: Runner,
        thresholds: dict[str, float],
        rate_as: float | None = None,
        progress: Progress | None = None,
        listen: Callable[[Curve], None] | None = None,
    ) -> None:
        played_hz = head.rate_hz if rate_as is None else rate_as
        self._head, self._spec, self._thresholds = head, spec, thresholds
        self._rate_as, self._stretch, self._listen = rate_as, played_hz / head.rate_hz, listen
        self._change: Resampling | None = resampling(head.station_id, played_hz, spec.rate_hz, head.samples)
        samples = head.samples if self._change is None else self._change.samples
        rate_hz = played_hz if self._change is None else spec.rate_hz
        self._played = dataclasses.replace(head, rate_hz=rate_hz, samples=samples)
        band = spec.bandpass_hz
        self._settling = 0 if band is None else settling_samples(*band, rate_hz)
        self._annotator = Annotator(self._played, runner, spec, progress=progress)
        self._decoder = Decoder(spec.labels, rate_hz / curve_step(spec), thresholds, decoding=spec.decoding)
        self._detector = Detector(thresholds.get("detection", math.inf), spec.decoding)
        self._waves = _Waves(self._played)
        self._said = 0
        self._waiting: list[tuple[str, Onsets]] = []
        self._described: dict[str, list[tuple[Onsets, list[Pick]]]] = {}
        self._detections: list[tuple[int, int, float]] = []
        self._clipped: list[npt.NDArray[np.int64]] = []

    @property
    def halo(self) -> int:
        """Neighbouring samples that a piece needs on both sides.

        A band-pass begins at rest where the piece begins, and once more, backward, where it ends. It settles
        twice over, so that what is left, a millionth of a millionth, is below the rounding of a sample.
        """
        heard = 2 * self._settling
        if self._change is None:
            return heard
        return self._change.halo + math.ceil(heard * self._change.step)

    def feed(self, piece: Piece) -> None:
        """Take the next piece; its samples follow those of the one before.

        Raises
        ------
        SpecError
            If the network does not fit its Spec.
        """
        self._clipped.append(clipped_places(piece.record) + piece.first)
        played, (first, begin, end) = piece.record, (piece.first, piece.begin, piece.end)
        if self._rate_as is not None:
            played = dataclasses.replace(played, rate_hz=self._rate_as)
        if self._change is not None:
            played = self._change.apply(played, first)
            first, begin, end = (self._change.place(sample) for sample in (first, begin, end))
        if self._played.samples < self._spec.samples:
            played = dataclasses.replace(played, flags=played.flags | {"short"})
        heard = in_band(played, self._spec)
        core = slice(begin - first, end - first)
        self._waves.add(played, core)
        values, offsets_s = self._annotator.feed(heard.data[:, core], heard.valid[:, core])
        self._say(values, offsets_s)
        if "detection" in self._spec.labels:
            self._detections += self._detector.feed(values[self._spec.labels.index("detection")])
        self._waiting += self._decoder.feed(values, offsets_s).items()
        self._describe(final=False)

    def finish(self) -> tuple[Picks, Detections]:
        """Return picks, by time, and detections of the record."""
        self._waiting += self._decoder.close().items()
        self._describe(final=True)
        picks: list[Pick] = []
        for parts in self._described.values():
            onsets = Onsets.concat(part for part, _ in parts)
            found = [pick for _, some in parts for pick in some]
            picks += [found[k] for k in thin(onsets, self._decoder.separation_s)]
        clipped = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *self._clipped]))
        picks = flag_clipped(picks, self._head, self._stretch, clipped)
        self._detections += self._detector.close()
        detections = Detections.of(
            (self._head.station_id, self._time_ns(a), self._time_ns(b), top, self._spec.name)
            for a, b, top in self._detections
        )
        return Picks.of(picks).sorted(), detections

    def _time_ns(self, value: int) -> int:
        """Return the true time of a value of the curve."""
        played, spec = self._played, self._spec
        begin_ns = round(curve_first(spec, self._annotator.lead) * 1e9 / played.rate_hz)
        start_ns = self._head.start_ns + round(begin_ns * self._stretch)
        return start_ns + round(value * 1e9 / (played.rate_hz / curve_step(spec) / self._stretch))

    def _say(self, values: Float32, offsets_s: Float32 | None) -> None:
        """Tell who listens the next part of the curve."""
        if self._listen is not None and values.shape[1]:
            if offsets_s is not None and self._stretch != 1:
                offsets_s = (offsets_s * self._stretch).astype(np.float32)
            self._listen(
                Curve(
                    *(self._head.station_id, self._head.channel_prefix, self._spec.labels, values),
                    self._time_ns(self._said),
                    self._played.rate_hz / curve_step(self._spec) / self._stretch,
                    "probability",
                    offsets_s,
                    self._spec.name,
                )
            )
        self._said += values.shape[1]

    def _describe(self, final: bool) -> None:
        """Measure the onsets around which all samples have come; forget samples no onset can need."""
        rate_hz = self._played.rate_hz
        shift_s = round(curve_first(self._spec, self._annotator.lead) * 1e9 / rate_hz) / 1e9
        around = math.ceil(_AROUND_S * rate_hz)
        waiting: list[tuple[str, Onsets]] = []
        undecided = self._decoder.undecided * curve_step(self._spec)
        for label, onsets in self._waiting:
            places = (onsets.seconds + shift_s) * rate_hz
            ready = (places + around < self._waves.end) | final
            if not ready.all():
                waiting.append((label, onsets.take(~ready)))
                undecided = min(undecided, int(places[~ready].min()))
            some = onsets.take(ready)
            whole = Onsets(some.seconds + shift_s, some.values, some.widths_s)
            picks: list[Pick | None] = [None] * len(some)
            for index, view in self._waves.views(places[ready], self._head.start_ns):
                found = describe(
                    view,
                    label,
                    whole.take(index),
                    model=self._spec.name,
                    uncertainty_s=_uncertainty_s(self._spec, label, some.widths_s[index]),
                    stretch=self._stretch,
                )
                for k, pick in zip(index.tolist(), found, strict=True):
                    picks[k] = pick
            self._described.setdefault(label, []).append((some, [pick for pick in picks if pick is not None]))
        self._waiting = waiting
        self._waves.forget(undecided - around)


def _uncertainty_s(spec: Spec, label: str, widths_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the uncertainty of onsets: by the width of their peaks where the Spec says how."""
    same = np.full(len(widths_s), spec.uncertainty_s.get(label, math.nan))
    if label not in spec.uncertainty_widths:
        return same
    return np.where(np.isnan(widths_s), same, spec.uncertainty_widths[label] * widths_s)


class _Waves:
    """The last samples of a record at the picker's rate.

    Parameters
    ----------
    head : Head
        Of the whole record.
    """

    def __init__(self, head: Head) -> None:
        self._head, self._first = head, 0
        self._data: Float32 = np.zeros((len(COMPONENTS), 0), dtype=np.float32)
        self._valid: Mask = np.zeros((len(COMPONENTS), 0), dtype=bool)
        self._begins: list[int] = []
        self._words: list[tuple[frozenset[str], Mask]] = []

    @property
    def end(self) -> int:
        """Index after the last sample that has come."""
        return self._first + self._data.shape[1]

    def add(self, record: Record, core: slice) -> None:
        """Take the samples of a piece and what is said about them."""
        self._begins.append(self.end)
        valid = record.valid[:, core]
        self._words.append((record.flags, np.asarray(valid.any(axis=1))))
        self._data = np.concatenate([self._data, record.data[:, core]], axis=1)
        self._valid = np.concatenate([self._valid, valid], axis=1)

    def views(
        self, places: npt.NDArray[np.float64], start_ns: int
    ) -> Iterator[tuple[npt.NDArray[np.int64], View]]:
        """Yield the numbers of the onsets of each piece and what is at hand around them."""
        pieces = np.searchsorted(self._begins, places, side="right") - 1
        for piece in np.unique(pieces).tolist():
            flags, live = self._words[max(0, piece)]
            record = Record(
                *(self._head.station_id, self._head.channel_prefix, self._data, self._valid),
                *(0, self._head.rate_hz, flags),
            )
            view = View(record, self._first, self._head.samples, start_ns, live)
            yield np.flatnonzero(pieces == piece), view

    def forget(self, before: int) -> None:
        """Let go of the samples before an index."""
        count = min(before - self._first, self._data.shape[1])
        if count > 0:
            self._data, self._valid = self._data[:, count:].copy(), self._valid[:, count:].copy()
            self._first += count
