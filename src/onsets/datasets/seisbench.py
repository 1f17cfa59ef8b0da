"""Read the SeisBench layout: a folder with ``metadata.csv`` and ``waveforms.hdf5``."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from onsets.errors import ConfigError, MissingExtraError, OnsetsError
from onsets.types import COMPONENTS, Record, Sample
from onsets.waveforms import resample

__all__ = ["read_noise_windows", "read_seisbench"]

ARRIVALS = {"P": "trace_p_arrival_sample", "S": "trace_s_arrival_sample"}


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise ConfigError(f"no {path.name} in {path.parent}; expected the SeisBench layout")
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _order(file: Any, path: Path) -> list[int]:
    order = "ZNE"
    if "data_format" in file and "component_order" in file["data_format"]:
        value = file["data_format"]["component_order"][()]
        order = value.decode() if isinstance(value, bytes) else str(value)
    if sorted(order) != sorted(COMPONENTS):
        raise OnsetsError(f"{path}: component order {order!r}, expected an order of Z, N and E")
    return [order.index(component) for component in COMPONENTS]


def at_rate(data: np.ndarray[Any, np.dtype[np.float32]], rate_hz: float, wanted_hz: float) -> Any:
    """Return components resampled by the one filter of :func:`onsets.waveforms.resample`."""
    record = Record("", "", data, np.ones(data.shape, dtype=bool), 0, rate_hz)
    return resample(record, wanted_hz).data


def read_seisbench(folder: str | Path, rate_hz: float | None = None) -> list[Sample]:
    """Read all records of a dataset into memory.

    Parameters
    ----------
    folder : str or Path
        Holds ``metadata.csv`` and ``waveforms.hdf5`` with one dataset ``(components, samples)`` a
        trace under ``data/``.
    rate_hz : float, optional
        Resample to this rate; arrivals move along.

    Returns
    -------
    list of Sample
        In the order of the table. ``event_id`` is the table's ``source_id`` or empty; records whose
        samples are missing from the file raise.

    Raises
    ------
    ConfigError
        If a file is missing.
    OnsetsError
        If the component order is unknown or a trace is missing.
    MissingExtraError
        Without h5py.
    """
    try:
        import h5py
    except ImportError as error:
        raise MissingExtraError("h5py", "train", f"reading {folder}") from error
    root = Path(folder)
    samples = []
    rows = _rows(root / "metadata.csv")
    with h5py.File(root / "waveforms.hdf5", "r") as file:
        order = _order(file, root)
        for row in rows:
            name = row["trace_name"]
            if name not in file["data"]:
                raise OnsetsError(f"{root}: trace {name} of metadata.csv is not in waveforms.hdf5")
            data = np.nan_to_num(np.asarray(file["data"][name], dtype=np.float32)[order])
            rate = float(row["trace_sampling_rate_hz"])
            arrivals = {phase: float(row[key]) for phase, key in ARRIVALS.items() if row.get(key)}
            if rate_hz is not None and rate != rate_hz:
                data = at_rate(data, rate, rate_hz)
                arrivals = {phase: sample * rate_hz / rate for phase, sample in arrivals.items()}
                rate = rate_hz
            station = f"{row['station_network_code']}.{row['station_code']}."
            samples.append(Sample(name, root.name, station, row.get("source_id", ""), data, rate, arrivals))
    return samples


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
        noise.append(Sample(name, sample.dataset, sample.station_id, "", data, sample.rate_hz))
    return noise
