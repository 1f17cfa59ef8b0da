"""Read a table of noise windows: stretches of labelled records in which nothing arrives."""

from __future__ import annotations

import csv
from pathlib import Path

from onsets.errors import CatalogueError, ConfigError
from onsets.types import Sample

__all__ = ["read_noise_windows"]

COLUMNS = ("dataset", "trace_name", "start_sample", "end_sample", "sampling_rate_hz")


def read_noise_windows(path: str | Path, samples: list[Sample]) -> list[Sample]:
    """Cut the stretches that a table of noise windows points at.

    Parameters
    ----------
    path : str or Path
        Columns as :data:`COLUMNS`: the record, by dataset and name, and where the window begins and ends in
        samples of a rate.
    samples : list of Sample
        The records pointed into; windows of other records are left out, so that noise follows its
        record's side of a split.

    Returns
    -------
    list of Sample
        Without arrivals.

    Raises
    ------
    ConfigError
        If the table is missing.
    CatalogueError
        If a column is missing, a number cannot be read, or a window lies outside its record.
    """
    known = {(sample.dataset, sample.name): sample for sample in samples}
    noise = []
    if not Path(path).is_file():
        raise ConfigError(f"no table of noise windows {path}")
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows, 2):
        try:
            sample = known.get((row["dataset"], row["trace_name"]))
            if sample is None:
                continue
            scale = sample.rate_hz / float(row["sampling_rate_hz"])
            start, end = round(float(row["start_sample"]) * scale), round(float(row["end_sample"]) * scale)
        except KeyError as error:
            raise CatalogueError(f"{path} has no column {error}; expected {', '.join(COLUMNS)}") from error
        except (ValueError, ZeroDivisionError, TypeError, OverflowError) as error:
            raise CatalogueError(f"{path}, line {number}: {error}") from error
        name, data = f"{sample.name}[{start}:{end}]", sample.data[:, start:end]
        if start < 0 or data.shape[1] == 0:
            raise CatalogueError(f"{path}: {name} lies outside its {sample.data.shape[1]} samples")
        noise.append(Sample(name, sample.dataset, sample.station_id, "", data, sample.rate_hz))
    return noise
