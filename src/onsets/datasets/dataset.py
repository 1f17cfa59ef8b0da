"""Labelled records as columns, their waveforms read when asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from onsets.errors import CatalogueError, ConfigError, WaveformError, nearest
from onsets.types import Float32, Problem, Record, Sample
from onsets.waveforms import resample

__all__ = [
    "COLUMNS",
    "PHASES",
    "Dataset",
    "Rows",
    "Waveforms",
    "all_finite",
    "at_rate",
    "fill_columns",
    "join",
]

PHASES = ("P", "S")
TEXTS = ("name", "dataset", "station_id", "event_id", "category", "split", "p_status", "s_status")
NUMBERS = (
    *("rate_hz", "p_sample", "s_sample", "coda_end_sample", "snr_db", "lowest_snr_db"),
    *("magnitude", "distance_km", "depth_km"),
    *("station_latitude", "station_longitude", "source_latitude", "source_longitude"),
)
COLUMNS: dict[str, str] = {
    **dict.fromkeys(TEXTS, "U"),
    **dict.fromkeys(NUMBERS, "f8"),
    "samples": "i8",
    "start_ns": "M8[ns]",
}
"""Column -> kind: text (empty where unknown), number (NaN), count, time of sample 0 (NaT)."""

Rows = dict[str, npt.NDArray[Any]]


class Waveforms(Protocol):
    """Where the samples of records lie."""

    @property
    def finite(self) -> bool:
        """True when no sample can be NaN or infinite."""
        ...

    def read_one(self, k: int) -> Float32:
        """Return record ``k``, shape (3, samples), rows Z N E; it may be a read-only view."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Labelled records: columns in memory, waveforms in files.

    Attributes
    ----------
    rows : dict of ndarray, each of shape (n,)
        The columns of :data:`COLUMNS`. ``p_sample`` and ``s_sample`` are fractional sample indices,
        NaN where there is no label; ``category`` is ``earthquake``, ``noise`` or empty (unknown);
        ``event_id`` is what a split must not cut through; ``snr_db`` is the mean and
        ``lowest_snr_db`` the least of the components.
    waveforms : Waveforms
        Reads single records.
    places : ndarray of int64, shape (n,)
        Number of each row's record in ``waveforms``.
    problems : tuple of Problem
        Records and labels that could not be used, each with its reason.

    Examples
    --------
    >>> data = open_dataset("stead")                              # doctest: +SKIP
    >>> near = data.select(data.rows["distance_km"] < 100)        # doctest: +SKIP
    >>> samples = near.read(range(32), rate_hz=100.0)             # doctest: +SKIP
    """

    rows: Rows
    waveforms: Waveforms
    places: npt.NDArray[np.int64]
    problems: tuple[Problem, ...] = ()

    def __post_init__(self) -> None:
        for name in [*self.rows, *COLUMNS]:
            if name not in COLUMNS:
                raise ConfigError(f"unknown column {name!r} of a dataset; {nearest(name, list(COLUMNS))}")
            if name not in self.rows:
                raise ConfigError(f"a dataset lacks the column {name!r}")
            if self.rows[name].shape != self.places.shape:
                raise ConfigError(
                    f"column {name!r} has shape {self.rows[name].shape}, expected {self.places.shape}"
                )

    def __len__(self) -> int:
        return len(self.places)

    @property
    def arrivals(self) -> npt.NDArray[np.float64]:
        """Sample index of P and S, shape (n, 2); NaN where not labelled."""
        return np.stack([self.rows["p_sample"], self.rows["s_sample"]], axis=1)

    def select(self, mask: npt.ArrayLike | slice) -> Dataset:
        """Return the records of a mask, an index array or a slice; waveforms are shared."""
        index: Any = mask if isinstance(mask, slice) else np.asarray(mask)
        if not isinstance(index, slice):
            if index.size == 0 and index.dtype != np.bool_:
                index = index.astype(np.int64)
            if index.dtype == np.bool_ and index.shape != self.places.shape:
                raise ConfigError(f"mask has shape {index.shape}, expected {self.places.shape}")
        rows = {name: column[index] for name, column in self.rows.items()}
        return dataclasses.replace(self, rows=rows, places=self.places[index])

    def assign(self, **columns: npt.ArrayLike) -> Dataset:
        """Return the dataset with some columns replaced."""
        new = {name: np.asarray(column) for name, column in columns.items()}
        return dataclasses.replace(self, rows={**self.rows, **new})

    def part(self, name: str) -> Dataset:
        """Return the records of one part of the split.

        Raises
        ------
        CatalogueError
            If the part holds no record.
        """
        found = self.select(self.rows["split"] == name)
        if not len(found):
            known = ", ".join(sorted(set(self.rows["split"].tolist()) - {""})) or "none"
            raise CatalogueError(f"part {name!r} is empty: the dataset has parts {known}; onsets data split")
        return found

    def read(self, indices: Sequence[int] | npt.ArrayLike, *, rate_hz: float | None = None) -> list[Sample]:
        """Read records.

        Parameters
        ----------
        indices : sequence of int
            Rows, in any order.
        rate_hz : float, optional
            Resample to this rate; arrivals move along.

        Returns
        -------
        list of Sample
            With own memory; samples that were NaN or infinite are zero.

        Raises
        ------
        WaveformError
            If a record cannot be read.
        """
        out = []
        for i in np.asarray(indices, dtype=np.int64).ravel().tolist():
            row = {name: self.rows[name][i].item() for name in (*TEXTS[:4], "rate_hz")}
            data, scale = np.array(self._record(i)), 1.0
            if rate_hz is not None and row["rate_hz"] != rate_hz:
                data, scale = at_rate(data, row["rate_hz"], rate_hz), rate_hz / row["rate_hz"]
                row["rate_hz"] = rate_hz
            found = {phase: float(x) for phase, x in zip(PHASES, self.arrivals_of(i), strict=True)}
            arrivals = {phase: x * scale for phase, x in found.items() if x == x}
            out.append(Sample(data=data, arrivals=arrivals, **row))
        return out

    def arrivals_of(self, i: int) -> tuple[float, float]:
        """Return the P and S of one record, samples; NaN where not labelled."""
        return float(self.rows["p_sample"][i]), float(self.rows["s_sample"][i])

    def read_block(
        self,
        indices: Sequence[int] | npt.ArrayLike,
        out: Float32,
        first: npt.ArrayLike | None = None,
    ) -> Float32:
        """Read windows of records of one rate into an array; the fast way to a batch.

        Parameters
        ----------
        indices : sequence of int, shape (batch,)
        out : ndarray of float32, shape (batch, 3, samples)
            Filled in place; zeros where a record holds nothing.
        first : array of int, shape (batch,), optional
            Which sample of each record comes first, 0 if not given; may be negative.

        Returns
        -------
        ndarray
            ``out``.

        Raises
        ------
        CatalogueError
            If the records have several rates.
        WaveformError
            If a record cannot be read.
        """
        rows = np.asarray(indices, dtype=np.int64).ravel()
        starts = np.zeros(len(rows), np.int64) if first is None else np.asarray(first, np.int64).ravel()
        if out.shape[:2] != (len(rows), 3) or starts.shape != rows.shape:
            raise ConfigError(f"out has shape {out.shape}, expected ({len(rows)}, 3, samples)")
        rates = np.unique(self.rows["rate_hz"][rows])
        if len(rates) > 1:
            raise CatalogueError(f"records have rates {rates.tolist()} Hz, expected one; convert at one rate")
        width = out.shape[2]
        for k, (i, start) in enumerate(zip(rows.tolist(), starts.tolist(), strict=True)):
            data = self._record(i)
            a, b = max(0, start), min(data.shape[1], start + width)
            if b <= a:
                out[k] = 0
                continue
            out[k, :, : a - start] = 0
            out[k, :, a - start : b - start] = data[:, a:b]
            out[k, :, b - start :] = 0
        return out

    def _record(self, i: int) -> Float32:
        data = self.waveforms.read_one(int(self.places[i]))
        if data.shape != (3, int(self.rows["samples"][i])):
            raise WaveformError(
                f"{self.rows['dataset'][i]}/{self.rows['name'][i]} has shape {data.shape}, "
                f"expected (3, {self.rows['samples'][i]}) as its table says"
            )
        if self.waveforms.finite or all_finite(data):
            return data
        return np.nan_to_num(data, nan=0.0, posinf=0.0, neginf=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Joined:
    """Several stores one after another."""

    members: tuple[tuple[Waveforms, npt.NDArray[np.int64]], ...]
    ends: npt.NDArray[np.int64]
    finite: bool

    def read_one(self, k: int) -> Float32:
        m = int(np.searchsorted(self.ends, k, side="right"))
        waveforms, places = self.members[m]
        return waveforms.read_one(int(places[k - (int(self.ends[m - 1]) if m else 0)]))


def join(datasets: Sequence[Dataset]) -> Dataset:
    """Put datasets one after another, so that a split can see all of them.

    Parameters
    ----------
    datasets : sequence of Dataset
        At least one.

    Returns
    -------
    Dataset
    """
    if not datasets:
        raise ConfigError("no dataset to join; give at least one")
    if len(datasets) == 1:
        return datasets[0]
    store = _Joined(
        tuple((data.waveforms, data.places) for data in datasets),
        np.cumsum([len(data) for data in datasets]),
        all(data.waveforms.finite for data in datasets),
    )
    rows = {name: np.concatenate([data.rows[name] for data in datasets]) for name in COLUMNS}
    problems = tuple(problem for data in datasets for problem in data.problems)
    return Dataset(rows, store, np.arange(int(store.ends[-1])), problems)


def all_finite(data: Float32) -> bool:
    """Say whether no value is NaN or infinite: by the sum, which either would spoil, in a tenth of the time.

    Examples
    --------
    >>> all_finite(np.ones((3, 5), np.float32)), all_finite(np.array([[1, np.inf, -np.inf]], np.float32))
    (True, False)
    """
    with np.errstate(all="ignore"):
        total = data.sum()
    return bool(np.isfinite(total) or np.isfinite(data).all())  # large values may overflow a sum


def at_rate(data: Float32, rate_hz: float, wanted_hz: float) -> Float32:
    """Return components resampled by the one filter of :func:`onsets.waveforms.resample`."""
    record = Record("", "", data, np.ones(data.shape, dtype=bool), 0, rate_hz)
    return resample(record, wanted_hz).data


def fill_columns(columns: dict[str, Any], count: int) -> Rows:
    """Return all columns of a dataset, unknown where not given.

    Parameters
    ----------
    columns : dict
        Some of :data:`COLUMNS`; single values are repeated.
    count : int
        Number of records.
    """
    rows: Rows = {}
    for name, kind in COLUMNS.items():
        unknown: Any = {"U": "", "f8": np.nan, "i8": 0, "M8[ns]": np.datetime64("NaT")}[kind]
        dtype: Any = np.str_ if kind == "U" else kind
        values = np.asarray(columns.get(name, unknown), dtype=dtype)
        rows[name] = np.ascontiguousarray(np.broadcast_to(values, (count,)))
    unknown_names = set(columns) - set(COLUMNS)
    if unknown_names:
        name = min(unknown_names)
        raise ConfigError(f"unknown column {name!r} of a dataset; {nearest(name, list(COLUMNS))}")
    return rows


def dataset_folder(path: str | Path) -> Path:
    """Return the path of a dataset that is there.

    Raises
    ------
    ConfigError
        If there is nothing.
    """
    root = Path(path)
    if not root.exists():
        raise ConfigError(f"no dataset at {root}")
    return root
