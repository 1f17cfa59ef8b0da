"""A small labelled dataset whose onsets are plain, and cases made by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from onsets.evaluation import Case
from onsets.picking import Onsets
from onsets.types import Sample

RATE, LENGTH = 100.0, 3000


def wave_of(rng, p=None, s=None, strength=60.0):
    """Return three components of noise with a P on Z and an S on N and E."""
    data = rng.normal(size=(3, LENGTH))
    swing = np.exp(-np.arange(500) / 120) * np.sin(2 * np.pi * 7 * np.arange(500) / RATE)
    for at, rows in ((p, slice(0, 1)), (s, slice(1, 3))):
        if at is not None:
            data[rows, at : at + 500] += strength * swing[: LENGTH - at]
    return data.astype(np.float32)


def sample_of(k=0, p=1000, s=1500, **changes):
    """Return a sample with plain onsets."""
    arrivals = {phase: float(at) for phase, at in (("P", p), ("S", s)) if at is not None}
    data = wave_of(np.random.default_rng(k), p, s)
    values = {"name": f"r{k}", "dataset": "made", "station_id": "XX.A.", "event_id": f"e{k}"} | changes
    return Sample(data=data, rate_hz=RATE, arrivals=arrivals, **values)


def case_of(picks, labels, values=None, name="r", event="", phase="P", noise=None, facts=None, hours=0.01):
    """Return a case with one threshold, 0.5."""
    picks = np.array(picks, dtype=np.float64)
    onsets = Onsets(picks, np.ones(len(picks)) if values is None else np.array(values, dtype=np.float64))
    labels = {phase: labels} if labels is not None else {}
    noise = not labels if noise is None else noise
    return Case(
        name, "made", event or name, hours, 0.1, labels, noise, {phase: {0.5: onsets}}, {}, facts or {}
    )


def write_dataset(folder: Path, count=12, noise=2, split=None, seed=0, prefix="r") -> Path:
    """Write records in the SeisBench layout; the last ones are noise."""
    h5py = pytest.importorskip("h5py")
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    rows = []
    with h5py.File(folder / "waveforms.hdf5", "w") as file:
        for k in range(count):
            quiet = k >= count - noise
            p, s = (None, None) if quiet else (900 + 20 * k, 1300 + 40 * k)
            file.create_dataset(f"data/{prefix}{k}", data=wave_of(rng, p, s))
            rows.append(
                {
                    "trace_name": f"{prefix}{k}",
                    "station_network_code": "XX",
                    "station_code": "A",
                    "trace_sampling_rate_hz": 100,
                    "trace_npts": LENGTH,
                    "trace_p_arrival_sample": "" if quiet else p,
                    "trace_s_arrival_sample": "" if quiet else s,
                    "trace_category": "noise" if quiet else "earthquake_local",
                    "source_id": "" if quiet else f"{prefix}event{k // 2}",
                    "source_magnitude": "" if quiet else k / 4,
                    "trace_start_time": f"2020-01-{1 + k:02d}T0{seed}:00:00.000000Z",
                    "split": split[k] if split else "",
                }
            )
    with open(folder / "metadata.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return folder


@pytest.fixture(scope="session")
def dataset(tmp_path_factory):
    """Return a folder of ten earthquakes of five events and two records of noise."""
    return write_dataset(tmp_path_factory.mktemp("evaluation") / "made")


@pytest.fixture(scope="session")
def results(dataset):
    """Return a plan of two classical pickers and its results."""
    from onsets.evaluation import Plan, compare

    plan = Plan(models=("sta-lta", "baer"), data=(str(dataset),), perturbations=("noise-0.1", "gaps"))
    return plan, compare(plan)
