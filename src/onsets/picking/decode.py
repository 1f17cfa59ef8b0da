"""Curves to onsets: the one place where a threshold becomes a time."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.types import Curve, Float32

__all__ = ["Decoder", "Detector", "Onsets", "decode", "intervals", "thin"]


@dataclass(frozen=True, slots=True, eq=False)
class Onsets:
    """Onsets of one phase.

    Attributes
    ----------
    seconds : ndarray of float64, shape (n,)
        Time after the curve's start, s; increasing.
    values : ndarray of float64, shape (n,)
        Probability or ratio there.
    widths_s : ndarray of float64, shape (n,)
        Standard deviation of the Gaussian through the peak and its two neighbours, s: how wide the curve
        is at its top. NaN (all, if not given) where it is not such a peak.
    """

    seconds: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]
    widths_s: npt.NDArray[np.float64] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.widths_s is None:
            object.__setattr__(self, "widths_s", np.full(len(self.seconds), np.nan))

    def __len__(self) -> int:
        return len(self.seconds)

    def take(self, index: npt.NDArray[Any]) -> Onsets:
        """Return those of a mask or an index array."""
        return Onsets(self.seconds[index], self.values[index], self.widths_s[index])

    @classmethod
    def concat(cls, parts: Iterable[Onsets]) -> Onsets:
        """Join onsets of one phase."""
        some = list(parts)
        nothing = np.zeros(0)
        return cls(
            np.concatenate([nothing, *(part.seconds for part in some)]),
            np.concatenate([nothing, *(part.values for part in some)]),
            np.concatenate([nothing, *(part.widths_s for part in some)]),
        )


def intervals(values: Float32, on: float, off: float | None = None) -> npt.NDArray[np.int64]:
    """Return first and last index of each stretch that reaches ``on`` and stays at or above ``off``.

    Parameters
    ----------
    values : ndarray, shape (n,)
    on, off : float
        ``off`` is ``on`` when not given.

    Returns
    -------
    ndarray of int64, shape (stretches, 2)

    Examples
    --------
    >>> intervals(np.array([0, 3, 1, 0, 2, 3], dtype=np.float32), on=3, off=1).tolist()
    [[1, 2], [4, 5]]
    """
    high, low = (np.asarray(level, dtype=values.dtype) for level in (on, on if off is None else off))
    above = np.concatenate([[False], values >= low, [False]])
    edges = np.flatnonzero(above[1:] != above[:-1]).reshape(-1, 2)
    if len(edges) == 0:
        return np.zeros((0, 2), dtype=np.int64)
    if len(edges) < 100:
        peaks = np.array([values[a:b].max() for a, b in edges.tolist()])
    else:
        peaks = np.maximum.reduceat(np.append(values, -np.inf), edges.ravel())[::2]
    return np.asarray(edges[peaks >= high] - [0, 1], dtype=np.int64)


def decode(
    curve: Curve, thresholds: Mapping[str, float], separation_s: float = 0.5, decoding: str = "peaks"
) -> dict[str, Onsets]:
    """Find the onsets of each phase in a curve.

    A *probability a sample* gives one onset at the highest point of each stretch above the
    threshold, moved by the parabola through its neighbours, or in the middle of a flat top. A curve
    with offsets (LPPN) gives one at the highest point of each stretch, at the time its offset says.
    A *ratio* gives the moment at which the threshold is first reached, once until the ratio falls
    below half of it. With ``trigger`` a probability gives its highest sample between reaching the
    threshold and falling below half of it, and onsets may be as near each other as they like.

    Parameters
    ----------
    curve : Curve
    thresholds : mapping
        By label; labels without a threshold give no onsets.
    separation_s : float
        Of two onsets of one phase nearer than this, the higher one stays.
    decoding : str
        ``peaks`` or ``trigger``, see :class:`onsets.spec.Spec`.

    Returns
    -------
    dict of str to Onsets
        One entry a label that has a threshold, ``detection`` left out.
    """
    decoder = Decoder(curve.labels, curve.rate_hz, thresholds, separation_s, decoding, curve.kind)
    decoder.feed(curve.values, curve.offsets_s)
    return decoder.finish()


class Decoder:
    """Decodes a curve that comes piece by piece, as :func:`decode` does the whole.

    Parameters
    ----------
    labels : sequence of str
        Rows of the curve.
    rate_hz : float
        Values a second.
    thresholds, separation_s, decoding
        As for :func:`decode`.
    kind : str
        Of the curve.
    """

    def __init__(
        self,
        labels: Sequence[str],
        rate_hz: float,
        thresholds: Mapping[str, float],
        separation_s: float = 0.5,
        decoding: str = "peaks",
        kind: str = "probability",
    ) -> None:
        self.separation_s = 0.0 if decoding == "trigger" else separation_s
        self._rows = {
            label: _Row(thresholds[label], rate_hz, "ratio" if kind == "ratio" else decoding)
            for label in labels
            if label in thresholds and label != "detection"
        }
        self._labels = list(labels)

    @property
    def undecided(self) -> int:
        """Index of the first value that a stretch not yet closed may begin with."""
        return min((row.first for row in self._rows.values()), default=0)

    def feed(self, values: Float32, offsets_s: Float32 | None = None) -> dict[str, Onsets]:
        """Take the next values, shape (labels, n); return the onsets of stretches that are closed.

        They are not yet thinned: of two that are near each other both are returned.
        """
        return {
            label: row.feed(
                values[self._labels.index(label)],
                None if offsets_s is None else offsets_s[self._labels.index(label)],
            )
            for label, row in self._rows.items()
        }

    def close(self) -> dict[str, Onsets]:
        """End the curve; return the onsets of the stretches that were still open."""
        return {label: row.close() for label, row in self._rows.items()}

    def finish(self) -> dict[str, Onsets]:
        """End the curve; return all onsets, of those near each other the highest."""
        self.close()
        found = {label: Onsets.concat(row.found) for label, row in self._rows.items()}
        return {label: some.take(thin(some, self.separation_s)) for label, some in found.items()}


class _Row:
    """One label's curve: what of it is undecided and the onsets found so far."""

    def __init__(self, threshold: float, rate_hz: float, decoding: str) -> None:
        self._threshold, self._rate_hz, self._decoding = threshold, rate_hz, decoding
        self.first = 0
        self._values: Float32 = np.zeros(0, dtype=np.float32)
        self._offsets: Float32 | None = None
        self.found: list[Onsets] = []

    def feed(self, values: Float32, offsets_s: Float32 | None) -> Onsets:
        values = np.concatenate([self._values, values])
        if offsets_s is not None and self._offsets is not None:
            offsets_s = np.concatenate([self._offsets, offsets_s])
        below = values[::-1] < self._threshold * (1.0 if self._decoding == "peaks" else 0.5)
        end = len(values) - int(below.argmax()) if below.any() else 0
        self._values, self._offsets = values, offsets_s
        return self._decide(end)

    def close(self) -> Onsets:
        return self._decide(len(self._values))

    def _decide(self, end: int) -> Onsets:
        """Find the onsets before an index that no stretch crosses; its last value stays as neighbour."""
        values, threshold = self._values[:end], self._threshold
        widths = None
        if self._decoding == "ratio":
            places, shifts, top = _crossings(values, threshold)
        elif self._offsets is not None:
            places, shifts, top = _highest(values, intervals(values, threshold))
        elif self._decoding == "trigger":
            stretches = intervals(values, threshold, threshold / 2)
            places, shifts, top = _highest(values, stretches)
        else:
            places, shifts, top = _peaks(values, threshold)
            widths = _widths(values, places) / self._rate_hz
        seconds = (places + self.first + shifts) / self._rate_hz
        if self._offsets is not None:
            seconds = seconds + self._offsets[places].astype(np.float64)
        keep = max(0, end - 1)
        self._values, self.first = self._values[keep:], self.first + keep
        if self._offsets is not None:
            self._offsets = self._offsets[keep:]
        self.found.append(Onsets(seconds, top, widths))  # type: ignore[arg-type]
        return self.found[-1]


