"""A station-day with known picks: what a picker is tried on."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from onsets.earth import Frame
from onsets.errors import ConfigError
from onsets.synthetics.continuous import Ground, Progress, Site, record_continuously
from onsets.synthetics.instrument import INSTRUMENTS
from onsets.synthetics.seismicity import Seismicity, Sources, make_sources
from onsets.synthetics.truth import event_ids, made_folder, traces_of, truth_picks, write_events, write_picks
from onsets.tables import Picks
from onsets.types import Trace
from onsets.waveforms.mseed import write_mseed

__all__ = ["Day", "DayOptions", "make_day", "start_of", "write_day"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOptions:
    """What is recorded.

    Attributes
    ----------
    start : str
        ISO 8601, UTC.
    hours : float
    seed : int
        Of everything random: the same seed gives the same bytes.
    site : Site
        Its place is the middle of the earthquakes unless it says otherwise.
    ground : Ground
    seismicity : Seismicity
        Its ``days`` are not looked at.
    """

    start: str = "2024-01-01"
    hours: float = 24.0
    seed: int = 0
    site: Site = field(default_factory=lambda: Site(station_id="SY.DAY.", layer_m=15.0))
    ground: Ground = field(default_factory=Ground)
    seismicity: Seismicity = field(default_factory=lambda: Seismicity(background_per_day=120.0))

    def __post_init__(self) -> None:
        start_of(self.start)
        if not self.hours > 0:
            raise ConfigError(f"hours is {self.hours}, expected above 0")


@dataclass(frozen=True, slots=True, eq=False)
class Day:
    """What was recorded, and the truth.

    Attributes
    ----------
    traces : list of Trace
        Z, N, E in counts.
    picks : Picks
        Every arrival in the record; ``snr_db`` says how far it stands above the noise.
    events : list of str
        Event of each pick.
    sources : Sources
    """

    traces: list[Trace]
    picks: Picks
    events: list[str]
    sources: Sources


def start_of(text: str) -> int:
    """Return a time in ns since 1970 UTC.

    Raises
    ------
    ConfigError
        If it is no time.
    """
    try:
        return int(np.datetime64(text.removesuffix("Z").removesuffix("+00:00"), "ns").astype(np.int64))
    except ValueError as error:
        raise ConfigError(f"start is {text!r}, expected a time such as 2024-01-01T00:00:00") from error


def make_day(options: DayOptions, progress: Progress | None = None) -> Day:
    """Record a station for some hours.

    Parameters
    ----------
    options : DayOptions
    progress : callable, optional
        Called with events recorded and in all.
    """
    rng = np.random.default_rng([options.seed, 0])
    sources = make_sources(dataclasses.replace(options.seismicity, days=options.hours / 24), rng)
    seconds, start_ns = 3600 * options.hours, start_of(options.start)
    rng = np.random.default_rng([options.seed, 1])
    record = record_continuously(sources, options.site, options.ground, seconds, rng, progress=progress)
    prefix = INSTRUMENTS[options.ground.instrument].channel_prefix
    picks, events = truth_picks(record, options.site, start_ns, seconds, prefix)
    names = event_ids(sources)
    traces = traces_of(options.site, record.counts, start_ns, options.ground.rate_hz, prefix)
    return Day(traces, picks, [names[k] for k in events], sources)


def write_day(options: DayOptions, folder: str | Path, progress: Progress | None = None) -> Day:
    """Write a day as miniSEED, ``picks.csv`` and ``events.csv`` (places east and north of the middle).

    Parameters
    ----------
    options : DayOptions
    folder : str or Path
        Made if it is not there.
    progress : callable, optional
        Called with events recorded and in all.

    Returns
    -------
    Day

    Raises
    ------
    ConfigError
        If an option cannot be used.
    StoreError, WaveformError
        If a file cannot be written.
    """
    target = made_folder(folder)
    day = make_day(options, progress)
    write_mseed(day.traces, target / f"{options.site.station_id}{options.start[:10]}.mseed")
    write_picks(day.picks, day.events, target / "picks.csv")
    names = event_ids(day.sources)
    counts = np.array([day.events.count(name) for name in names], np.int64)
    write_events(day.sources, start_of(options.start), Frame(), counts, target / "events.csv")
    return day
