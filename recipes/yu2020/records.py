"""The records of Yu et al. (2020): random sources over one table of Green's functions.

As printed: 20 to 470 km, any azimuth, depth 4 to 19 km, Mw 3 to 6, other parameters of the source random,
vertical component, 1,024 samples at 0.2 s, not filtered, divided by the standard deviation.

Ours, where the paper is silent: the crust (``crust1``), ground velocity with a cosine taper from 0.75 Hz to
the Nyquist frequency, 2.5 Hz (what is cut off sharply rings before it arrives), double couples of random
orientation (strike and rake evenly, dip evenly in its cosine), moment rates of a triangle with a duration of
0.5 to 2 times 2.1e-8 M0^(1/3) s (M0 in dyn cm; Ekstrom et al. 2012, doi:10.1016/j.pepi.2012.04.002), and
the origin 0 to 40 s after the record's start, so that nothing can be learned from where a record begins.
Labels are first arrivals of ray theory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from plan import LEVELS, RATE_HZ, SAMPLES, Folders, Scale

from onsets.datasets import dataset_of_arrays, write_shards
from onsets.synthetics import GreensOptions, GreensTable, Grid, RecordOptions, draw_sources, records_of

LARGEST_SHARE = 0.2**0.5
"""Of the standard deviation: the noise's variance is up to 0.2 of the record's."""
CHUNK = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Records ``(n, 1, samples)`` of unit deviation, arrivals ``(n, 2)`` in samples, and columns."""

    data: np.ndarray
    arrivals: np.ndarray
    columns: dict[str, Any]


def table_options() -> GreensOptions:
    """Return what the table of Green's functions holds."""
    return GreensOptions(
        model="crust1",
        depths=Grid(4.0, 19.0, 1.0),
        distances=Grid(20.0, 470.0, 1.0),
        rate_hz=RATE_HZ,
        samples=SAMPLES,
        quantity="velocity",
        taper_from=0.3,  # pulses that do not ring before they arrive
    )


def draw(table: GreensTable, count: int, rng: np.random.Generator) -> Records:
    """Draw records of random sources."""
    options = RecordOptions(
        count=count, magnitude=(3, 6), pulse="triangle", duration=(0.5, 2.0), lead_s=(0, 40), components="Z"
    )
    drawn = draw_sources(table, options, rng)
    data = records_of(table, drawn, options)
    data /= data.std(axis=2, keepdims=True)
    places = {"depth_km": table.depths_km[drawn.depth], "distance_km": table.distances_km[drawn.distance]}
    return Records(data, drawn.arrivals, {**places, "magnitude": drawn.magnitude})


def with_noise(data: np.ndarray, share: float | np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Add white noise with a standard deviation of a share of the record's (which is 1)."""
    share = np.broadcast_to(np.asarray(share, np.float32), (len(data),))
    return data + share[:, None, None] * rng.standard_normal(data.shape, np.float32)


def write_sets(table: GreensTable, scale: Scale, folders: Folders, seed: int = 0) -> dict[str, int]:
    """Write all datasets and return how many records each holds.

    Training records are stored clean, since noise is added anew in each update. The test records have a
    noise of 0 to 0.2 of the variance, as in training; the records of the noise levels are the same ones
    with the same noise, made stronger.
    """
    sets = {"synthetics": scale.train + scale.dev, "test": scale.test, "noise": scale.noise}
    for number, (name, count) in enumerate(sets.items()):
        rng = np.random.default_rng([seed, number])
        drawn = _joined(_chunks(table, count, rng))
        if name == "synthetics":
            split = np.where(np.arange(count) < scale.train, "train", "dev")
            _write(folders, name, drawn.data, drawn, split)
        elif name == "test":
            share = rng.uniform(0, LARGEST_SHARE, count)
            _write(folders, name, with_noise(drawn.data, share, rng), drawn, "test")
        else:
            for level in LEVELS:
                noisy = with_noise(drawn.data, level**0.5, np.random.default_rng([seed, number, 1]))
                _write(folders, f"noise-{level}", noisy, drawn, "test")
    return sets


def _chunks(table: GreensTable, count: int, rng: np.random.Generator) -> Iterator[Records]:
    for first in range(0, count, CHUNK):
        yield draw(table, min(CHUNK, count - first), rng)


def _joined(parts: Iterator[Records]) -> Records:
    found = list(parts)
    columns = {key: np.concatenate([part.columns[key] for part in found]) for key in found[0].columns}
    return Records(
        np.concatenate([part.data for part in found]),
        np.concatenate([part.arrivals for part in found]),
        columns,
    )


def _write(folders: Folders, name: str, data: np.ndarray, drawn: Records, split: Any) -> None:
    columns = {**drawn.columns, "dataset": name, "split": split}
    made = dataset_of_arrays(data, drawn.arrivals, RATE_HZ, components="Z", columns=columns)
    write_shards(made, folders.data / name, values="float16")