_Places = tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]]
"""Index of the value, samples from there to the onset, value."""


def _crossings(values: Float32, threshold: float) -> _Places:
    stretches = intervals(values, threshold, threshold / 2)
    first = [int(a + np.argmax(values[a : b + 1] >= threshold)) for a, b in stretches]
    top = [float(values[a : b + 1].max()) for a, b in stretches]
    return np.array(first, dtype=np.int64), np.zeros(len(first)), np.array(top, dtype=np.float64)


def _highest(values: Float32, stretches: npt.NDArray[np.int64]) -> _Places:
    best = [a + int(values[a : b + 1].argmax()) for a, b in stretches.tolist()]
    return np.array(best, dtype=np.int64), np.zeros(len(best)), values[best].astype(np.float64)


def _peaks(values: Float32, threshold: float) -> _Places:
    at, shifts, top = [], [], []
    for a, b in intervals(values, threshold).tolist():
        k = a + int(values[a : b + 1].argmax())
        lower = np.flatnonzero(values[k : b + 1] < values[k])
        flat = int(lower[0]) if len(lower) else b + 1 - k
        shift = (flat - 1) / 2
        if flat == 1 and 0 < k < len(values) - 1:
            left, mid, right = values[k - 1 : k + 2].tolist()
            bend = left - 2 * mid + right
            shift = max(-0.5, min(0.5, 0.5 * (left - right) / bend)) if bend < 0 else 0.0
        at.append(k)
        shifts.append(shift)
        top.append(float(values[k]))
    return np.array(at, dtype=np.int64), np.array(shifts, dtype=np.float64), np.array(top, dtype=np.float64)


