"""Cut a record into windows and stack what a network said about them back onto the record."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from onsets.spec import Spec
from onsets.types import COMPONENTS, Float32, Mask, Record, Windows

__all__ = ["Stack", "cut", "window_starts"]


def window_starts(samples: int, spec: Spec) -> npt.NDArray[np.int64]:
    """Return the first sample of each window so that every sample of a record is covered.

    Windows follow each other by ``spec.hop_samples``; the last one ends with the record (rounded up
    to a whole segment). A record shorter than a window has one window that starts with it.

    Parameters
    ----------
    samples : int
        Length of the record.
    spec : Spec

    Examples
    --------
    >>> spec = Spec(name="x", network="x", rate_hz=100.0, samples=10, hop_samples=4, outputs=("P",))
    >>> window_starts(21, spec).tolist(), window_starts(3, spec).tolist()
    ([0, 4, 8, 11], [0])
    """
    last = max(0, samples - spec.samples)
    last = -(-last // spec.segment_samples) * spec.segment_samples
    starts = np.arange(0, last + 1, spec.hop_samples, dtype=np.int64)
    return starts if starts[-1] == last else np.append(starts, last)


def cut(record: Record, spec: Spec, batch: int = 32) -> Iterator[Windows]:
    """Yield a record's windows in batches, components in the order of the Spec.

    Windows without any valid sample are left out. Samples beyond the end are zeros and not valid.

    Parameters
    ----------
    record : Record
        At ``spec.rate_hz``.
    spec : Spec
    batch : int
        Windows at once.
    """
    rows = [COMPONENTS.index(component) for component in spec.components]
    starts = window_starts(record.samples, spec)
    recorded = np.concatenate([[0], np.cumsum(record.valid[rows].any(axis=0))])
    ends = np.minimum(starts + spec.samples, record.samples)
    starts = starts[recorded[ends] > recorded[starts]]
    for first in range(0, len(starts), batch):
        some = starts[first : first + batch]
        data = np.zeros((len(some), len(rows), spec.samples), dtype=np.float32)
        valid = np.zeros(data.shape, dtype=bool)
        for k, start in enumerate(some):
            n = min(spec.samples, record.samples - start)
            data[k, :, :n] = record.data[rows, start : start + n]
            valid[k, :, :n] = record.valid[rows, start : start + n]
        yield Windows(data, valid, some)


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
    window that said most.
    """

    def __init__(self, samples: int, rows: int, spec: Spec) -> None:
        self.step, self.mode = spec.segment_samples, spec.stacking
        self.blind = spec.blinding_samples // self.step
        self.halves = 2 if spec.output_kind == "per_segment" else 1
        self.length = max(1, -(-samples // self.step))
        self.last = int(window_starts(samples, spec)[-1])
        self.total = np.zeros((rows, self.length), dtype=np.float32)
        self.count = np.zeros(self.length, dtype=np.float32)

    def add(self, starts: npt.NDArray[np.int64], values: Float32) -> None:
        """Add windows.

        Parameters
        ----------
        starts : ndarray of int64, shape (windows,)
            First sample of each.
        values : ndarray of float32, shape (windows, rows, values)
        """
        for start, value in zip(starts, values, strict=True):
            left = 0 if start == 0 else self.blind
            right = value.shape[1] - (0 if start == self.last else self.blind)
            at = int(start) // self.step
            right = min(right, self.length - at)
            here = slice(at + left, at + right)
            total, new = self.total[:, here], value[:, left:right]
            if self.mode == "max":
                leading = len(total) // self.halves
                more = (new[:leading] > total[:leading]) | (self.count[here] == 0)
                np.copyto(total, new, where=np.tile(more, (self.halves, 1)))
            else:
                total += new
            self.count[here] += 1

    def result(self) -> tuple[Float32, Mask]:
        """Return the stacked values ``(rows, n)``, 0 where no window spoke, and where one did ``(n,)``."""
        if self.mode == "mean":
            self.total /= np.maximum(self.count, 1)
            self.count = np.minimum(self.count, 1)
        return self.total, np.asarray(self.count > 0)
