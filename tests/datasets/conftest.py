"""A folder in the SeisBench layout, made from arrays."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

h5py = pytest.importorskip("h5py")


@pytest.fixture
def write_set(tmp_path):
    """Return a function that writes records Z N E in any order of components."""

    def write(traces, *, order="ZNE", rows=None, axes="CW", name="set", say_order=True, rate=None) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        with h5py.File(folder / "waveforms.hdf5", "w") as file:
            if say_order:
                file["data_format/component_order"] = order
                file["data_format/dimension_order"] = axes
            if rate is not None:
                file["data_format/sampling_rate"] = rate
            for key, data in traces.items():
                data = np.asarray(data)[["ZNE".index(c) for c in order]]
                file[f"data/{key}"] = data if axes == "CW" else data.T
        rows = rows or [{"trace_name": key} for key in traces]
        write_table(folder / "metadata.csv", [{**BASE, **row} for row in rows])
        return folder

    return write


BASE = {
    "station_network_code": "XX",
    "station_code": "ABC",
    "trace_sampling_rate_hz": 100,
    "trace_p_arrival_sample": "",
    "trace_s_arrival_sample": "",
    "source_id": "",
}


def write_table(path, rows):
    """Write rows as CSV with the columns of all of them."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path
