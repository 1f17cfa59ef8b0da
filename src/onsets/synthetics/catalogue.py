"""A network and a sequence recorded by it: ground truth for picker, associator and locator."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import numpy as np

from onsets.earth import Frame
from onsets.errors import ConfigError
from onsets.synthetics.continuous import Continuous, Ground, Progress, Site, record_continuously
from onsets.synthetics.day import start_of
from onsets.synthetics.instrument import INSTRUMENTS
from onsets.synthetics.seismicity import Seismicity, Sources, make_sources
from onsets.synthetics.truth import (
    event_ids,
    made_folder,
    traces_of,
    truth_picks,
    write_events,
    write_model,
    write_picks,
    write_stations,
)
from onsets.tables import Picks
from onsets.waveforms.mseed import write_mseed

__all__ = ["CatalogueOptions", "Network", "make_network", "write_catalogue"]

DAY_NS = 86_400 * 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Stations around a place.

    Attributes
    ----------
    code : str
    stations : int
    latitude, longitude : float
        Of the middle, degrees.
    radius_km : float
        Stations lie evenly within it, none nearer to another than a third of the mean distance.
    noise_level : tuple of float
        Range of :attr:`onsets.synthetics.Site.noise_level`.
    soft_share : float
        Share of the stations on a soft layer of 5 to 40 m.
    """

    code: str = "SY"
    stations: int = 12
    latitude: float = 30.0
    longitude: float = 103.0
    radius_km: float = 50.0
    noise_level: tuple[float, float] = (0.25, 0.5)
    soft_share: float = 0.5

    def __post_init__(self) -> None:
        right = {
            "code": 1 <= len(self.code) <= 8 and self.code.isalnum(),
            "stations": 1 <= self.stations <= 999,
            "latitude": -90 <= self.latitude <= 90,
            "longitude": -180 <= self.longitude <= 360,
            "radius_km": self.radius_km > 0,
            "noise_level": self.noise_level[0] <= self.noise_level[1],
            "soft_share": 0 <= self.soft_share <= 1,
        }
        for name, fine in right.items():
            if not fine:
                raise ConfigError(f"network: {name} = {getattr(self, name)!r} cannot be used")


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueOptions:
    """A network, what happens under it, and what it records.

    Attributes
    ----------
    start : str
        ISO 8601, UTC, at midnight.
    seed : int
        Of everything random: the same seed gives the same bytes.
    waveforms : bool
        False writes only the tables, in a moment.
    network : Network
    seismicity : Seismicity
    ground : Ground
    """

    start: str = "2024-01-01"
    seed: int = 0
    waveforms: bool = True
    network: Network = field(default_factory=Network)
    seismicity: Seismicity = field(
        default_factory=lambda: Seismicity(days=0.25, mainshock=4.5, mainshock_day=0.05, aftershocks=100)
    )
    ground: Ground = field(default_factory=Ground)

    def __post_init__(self) -> None:
        if start_of(self.start) % DAY_NS:
            raise ConfigError(f"start is {self.start!r}, expected midnight, such as 2024-01-01")


def make_network(options: Network, rng: np.random.Generator) -> list[Site]:
    """Draw where stations stand and on what."""
    apart = options.radius_km / (3 * np.sqrt(options.stations))
    places: list[tuple[float, float]] = []
    while len(places) < options.stations:
        radius, angle = options.radius_km * np.sqrt(rng.random()), rng.uniform(0, 2 * np.pi)
        x, y = float(radius * np.sin(angle)), float(radius * np.cos(angle))
        if all(np.hypot(x - a, y - b) >= apart for a, b in places):
            places.append((x, y))
    return [
        Site(
            station_id=f"{options.code}.S{number:03d}.",
            x_km=x,
            y_km=y,
            noise_level=float(rng.uniform(*options.noise_level)),
            layer_m=float(rng.uniform(5, 40)) if rng.random() < options.soft_share else 0.0,
            layer_vs_m_s=float(rng.uniform(250, 600)),
        )
        for number, (x, y) in enumerate(places, 1)
    ]


def write_catalogue(
    options: CatalogueOptions, folder: str | Path, progress: Progress | None = None
) -> tuple[Sources, Picks]:
    """Make and write everything.

    Parameters
    ----------
    options : CatalogueOptions
    folder : str or Path
        Made if it is not there. Gets ``archive/`` (SDS, miniSEED), ``stations.csv``, ``model.csv``,
        ``events.csv`` and ``picks.csv``.
    progress : callable, optional
        Called with station-days done and in all.

    Returns
    -------
    sources : Sources
    picks : Picks
        Every arrival of every event at every station.

    Raises
    ------
    ConfigError
        If an option cannot be used.
    StoreError, WaveformError
        If a file cannot be written.
    """
    target = made_folder(folder)
    sources = make_sources(options.seismicity, np.random.default_rng([options.seed, 0]))
    sites = make_network(options.network, np.random.default_rng([options.seed, 1]))
    start_ns, frame = start_of(options.start), Frame(options.network.latitude, options.network.longitude)
    tables, events = [], []
    units = list(product(enumerate(sites), range(int(np.ceil(options.seismicity.days)))))
    for done, ((number, site), day) in enumerate(units, 1):
        picks, which = _one_day(options, sources, site, (number, day), target / "archive")
        tables.append(picks)
        events += which
        if progress is not None:
            progress(done, len(units))
    picks = Picks.concat(tables)
    names = event_ids(sources)
    write_picks(picks, [names[k] for k in events], target / "picks.csv")
    write_events(
        sources, start_ns, frame, np.bincount(np.array(events, np.int64), minlength=len(sources)),
        target / "events.csv",
    )  # fmt: skip
    write_stations(sites, frame, INSTRUMENTS[options.ground.instrument], target / "stations.csv")
    write_model(options.ground.layers, target / "model.csv")
    return sources, picks


def _one_day(
    options: CatalogueOptions, sources: Sources, site: Site, unit: tuple[int, int], archive: Path
) -> tuple[Picks, list[int]]:
    """Record a day at a station and return its picks with the number of the event of each."""
    number, day = unit
    own_ns = start_of(options.start) + day * DAY_NS
    prefix = INSTRUMENTS[options.ground.instrument].channel_prefix
    seconds = 86_400.0 * min(1.0, options.seismicity.days - day)
    rng = np.random.default_rng([options.seed, 2, number, day])
    moved = dataclasses.replace(sources, time_s=sources.time_s - 86_400.0 * day)
    near = np.flatnonzero((moved.time_s > -options.ground.window_s - 600) & (moved.time_s < seconds))
    record = record_continuously(
        moved.take(near), site, options.ground, seconds, rng, waveforms=options.waveforms
    )
    picks, which = truth_picks(record, site, own_ns, seconds, prefix)
    if options.waveforms:
        _write_day(record, site, own_ns, (options.ground.rate_hz, prefix), archive)
    return picks, near[which].tolist()


def _write_day(record: Continuous, site: Site, start_ns: int, how: tuple[float, str], archive: Path) -> None:
    rate_hz, prefix = how
    year, day = (
        str(np.datetime64(start_ns, "ns"))[:4],
        int((start_ns // DAY_NS) - _days_before_year(start_ns)) + 1,
    )
    network, station, location = site.station_id.split(".")
    for trace in traces_of(site, record.counts, start_ns, rate_hz, prefix):
        folder = archive / year / network / station / f"{trace.channel}.D"
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{network}.{station}.{location}.{trace.channel}.D.{year}.{day:03d}"
        write_mseed([trace], folder / name)


def _days_before_year(time_ns: int) -> int:
    return int(np.datetime64(time_ns, "ns").astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64))