def _widths(values: Float32, places: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return the standard deviation of the Gaussian through each peak and its neighbours, values."""
    inner = np.clip(places, 1, max(1, len(values) - 2))
    if len(values) < 3:
        return np.full(len(places), np.nan)
    left, mid, right = (np.maximum(values[inner + k].astype(np.float64), 1e-9) for k in (-1, 0, 1))
    bend = np.log(left) - 2 * np.log(mid) + np.log(right)
    good = (inner == places) & (bend < 0) & (left < mid) & (right < mid)
    return np.where(good, np.sqrt(-1 / np.where(good, bend, -1.0)), np.nan)


def thin(onsets: Onsets, separation_s: float) -> npt.NDArray[np.int64]:
    """Return the numbers, by time, of the onsets that stay when of two that are too near the higher stays."""
    times: list[float] = []
    kept = []
    for k in np.argsort(-onsets.values, kind="stable"):
        second = float(onsets.seconds[k])
        at = bisect.bisect(times, second)
        if all(abs(second - near) >= separation_s for near in times[max(0, at - 1) : at + 1]):
            times.insert(at, second)
            kept.append(int(k))
    kept.sort(key=lambda k: float(onsets.seconds[k]))
    return np.array(kept, dtype=np.int64)


class Detector:
    """Finds the stretches of a curve that comes piece by piece.

    Parameters
    ----------
    threshold : float
    decoding : str
        With ``trigger`` a stretch goes from reaching the threshold to falling below half of it.
    """

    def __init__(self, threshold: float, decoding: str = "peaks") -> None:
        self._on, self._trigger = threshold, decoding == "trigger"
        self._off = threshold / 2 if self._trigger else threshold
        self._values: Float32 = np.zeros(0, dtype=np.float32)
        self._first = 0

    def feed(self, values: Float32) -> list[tuple[int, int, float]]:
        """Take the next values; return first and last index and highest value of stretches now over."""
        self._values = np.concatenate([self._values, values])
        below = self._values[::-1] < self._off
        return self._decide(len(self._values) - int(below.argmax()) if below.any() else 0)

    def close(self) -> list[tuple[int, int, float]]:
        """End the curve; return the stretch that is still open, if there is one."""
        return self._decide(len(self._values))

    def _decide(self, end: int) -> list[tuple[int, int, float]]:
        found = []
        for a, b in intervals(self._values[:end], self._on, self._off).tolist():
            some = self._values[a : b + 1]
            begin = a + int((some >= self._on).argmax()) if self._trigger else a
            found.append((self._first + begin, self._first + b, float(some.max())))
        self._values, self._first = self._values[end:], self._first + end
        return found
