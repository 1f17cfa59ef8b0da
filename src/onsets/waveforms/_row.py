"""One component on a grid of times, filled trace by trace."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onsets.types import Float32, Mask

__all__ = ["Row"]


class Row:
    """Samples of one component, which of them are valid, and where traces contradict each other.

    Parameters
    ----------
    data : ndarray of float32, shape (samples,)
        Zeros; filled in place.
    valid : ndarray of bool, shape (samples,)
        False; filled in place.
    """

    def __init__(self, data: Float32, valid: Mask) -> None:
        self.data, self.valid = data, valid
        self.conflicts: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)
        """Samples for which different values came; they are not valid."""
        self.bad: list[npt.NDArray[np.int64]] = []
        """Samples that were NaN, infinite or beyond float32, trace by trace."""
        self._filled = 0

    @property
    def unusable(self) -> int:
        """How many samples were NaN, infinite or beyond float32."""
        return sum(len(some) for some in self.bad)

    @classmethod
    def empty(cls, samples: int) -> Row:
        """A row of its own."""
        return cls(np.zeros(samples, dtype=np.float32), np.zeros(samples, dtype=bool))

    def place(self, at: int, x: npt.NDArray[np.generic], tolerance: float = 0.0) -> None:
        """Put samples at an index; what is there already must agree or both are given up.

        Parameters
        ----------
        at : int
            Index of the first; traces should come in the order of their times.
        x : ndarray, shape (n,)
            Numbers of any kind.
        tolerance : float
            Difference that is forgiven, as a share of the largest sample of the overlap.
        """
        over = max(0, min(self._filled - at, len(x)))
        if over:
            self._merge(at, x[:over], tolerance)
        if over < len(x):
            here = slice(at + over, at + len(x))
            self._fill(at + over, self.data[here], self.valid[here], x[over:])
        self._filled = max(self._filled, at + len(x))

    def _fill(self, at: int, data: Float32, valid: Mask, x: npt.NDArray[np.generic]) -> None:
        """Copy samples, zeros where they are no finite numbers."""
        with np.errstate(over="ignore", invalid="ignore"):
            data[:] = x
        if x.dtype.kind == "f":
            np.isfinite(data, out=valid)
            if not valid.all():
                data[~valid] = 0
                self.bad.append(np.flatnonzero(~valid) + at)
        else:
            valid[:] = True

    def _merge(self, at: int, x: npt.NDArray[np.generic], tolerance: float) -> None:
        """Compare samples with what is there."""
        new, good = np.empty(len(x), dtype=np.float32), np.empty(len(x), dtype=bool)
        self._fill(at, new, good, x)
        here = slice(at, at + len(x))
        data, valid = self.data[here], self.valid[here]
        both = good & valid
        differ = both & (data != new)
        if tolerance and differ.any():
            largest = max(float(np.abs(data[both]).max()), float(np.abs(new[both]).max()))
            differ &= np.abs(data - new) > tolerance * largest
        fresh = good & ~valid
        if len(self.conflicts):
            a, b = np.searchsorted(self.conflicts, [at, at + len(x)])
            fresh[self.conflicts[a:b] - at] = False  # once contradicted, never believed again
        data[fresh] = new[fresh]
        valid |= fresh
        if differ.any():
            data[differ], valid[differ] = 0, False
            self.conflicts = np.union1d(self.conflicts, np.flatnonzero(differ) + at)
