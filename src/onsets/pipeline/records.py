"""Synthetic records to a labelled dataset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from onsets.datasets import Dataset, fill_columns, write_seisbench, write_shards
from onsets.errors import ConfigError, nearest
from onsets.synthetics import (
    Drawn,
    GreensOptions,
    GreensTable,
    RecordOptions,
    draw_sources,
    greens_table,
    records_of,
)
from onsets.types import Float32

__all__ = ["LAYOUTS", "RecordsPlan", "dataset_of_sources", "write_records"]

LAYOUTS = ("shards", "seisbench")
BLOCK = 2048


@dataclass(frozen=True, slots=True)
class RecordsPlan:
    """A table of Green's functions and the records made from it.

    Attributes
    ----------
    greens : GreensOptions
        Velocity if not given, tapered early, so that pulses do not ring before they arrive.
    records : RecordOptions
    cache : str
        Folder of tables.
    """

    greens: GreensOptions = field(default_factory=lambda: GreensOptions(quantity="velocity", taper_from=0.3))
    records: RecordOptions = field(default_factory=RecordOptions)
    cache: str = "greens"


class _Waves:
    """Records made when they are read, a block at a time, so that any number fits into memory."""

    finite = True

    def __init__(self, table: GreensTable, drawn: Drawn, options: RecordOptions) -> None:
        self.table, self.drawn, self.options = table, drawn, options
        self._first, self._block = -1, [np.empty((3, 0), np.float32)]

    def read_one(self, k: int) -> Float32:
        """Return record ``k``, shape (3, samples); rows that were not asked for are zeros."""
        first = k - k % BLOCK
        if first != self._first:
            made = records_of(self.table, self.drawn, self.options, slice(first, first + BLOCK))
            whole = np.zeros((len(made), 3, made.shape[2]), np.float32)
            whole[:, : made.shape[1]] = made
            self._first, self._block = first, list(whole)
        return self._block[k - first]


def dataset_of_sources(table: GreensTable, options: RecordOptions, name: str = "synthetics") -> Dataset:
    """Return records of random sources as a dataset whose waveforms are made when they are read.

    Parameters
    ----------
    table : GreensTable
    options : RecordOptions
    name : str
        Of the dataset.

    Returns
    -------
    Dataset
        With P and S of ray theory as labels where they fall into the record.
    """
    drawn = draw_sources(table, options)
    arrivals = np.where((drawn.arrivals >= 0) & (drawn.arrivals < table.samples), drawn.arrivals, np.nan)
    names = np.array([f"{k:07d}" for k in range(len(drawn))])
    columns: dict[str, Any] = {
        "name": names,
        "event_id": names,
        "dataset": name,
        "category": "earthquake",
        "samples": table.samples,
        "rate_hz": table.rate_hz,
        "p_sample": arrivals[:, 0],
        "s_sample": arrivals[:, 1],
        "magnitude": drawn.magnitude,
        "distance_km": table.distances_km[drawn.distance],
        "depth_km": table.depths_km[drawn.depth],
    }
    rows = fill_columns(columns, len(drawn))
    return Dataset(rows, _Waves(table, drawn, options), np.arange(len(drawn)))


def write_records(
    plan: RecordsPlan,
    output: str | Path,
    to: str = "shards",
    *,
    workers: int = 1,
    progress: Callable[[float, float, str], None] | None = None,
) -> Dataset:
    """Make a table, or take it from the cache, and write records of random sources.

    Parameters
    ----------
    plan : RecordsPlan
    output : str or Path
        Folder, made if it is not there.
    to : str
        ``shards`` or ``seisbench``.
    workers : int
        Threads of the table.
    progress : callable, optional
        Called with steps done, steps in all, and what is done.

    Returns
    -------
    Dataset
        Before it was written.

    Raises
    ------
    ConfigError
        If an option cannot be used, or the folder holds something else.
    StoreError
        If the disk is full or refuses.
    """
    if to not in LAYOUTS:
        raise ConfigError(f"unknown layout {to!r}; {nearest(to, LAYOUTS)}")

    def telling(words: str) -> Callable[[int, int], None] | None:
        return None if progress is None else lambda done, total: progress(done, total, words)

    table = greens_table(plan.greens, plan.cache, workers=workers, progress=telling("green's functions"))
    made = dataset_of_sources(table, plan.records, Path(output).name)
    if to == "shards":
        write_shards(made, output, progress=telling("records"))
    else:
        write_seisbench(made, output, progress=telling("records"))
    return made
