"""Cut a record into windows and stack what a network said about them back onto the record."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from onsets.spec import Spec
from onsets.types import COMPONENTS, Float32, Mask, Record, Windows

__all__ = ["Stack", "cut", "window_starts"]


def window_starts(samples: int, spec: Spec, phase: int = 0) -> npt.NDArray[np.int64]:
    """Return the first sample of each window so that every sample of a record is covered.

    Windows follow each other by ``spec.hop_samples``; the last one ends with the record, or so little
    after it that it begins at a multiple of ``spec.anchor_samples``. A record shorter than a window has
    one window that starts with it.

    Parameters
    ----------
    samples : int
        Length of the record.
    spec : Spec
    phase : int
        Samples by which the record begins after a place where a window would, a multiple of
        ``spec.anchor_samples``; a window begins with the record in any case.

    Examples
    --------
    >>> spec = Spec(name="x", network="x", rate_hz=100.0, samples=10, hop_samples=6, outputs=("P",))
    >>> spec.anchor_samples, window_starts(21, spec).tolist(), window_starts(3, spec).tolist()
    (2, [0, 6, 12], [0])
    >>> window_starts(21, spec, phase=2).tolist()
    [0, 4, 10, 12]
    """
    last = max(0, samples - spec.samples)
    last = -(-last // spec.anchor_samples) * spec.anchor_samples
    starts = np.arange(-phase % spec.hop_samples, last + 1, spec.hop_samples, dtype=np.int64)
    return np.asarray(np.unique(np.concatenate([[0], starts, [last]])), dtype=np.int64)


def cut(
    record: Record,
    spec: Spec,
    batch: int = 32,
    *,
    starts: npt.NDArray[np.int64] | None = None,
    first: int = 0,
) -> Iterator[Windows]:
    """Yield a record's windows in batches, components in the order of the Spec.

    Windows without any valid sample are left out. Samples beyond the end are zeros and not valid. Where
    nothing is missing they are views of the record, which may not be written to.

    Parameters
    ----------
    record : Record
        At ``spec.rate_hz``.
    spec : Spec
    batch : int
        Windows at once.
    starts : ndarray of int64, optional
        First samples of the windows wanted; all that :func:`window_starts` names when not given.
    first : int
        Where the record is a piece of one: index there of its first sample, as ``starts`` count.
    """
    rows = [COMPONENTS.index(component) for component in spec.components]
    if starts is None:
        starts = window_starts(record.samples, spec)
    whole = record.samples > 0 and bool(record.valid[rows].all())
    if not whole:
        recorded = np.concatenate([[0], np.cumsum(record.valid[rows].any(axis=0))])
        begins = starts - first
        starts = starts[recorded[np.minimum(begins + spec.samples, record.samples)] > recorded[begins]]
    in_order = slice(None) if rows == [0, 1, 2] else slice(None, None, -1) if rows == [2, 1, 0] else rows
    x, good = record.data[in_order], record.valid[in_order]
    for k in range(0, len(starts), batch):
        some = starts[k : k + batch]
        if whole and (view := _evenly(x, some - first, spec.samples)) is not None:
            yield Windows(view, np.broadcast_to(np.True_, view.shape), some)
            continue
        data = np.empty((len(some), len(rows), spec.samples), dtype=np.float32)
        valid = np.broadcast_to(np.True_, data.shape) if whole else np.empty(data.shape, dtype=bool)
        for j, start in enumerate((some - first).tolist()):
            n = min(spec.samples, record.samples - start)
            if n < spec.samples:
                data[j, :, n:] = 0
                valid = np.array(valid)
                valid[j, :, n:] = False
            data[j, :, :n] = x[:, start : start + n]
            if not whole:
                valid[j, :, :n] = good[:, start : start + n]
        yield Windows(data, valid, some)


def _evenly(x: Float32, begins: npt.NDArray[np.int64], length: int) -> Float32 | None:
    """Return windows as a view that may not be written to; None where they are not evenly spaced within."""
    gaps = np.diff(begins)
    if begins[-1] + length > x.shape[1] or (len(gaps) and (gaps != gaps[0]).any()):
        return None
    row, step = x.strides
    hop = step * (int(gaps[0]) if len(gaps) else 1)
    shape = (len(begins), len(x), length)
    return np.lib.stride_tricks.as_strided(x[:, int(begins[0]) :], shape, (hop, row, step), writeable=False)


class Stack:
    """Overlapping windows' outputs put together on the record's own axis.

    Parameters
    ----------
    samples : int
        Length of the record.
    rows : int
        Rows of the output; the second half of a per-segment network's rows belongs to the first
        half, row by row, and goes with it.
    spec : Spec
        Gives segment, blinding and ``mean`` or ``max``.

    Notes
    -----
    ``spec.blinding_samples`` at each window end do not count, except at the ends of the record,
    where no other window could speak: nothing is lost there. ``max`` keeps, value by value, the
    window that said most. Windows come by their starts; what no later one can change may be taken
    out by :meth:`settle`, so that only the last few windows' values are held.
    """

    def __init__(self, samples: int, rows: int, spec: Spec) -> None:
        self.step, self.mode = spec.segment_samples, spec.stacking
        self.blind = spec.blinding_samples // self.step
        self.halves = 2 if spec.output_kind == "per_segment" else 1
        self.length = max(1, -(-samples // self.step))
        self.last = int(window_starts(samples, spec)[-1])
        self.first = 0
        """Index of the first value that is held."""
        self._used = 0  # held values from this one on are 0
        self.total = np.zeros((rows, 0), dtype=np.float32)
        self.count = np.zeros(0, dtype=np.float32)

    def _hold(self, end: int) -> None:
        """Make room up to value ``end``."""
        self._used = max(self._used, end - self.first)
        if self._used > len(self.count):
            more = max(self._used - len(self.count), len(self.count))
            self.total = np.pad(self.total, ((0, 0), (0, more)))
            self.count = np.pad(self.count, (0, more))

    def add(self, starts: npt.NDArray[np.int64], values: Float32) -> None:
        """Add windows.

        Parameters
        ----------
        starts : ndarray of int64, shape (windows,)
            First sample of each, increasing.
        values : ndarray of float32, shape (windows, rows, values)
        """
        width = values.shape[2]
        inner = slice(int(starts[0] == 0), len(starts) - int(starts[-1] == self.last))
        gaps = np.diff(starts[inner])
        hop = int(gaps[0]) // self.step if len(gaps) else 0
        if self.mode == "mean" and 2 * hop >= width and (gaps == gaps[0]).all():
            # every other window: no two of them meet; the last, where three may meet, comes last
            if starts[0] == 0:
                self._add_one(0, values[0])
            for odd in (0, 1):
                self._add_apart(int(starts[inner][odd]) // self.step, values[inner][odd::2], 2 * hop)
            if starts[-1] == self.last:
                self._add_one(self.last, values[-1])
            return
        for start, value in zip(starts.tolist(), values, strict=True):
            self._add_one(start, value)

    def _add_apart(self, at: int, values: Float32, distance: int) -> None:
        """Add windows that begin at value ``at`` and every ``distance`` values after it, for the mean."""
        count, rows, width = values.shape
        self._hold(at + count * distance)
        here = slice(at - self.first, at - self.first + count * distance)
        heard = slice(self.blind, width - self.blind)
        total = self.total[:, here].reshape(rows, count, distance)  # a view
        total[:, :, heard] += values[:, :, heard].transpose(1, 0, 2)
        self.count[here].reshape(count, distance)[:, heard] += 1

    def _add_one(self, start: int, value: Float32) -> None:
        left = 0 if start == 0 else self.blind
        right = value.shape[1] - (0 if start == self.last else self.blind)
        at = start // self.step
        self._hold(at + right)
        here = slice(at + left - self.first, at + right - self.first)
        total, new = self.total[:, here], value[:, left:right]
        if self.mode == "max":
            leading = len(total) // self.halves
            more = (new[:leading] > total[:leading]) | (self.count[here] == 0)
            np.copyto(total, new, where=more if self.halves == 1 else np.tile(more, (self.halves, 1)))
        else:
            total += new
        self.count[here] += 1

    def settle(self, before: int | None = None) -> tuple[Float32, Mask]:
        """Take out the values that are final.

        Parameters
        ----------
        before : int, optional
            First sample of the next window; none is to come when not given.

        Returns
        -------
        values : ndarray of float32, shape (rows, n)
            The next n values of the record, 0 where no window spoke.
        spoken : ndarray of bool, shape (n,)
            Where one did.
        """
        end = self.length if before is None else min(before // self.step, self.length)
        self._hold(end)
        n = max(0, end - self.first)
        count = self.count[:n]
        values = self.total[:, :n] / np.maximum(count, 1) if self.mode == "mean" else self.total[:, :n].copy()
        spoken = np.asarray(count > 0)
        for held in (self.total, self.count):
            held[..., : self._used - n] = held[..., n : self._used].copy()
            held[..., self._used - n : self._used] = 0
        self.first, self._used = self.first + n, self._used - n
        return values, spoken
