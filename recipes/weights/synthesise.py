"""Make records of earthquakes in layered crusts: ray arrivals, scattered coda, soft layers, ground noise.

    python recipes/weights/synthesise.py OUT [--kind local|regional] [--count 800] [--seed 0]

OUT becomes a dataset (shards) of 90 s records at 100 Hz from sources 2 to 150 km away, or of 240 s at 40 Hz
from 100 to 600 km. Each station has a crust, a site, an instrument and noise of its own; an event whose P
or S stands less than 3 dB above that noise is left out.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from onsets.datasets import dataset_of_arrays, write_shards
from onsets.synthetics import INSTRUMENTS, MODELS, Ground, Scattering, Site, Sources, record_continuously

EVENTS = 20
"""A station."""
LEAST_DB = 3.0
TAIL_S = 5.0
"""Least that a record holds behind S."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How far events are and how they are recorded.

    Attributes
    ----------
    name : str
        Of the dataset.
    rate_hz : float
    record_s, event_s, apart_s : float
        Length of a record, of an event's waves with their coda, and from one event to the next.
    lead_s : tuple of float
        What a record holds before P.
    distance_km : tuple of float
    """

    name: str
    rate_hz: float
    record_s: float
    event_s: float
    apart_s: float
    lead_s: tuple[float, float]
    distance_km: tuple[float, float]

    @property
    def samples(self) -> int:
        """Length of a record."""
        return round(self.record_s * self.rate_hz)


KINDS = {
    "local": Kind("synthetic", 100.0, 90.0, 120.0, 150.0, (5.0, 45.0), (2.0, 150.0)),
    "regional": Kind("synthetic-regional", 40.0, 240.0, 300.0, 420.0, (10.0, 70.0), (100.0, 600.0)),
}


def draw_sources(kind: Kind, rng: np.random.Generator) -> Sources:
    """Draw events one after another, larger where they are farther."""
    distance = np.exp(rng.uniform(*np.log(kind.distance_km), EVENTS))
    azimuth = rng.uniform(0, 2 * np.pi, EVENTS)
    magnitude = 0.3 + 1.4 * np.log10(distance) + rng.uniform(-0.5, 1.5, EVENTS)
    return Sources(
        60.0 + kind.apart_s * np.arange(EVENTS),
        distance * np.sin(azimuth),
        distance * np.cos(azimuth),
        rng.uniform(2.0, 25.0, EVENTS),
        magnitude,
        rng.uniform(0, 360, EVENTS),
        np.degrees(np.arccos(rng.random(EVENTS))),
        rng.uniform(-180, 180, EVENTS),
        np.full(EVENTS, "background"),
    )


def draw_station(kind: Kind, rng: np.random.Generator) -> tuple[Site, Ground]:
    """Draw a site and what lies under it."""
    site = Site(
        noise_level=rng.uniform(0.25, 0.65),
        layer_m=float(rng.choice([0.0, rng.uniform(5, 60)])),
        layer_vs_m_s=rng.uniform(200, 700),
    )
    ground = Ground(
        model=str(rng.choice(sorted(MODELS))),
        rate_hz=kind.rate_hz,
        window_s=kind.event_s,
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
    parser.add_argument("--kind", choices=KINDS, default="local")
    parser.add_argument("--count", type=int, default=800)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    kind = KINDS[args.kind]
    data: list[np.ndarray] = []
    arrivals: list[tuple[float, float]] = []
    stations: list[str] = []
    for number in itertools.count():
        if len(data) == args.count:
            break
        rng = np.random.default_rng([args.seed, number])
        site, ground = draw_station(kind, rng)
        made = record_continuously(draw_sources(kind, rng), site, ground, kind.apart_s * (EVENTS + 1), rng)
        for (p, s), snr in zip(made.arrivals_s, made.snr_db, strict=True):
            first = round((p - rng.uniform(*kind.lead_s)) * kind.rate_hz)
            pair = (p * kind.rate_hz - first, s * kind.rate_hz - first)
            late = pair[1] > kind.samples - TAIL_S * kind.rate_hz
            if snr.min() < LEAST_DB or late or len(data) == args.count:
                continue
            data.append(made.counts[:, first : first + kind.samples].astype(np.float32))
            arrivals.append(pair)
            stations.append(f"SY.{number:04d}.")
    columns = {"dataset": kind.name, "station_id": np.array(stations)}
    made_set = dataset_of_arrays(np.stack(data), np.array(arrivals), kind.rate_hz, columns=columns)
    write_shards(made_set, args.out)
    away = np.diff(arrivals)[:, 0] / kind.rate_hz
    sys.stdout.write(
        f"{len(data)} records of {len(set(stations))} stations, "
        f"S-P {np.median(away):.1f} s (median) -> {args.out}\n"
    )


if __name__ == "__main__":
    main()
