"""Read the SeisBench layout: a folder with ``metadata.csv`` and ``waveforms.hdf5``."""

from __future__ import annotations

import csv
import dataclasses
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.datasets.dataset import at_rate
from onsets.datasets.hdf5 import MOST_SAMPLES, find_array, open_file, read_word, walk
from onsets.errors import ConfigError, OnsetsError
from onsets.types import COMPONENTS, Float32, Sample

__all__ = ["read_noise_windows", "read_seisbench"]

FORMAT = ("dimension_order", "component_order", "sampling_rate")
ARRIVALS = {"P": "trace_p_arrival_sample", "S": "trace_s_arrival_sample"}


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise ConfigError(f"no {path.name} in {path.parent}; expected the SeisBench layout")
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _components(data: npt.NDArray[Any], order: str, axes: str, where: str) -> Float32:
    """Return rows Z, N, E; what is not finite becomes 0."""
    if sorted(order) != sorted(COMPONENTS):
        raise OnsetsError(f"{where}: component order {order!r}, expected an order of Z, N and E")
    if axes not in ("CW", "WC"):
        raise OnsetsError(f"{where}: dimension order {axes!r}, expected CW or WC")
    rows = data if axes == "CW" else data.T
    if rows.ndim != 2 or len(rows) != len(order):
        raise OnsetsError(f"{where}: an array of shape {data.shape}, expected {axes} with {order}")
    rows = rows.astype(np.float32)[[order.index(component) for component in COMPONENTS]]
    return np.asarray(np.where(np.isfinite(rows), rows, np.float32(0)))


def _trace(group: Any, name: str, where: str) -> npt.NDArray[Any]:
    """Return a trace: a dataset of its own, or ``block$place,:rows,:samples`` out of a block of many."""
    import h5py

    block, _, place = name.partition("$")
    if not group.links.exists(block.encode()):
        raise OnsetsError(f"{where} is in metadata.csv but not in waveforms.hdf5")
    data = h5py.Dataset(find_array(group, block, where).data)
    if math.prod(data.shape[1:] if place else data.shape) > len(COMPONENTS) * MOST_SAMPLES:
        raise OnsetsError(f"{where}: an array of shape {data.shape}, longer than a record can be")
    if not place:
        return np.asarray(data)
    try:
        index = tuple(
            int(part) if ":" not in part else slice(*(int(end) if end else None for end in part.split(":")))
            for part in place.split(",")
        )
        return np.asarray(data[index])
    except (ValueError, TypeError, IndexError) as error:
        raise OnsetsError(f"{where}: {place!r} is no place in the block {block}: {error}") from error


def read_seisbench(folder: str | Path, rate_hz: float | None = None) -> list[Sample]:
    """Read all records of a dataset into memory.

    Parameters
    ----------
    folder : str or Path
        Holds ``metadata.csv`` and ``waveforms.hdf5`` with one dataset ``(components, samples)`` a
        trace under ``data/``, or blocks of many traces.
    rate_hz : float, optional
        Resample to this rate; arrivals move along.

    Returns
    -------
    list of Sample
        In the order of the table. ``event_id`` is the table's ``source_id`` or empty; records whose
        samples are missing from the file raise. The order of the components is that of the table's
        ``trace_component_order``, else of the file, else Z N E. Samples that are not finite are 0.

    Raises
    ------
    ConfigError
        If a file is missing.
    OnsetsError
        If the component order is unknown, or a trace, its rate or a column is missing.
    MissingExtraError
        Without h5py.
    """
    root = Path(folder)
    rows = _rows(root / "metadata.csv")
    if not (root / "waveforms.hdf5").is_file():
        raise ConfigError(f"no waveforms.hdf5 in {root}; expected the SeisBench layout")
    samples = []
    with open_file(root / "waveforms.hdf5") as file:
        found = {key: read_word(file, "data_format", key) for key in FORMAT}
        form = {key: word for key, word in found.items() if word is not None}
        group = walk(file, "data")
        if group is None:
            raise OnsetsError(f"{root}: waveforms.hdf5 has no group data")
        for row in rows:
            try:
                sample = _sample(group, row, form, root)
            except KeyError as error:
                raise OnsetsError(f"{root}: metadata.csv or waveforms.hdf5 has no {error}") from error
            if rate_hz is not None and sample.rate_hz != rate_hz:
                scale = rate_hz / sample.rate_hz
                arrivals = {phase: at * scale for phase, at in sample.arrivals.items()}
                data = at_rate(sample.data, sample.rate_hz, rate_hz)
                sample = dataclasses.replace(sample, data=data, rate_hz=rate_hz, arrivals=arrivals)
            samples.append(sample)
    return samples


def _sample(group: Any, row: dict[str, str], form: dict[str, str], root: Path) -> Sample:
    name = row["trace_name"]
    where = f"{root}: trace {name}"
    order = row.get("trace_component_order") or form.get("component_order", COMPONENTS)
    rate = row.get("trace_sampling_rate_hz") or form["sampling_rate"]
    found = {phase: float(row[key]) for phase, key in ARRIVALS.items() if row.get(key)}
    return Sample(
        name,
        root.name,
        f"{row['station_network_code']}.{row['station_code']}.{row.get('station_location_code') or ''}",
        row.get("source_id") or "",
        _components(_trace(group, name, where), order, form.get("dimension_order", "CW"), where),
        float(rate),
        {phase: at for phase, at in found.items() if math.isfinite(at)},
    )


def read_noise_windows(path: str | Path, samples: list[Sample]) -> list[Sample]:
    """Cut the stretches that a table of noise windows points at.

    Parameters
    ----------
    path : str or Path
        Columns ``dataset, trace_name, start_sample, end_sample, sampling_rate_hz``.
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
    OnsetsError
        If a window lies outside its record.
    """
    known = {(sample.dataset, sample.name): sample for sample in samples}
    noise = []
    for row in _rows(Path(path)):
        sample = known.get((row["dataset"], row["trace_name"]))
        if sample is None:
            continue
        scale = sample.rate_hz / float(row["sampling_rate_hz"])
        start, end = round(float(row["start_sample"]) * scale), round(float(row["end_sample"]) * scale)
        name, data = f"{sample.name}[{start}:{end}]", sample.data[:, start:end]
        if start < 0 or data.shape[1] == 0:
            raise OnsetsError(f"{path}: {name} lies outside its {sample.data.shape[1]} samples")
        noise.append(Sample(name, sample.dataset, sample.station_id, "", data, sample.rate_hz))
    return noise
