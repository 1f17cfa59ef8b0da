"""The 154 labelled records of Northern California that published weights are judged by.

Every record has a P and an S. One window a record; a pick within the tolerance of the label is right,
any other pick is false.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from onsets.waveforms import normalise


@dataclass(frozen=True)
class Windows:
    """Cut so that P lies at the same sample of each; components E N Z."""

    data: npt.NDArray[np.float32]
    onsets: dict[str, npt.NDArray[np.float64]]


@dataclass(frozen=True)
class Score:
    precision: float
    recall: float


def windows(shared: Path, p_at: int, samples: int) -> Windows:
    """Cut a window around each record's P."""
    import h5py

    folder = shared / "data" / "labelled" / "ncedc_phasenet"
    with open(folder / "metadata.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    data, onsets = [], {"P": [], "S": []}
    with h5py.File(folder / "waveforms.hdf5") as file:
        for row in rows:
            p, s = (float(row[f"trace_{phase}_arrival_sample"]) for phase in "ps")
            start = int(p) - p_at
            zne = file["data"][row["trace_name"]][:, start : start + samples]
            data.append(zne[::-1])
            onsets["P"].append(p - start)
            onsets["S"].append(s - start)
    return Windows(np.stack(data), {phase: np.array(at) for phase, at in onsets.items()})


def run(network, spec, data):
    """Return what the network says to all windows: a tuple of arrays."""
    data = np.ascontiguousarray(data)
    x = torch.from_numpy(normalise(data, np.ones(data.shape, dtype=bool), spec))
    with torch.no_grad():
        parts = [network(batch) for batch in x.split(32)]
    parts = [part if isinstance(part, tuple) else (part,) for part in parts]
    rows, *others = (torch.cat(kind) for kind in zip(*parts, strict=True))
    return rows.softmax(dim=1).numpy(), *(other.numpy() for other in others)


def score(picks, onsets, tolerance):
    """Return precision and recall of the picks of each record, in samples."""
    right = sum(
        any(abs(at - onset) <= tolerance for at in record)
        for record, onset in zip(picks, onsets, strict=True)
    )
    return Score(right / max(1, sum(map(len, picks))), right / len(onsets))
