"""Small datasets of known content."""

from __future__ import annotations

import csv
from pathlib import Path

import h5py
import numpy as np
import pytest

from onsets.datasets.dataset import Dataset, fill_columns
from onsets.datasets.hdf5_waveforms import Hdf5Waveforms
from onsets.errors import WaveformError

SAMPLES = 6000


class InMemory:
    """Waveforms held in a list; None stands for a record that cannot be read."""

    def __init__(self, arrays, finite=True):
        self.arrays, self.finite, self.reads = arrays, finite, 0

    def read_one(self, k):
        self.reads += 1
        if self.arrays[k] is None:
            raise WaveformError(f"record {k} is broken")
        return self.arrays[k]


def waves(seed=0, samples=500):
    return np.random.default_rng(seed).normal(size=(3, samples)).astype(np.float32)


def in_memory(arrays, finite=True, **columns):
    """Return a dataset of arrays; columns not given are unknown, names are r0, r1, ..."""
    count = len(arrays)
    known = {
        "name": [f"r{k}" for k in range(count)],
        "dataset": "set",
        "rate_hz": 100.0,
        "samples": [array.shape[1] if array is not None else 500 for array in arrays],
    }
    rows = fill_columns(known | columns, count)
    return Dataset(rows, InMemory(arrays, finite), np.arange(count))


def labelled(count, **columns):
    """Return a dataset without waveforms, for what looks at columns only."""
    rows = {"name": [f"r{k}" for k in range(count)], "dataset": "set", "rate_hz": 100.0, "samples": 6000}
    return Dataset(fill_columns(rows | columns, count), InMemory([]), np.arange(count))


STEAD = {
    "network_code": "TA",
    "receiver_code": "109C",
    "receiver_type": "HH",
    "receiver_latitude": "32.8889",
    "receiver_longitude": "-117.1051",
    "receiver_elevation_m": "150.0",
    "p_arrival_sample": "700.0",
    "p_status": "manual",
    "p_weight": "0.5",
    "p_travel_sec": "17.08",
    "s_arrival_sample": "1894.0",
    "s_status": "manual",
    "s_weight": "0.5",
    "source_id": "8",
    "source_origin_time": "2006-07-23 15:58:50.13",
    "source_latitude": "33.5",
    "source_longitude": "-118.25",
    "source_depth_km": "14.5",
    "source_magnitude": "3.6",
    "source_distance_km": "127.5",
    "snr_db": "[56.79999924 55.40000153 47.40000153]",
    "coda_end_sample": "[[3399.]]",
    "trace_start_time": "2006-07-23 15:59:02.123456",
    "trace_category": "earthquake_local",
    "trace_name": "109C.TA_20060723155859_EV",
}
NOISE = {key: STEAD[key] if key.startswith(("network", "receiver")) else "" for key in STEAD} | {
    "trace_category": "noise",
    "trace_name": "109C.TA_201510210555_NO",
    "trace_start_time": "2015-10-21 05:55:00",
}


def write_table(path, rows):
    """Write rows as CSV with the columns of all of them."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def make_stead(folder, rows, stem="merge", arrays=None, group="data") -> Path:
    """Write a pair of STEAD files; arrays are (6000, 3), E N Z, numbered by row where not given."""
    folder.mkdir(exist_ok=True)
    write_table(folder / f"{stem}.csv", rows)
    with h5py.File(folder / f"{stem}.hdf5", "w") as file:
        file.create_group(group)
        for k, row in enumerate(rows):
            data = waves(k, SAMPLES).T if arrays is None else arrays[k]
            file[f"{group}/{row['trace_name']}"] = data
    return folder


def store(path, *names, axes="CW", order="ZNE", slabs=None):
    count = len(names)
    slabs = None if slabs is None else np.array(slabs, dtype=np.int64)
    numbers = np.zeros(count, dtype=np.int8)
    return Hdf5Waveforms([path], ["data"], numbers, np.array(names), [(axes, order)], numbers, slabs)


def refused(path, said, name="bad", **options):
    with pytest.raises(WaveformError, match=said):
        store(path, name, **options).read_one(0)


def edit(path):
    return h5py.File(path, "a")
