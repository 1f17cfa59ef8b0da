"""A tiny dataset of made-up events, and recipes on it that train in a second."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from onsets import config
from onsets.training import Recipe

EVENTS, NOISES, SAMPLES = 36, 12, 1200
Make = Callable[..., Recipe]


def wave(rng: np.random.Generator, p: int, s: int) -> np.ndarray:
    """Noise of variance 1 with a P on Z and an S on N and E, on an offset."""
    data = rng.normal(size=(3, SAMPLES))
    t = np.arange(SAMPLES) / 100
    pulse = np.exp(-t / 0.5) * np.sin(2 * np.pi * 8 * t)
    data[0, p:] += 15 * pulse[: SAMPLES - p]
    data[1:, s:] += 25 * pulse[: SAMPLES - s]
    return (100 + 10 * data).astype(np.float32)


def write_dataset(folder: Path, seed: int = 0, *, named: bool = True, labelled: bool = True) -> Path:
    """Write events and noise in the SeisBench layout."""
    h5py = pytest.importorskip("h5py")
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    rows: list[dict[str, Any]] = []
    with h5py.File(folder / "waveforms.hdf5", "w") as file:
        file["data_format/component_order"] = "ZNE"
        file["data_format/dimension_order"] = "CW"
        for k in range(EVENTS + NOISES):
            event = k < EVENTS
            p = int(rng.integers(300, 600))
            s = p + int(rng.integers(80, 200))
            data = wave(rng, p, s) if event else (100 + 10 * rng.normal(size=(3, SAMPLES))).astype(np.float32)
            file[f"data/t{k:03d}"] = data
            rows.append(
                {
                    "trace_name": f"t{k:03d}",
                    "trace_category": ("earthquake_local" if labelled else "") if event else "noise",
                    "station_network_code": "XX",
                    "station_code": f"S{k:02d}",
                    "trace_sampling_rate_hz": 100,
                    "trace_start_time": f"2024-01-{1 + k // 24:02d}T{k % 24:02d}:00:00Z",
                    "trace_p_arrival_sample": p if event and labelled else "",
                    "trace_s_arrival_sample": s if event and labelled and k % 6 else "",
                    "source_id": f"e{k // 2:02d}" if event and named else "",
                    "trace_coda_end_sample": s + 200 if event else "",
                    "trace_snr_db": "[20. 20. 20.]" if event else "",
                }
            )
    with open(folder / "metadata.csv", "w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return folder


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder that holds the datasets ``tiny`` and ``other``."""
    root = tmp_path_factory.mktemp("data")
    write_dataset(root / "tiny")
    write_dataset(root / "other", seed=1)
    return root


@pytest.fixture
def make(tiny: Path, tmp_path: Path) -> Make:
    """Return a function of overrides that gives a recipe for an LPPN of width 1."""
    values: dict[str, Any] = {
        "output": str(tmp_path / "out"),
        "network": {"name": "lppn", "options": {"width": 1}, "spec": {"samples": 512, "hop_samples": 256}},
        "data": {"root": str(tiny), "sets": ["tiny"], "shares": {"train": 0.6, "dev": 0.2, "test": 0.2}},
        "labels": {"shape": "segment"},
        "augment": [
            {"step": "cut", "place": [0.1, 0.8]},
            {"step": "noise", "probability": 0.5, "snr_db": [5, 30]},
        ],
        "loss": {"reduction": "sum"},
        "optimiser": {"kind": "adamw", "rate": 3e-3},
        "run": {"epochs": 2, "epoch_steps": 3, "batch": 8, "seed": 3, "device": "cpu", "threads": 1},
    }

    def recipe(*overrides: str) -> Recipe:
        made = values
        for text in overrides:
            made = config.override(made, text)
        return config.make(Recipe, made, "recipe")

    return recipe


@pytest.fixture(autouse=True, scope="package")
def one_thread() -> Iterator[None]:
    """Sums come in one order, and the machine stays free for others."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
