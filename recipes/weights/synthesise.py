"""Make records of earthquakes in layered crusts: ray arrivals, scattered coda, soft layers, ground noise.

    python recipes/weights/synthesise.py OUT [--count 800] [--seed 0]

OUT becomes a dataset (shards) of 90 s records at 100 Hz from sources 2 to 150 km away. Each station has a
crust, a site, an instrument and noise of its own; an event whose P or S stands less than 3 dB above that
noise is left out.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from onsets.datasets import dataset_of_arrays, write_shards
from onsets.synthetics import INSTRUMENTS, MODELS, Ground, Scattering, Site, Sources, record_continuously

RATE_HZ, SAMPLES = 100.0, 9000
EVENTS = 20
"""A station."""
APART_S = 150.0
NEAREST_KM, FARTHEST_KM = 2.0, 150.0
LEAST_DB = 3.0
LEAD_S = (5.0, 45.0)
"""What a record holds before P."""


def draw_sources(rng: np.random.Generator) -> Sources:
    """Draw events one after another, larger where they are farther."""
    distance = np.exp(rng.uniform(np.log(NEAREST_KM), np.log(FARTHEST_KM), EVENTS))
    azimuth = rng.uniform(0, 2 * np.pi, EVENTS)
    magnitude = 0.3 + 1.4 * np.log10(distance) + rng.uniform(-0.5, 1.5, EVENTS)
    return Sources(
        60.0 + APART_S * np.arange(EVENTS),
        distance * np.sin(azimuth),
        distance * np.cos(azimuth),
        rng.uniform(2.0, 25.0, EVENTS),
        magnitude,
        rng.uniform(0, 360, EVENTS),
        np.degrees(np.arccos(rng.random(EVENTS))),
        rng.uniform(-180, 180, EVENTS),
        np.full(EVENTS, "background"),
    )


def draw_station(rng: np.random.Generator) -> tuple[Site, Ground]:
    """Draw a site and what lies under it."""
    site = Site(
        noise_level=rng.uniform(0.25, 0.65),
        layer_m=float(rng.choice([0.0, rng.uniform(5, 60)])),
        layer_vs_m_s=rng.uniform(200, 700),
    )
    ground = Ground(
        model=str(rng.choice(sorted(MODELS))),
        instrument=str(rng.choice(sorted(INSTRUMENTS))),
        stress_drop_mpa=float(np.exp(rng.uniform(np.log(0.5), np.log(10)))),
        scattering=Scattering(free_path_km=float(np.exp(rng.uniform(np.log(30), np.log(300))))),
    )
    return site, ground


def main() -> None:
    """Draw stations until there are records enough, and write them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=800)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    data: list[np.ndarray] = []
    arrivals: list[tuple[float, float]] = []
    stations: list[str] = []
    while len(data) < args.count:
        number = len(set(stations))
        rng = np.random.default_rng([args.seed, number])
        site, ground = draw_station(rng)
        made = record_continuously(draw_sources(rng), site, ground, APART_S * (EVENTS + 1), rng)
        for (p, s), snr in zip(made.arrivals_s, made.snr_db, strict=True):
            first = round((p - rng.uniform(*LEAD_S)) * RATE_HZ)
            pair = (p * RATE_HZ - first, s * RATE_HZ - first)
            if snr.min() < LEAST_DB or pair[1] > SAMPLES - 500 or len(data) == args.count:
                continue
            data.append(made.counts[:, first : first + SAMPLES].astype(np.float32))
            arrivals.append(pair)
            stations.append(f"SY.{number:04d}.")
    columns = {"dataset": "synthetic", "station_id": np.array(stations)}
    made_set = dataset_of_arrays(np.stack(data), np.array(arrivals), RATE_HZ, columns=columns)
    write_shards(made_set, args.out)
    away = np.diff(arrivals)[:, 0] / RATE_HZ
    sys.stdout.write(
        f"{len(data)} records of {len(set(stations))} stations, "
        f"S-P {np.median(away):.1f} s (median) -> {args.out}\n"
    )


if __name__ == "__main__":
    main()
