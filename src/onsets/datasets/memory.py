"""A dataset of records that are in memory: synthetics, or anything that a program made itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.datasets.dataset import Dataset, fill_columns
from onsets.errors import ConfigError
from onsets.types import COMPONENTS, Float32

__all__ = ["ArrayWaveforms", "dataset_of_arrays"]


class ArrayWaveforms:
    """Records of one length in one array.

    Parameters
    ----------
    data : ndarray of float32, shape (n, rows, samples)
    rows : tuple of int
        Which of Z N E each row is; the others are absent.
    """

    def __init__(self, data: Float32, rows: tuple[int, ...]) -> None:
        self.data, self.rows = data, rows
        self.finite = bool(np.isfinite(data).all())

    def read_one(self, k: int) -> Float32:
        """Return record ``k``, shape (3, samples)."""
        out = np.zeros((len(COMPONENTS), self.data.shape[2]), np.float32)
        out[list(self.rows)] = self.data[k]
        return out


def dataset_of_arrays(
    data: npt.NDArray[Any],
    arrivals: npt.NDArray[np.float64],
    rate_hz: float,
    *,
    components: str = COMPONENTS,
    columns: Mapping[str, Any] | None = None,
) -> Dataset:
    """Take records of one length and rate as a dataset; :func:`onsets.datasets.write_shards` stores it.

    Parameters
    ----------
    data : ndarray, shape (n, components, samples)
        Kept, not copied.
    arrivals : ndarray of float64, shape (n, 2)
        P and S, samples, fractional; NaN without label.
    rate_hz : float
    components : str
        What the rows of each record are, such as ``Z``; components that are not there are zeros.
    columns : mapping, optional
        More of :data:`onsets.datasets.COLUMNS`; single values are repeated. Without ``name`` and
        ``event_id`` each record is called by its number and is an event of its own.

    Returns
    -------
    Dataset

    Raises
    ------
    ConfigError
        If shapes do not fit, a component or column is unknown, or the rate is not above 0.

    Examples
    --------
    >>> data, arrivals = np.ones((2, 1, 8), np.float32), np.array([[1, 4], [2, 5]])
    >>> dataset_of_arrays(data, arrivals, 5.0, components="Z").read([1])[0].arrivals
    {'P': 2.0, 'S': 5.0}
    """
    if data.ndim != 3 or data.shape[1] != len(components) or arrivals.shape != (len(data), 2):
        raise ConfigError(
            f"records of shape {data.shape} with arrivals {arrivals.shape}, "
            f"expected (n, {len(components)}, samples) with (n, 2)"
        )
    if len(set(components)) != len(components) or not set(components) <= set(COMPONENTS):
        raise ConfigError(f"components {components!r}, expected some of {COMPONENTS}")
    if not rate_hz > 0:
        raise ConfigError(f"rate {rate_hz} Hz, expected above 0")
    count, (p, s) = len(data), np.asarray(arrivals, np.float64).T
    names = np.array([f"{k:07d}" for k in range(count)])
    own = {"name": names, "event_id": names, "dataset": "memory", **(columns or {})}
    fixed = {"samples": data.shape[2], "rate_hz": rate_hz, "p_sample": p, "s_sample": s}
    rows = fill_columns({"category": "earthquake", **own, **fixed}, count)
    rows_of = tuple(COMPONENTS.index(component) for component in components)
    return Dataset(rows, ArrayWaveforms(np.asarray(data, np.float32), rows_of), np.arange(count))
