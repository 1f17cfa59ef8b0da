"""The truth about synthetic records as files that pickers, associators and locators are compared with."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from onsets.earth import Frame, LayeredModel
from onsets.errors import ConfigError
from onsets.store.atomic import replacing
from onsets.store.sheet import Column, Sheet, picks_sheet
from onsets.store.text import csv_blocks
from onsets.synthetics.continuous import Continuous, Site
from onsets.synthetics.instrument import Instrument
from onsets.synthetics.seismicity import Sources
from onsets.tables import EVENT_COLUMNS, Picks, iso_time
from onsets.types import Pick, Trace

__all__ = [
    "event_ids",
    "made_folder",
    "traces_of",
    "truth_picks",
    "write_events",
    "write_model",
    "write_picks",
    "write_stations",
]

TRUTH = "truth"


def made_folder(folder: str | Path) -> Path:
    """Return a folder, made if it is not there.

    Raises
    ------
    ConfigError
        If it cannot be made.
    """
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be a folder: {error.strerror or error}; name another") from error
    return target


def event_ids(sources: Sources) -> list[str]:
    """Return a name for each event, by its number."""
    return [f"syn{number:06d}" for number in range(1, len(sources) + 1)]


def traces_of(
    site: Site, counts: npt.NDArray[np.int32], start_ns: int, rate_hz: float, prefix: str
) -> list[Trace]:
    """Return the components of a station as traces."""
    return [
        Trace(site.station_id, prefix + component, start_ns, rate_hz, row)
        for component, row in zip("ZNE", counts, strict=True)
    ]


def truth_picks(
    record: Continuous, site: Site, start_ns: int, seconds: float, prefix: str
) -> tuple[Picks, list[int]]:
    """Return the arrivals within a record as picks, and the number of the event of each.

    Whether an arrival can be seen is not asked: ``snr_db`` says how far it stands above the noise.
    """
    rows, events = [], []
    for number, (times, snr) in enumerate(
        zip(record.arrivals_s.tolist(), record.snr_db.tolist(), strict=True)
    ):
        for phase, time_s, ratio in zip("PS", times, snr, strict=True):
            if 0 <= time_s < seconds:
                time_ns = start_ns + round(time_s * 1e9)
                rows.append(Pick(site.station_id, prefix, phase, time_ns, snr_db=ratio, model=TRUTH))
                events.append(number)
    return Picks.of(rows), events


def write_picks(picks: Picks, events: Sequence[str], path: Path) -> None:
    """Write picks with the interface's columns and, behind them, ``event_id``.

    A folder with this file and the waveforms beside it is a dataset of the kind ``mseed-catalogue``.
    """
    order = np.lexsort((picks.phase, picks.station_id, picks.time_ns))
    named = Column("event_id", "text", [events[k] for k in order.tolist()])
    sheet = Sheet((*picks_sheet(picks.take(order)).columns, named))
    with replacing(path) as handle:
        handle.writelines(block.encode() for block in csv_blocks(sheet))


def write_events(
    sources: Sources, start_ns: int, frame: Frame, arrivals: npt.NDArray[np.int64], path: Path
) -> None:
    """Write events with the interface's columns.

    Parameters
    ----------
    sources : Sources
    start_ns : int
        What their times count from.
    frame : Frame
    arrivals : ndarray of int64, shape (n,)
        Picks of each.
    path : Path
    """
    latitude, longitude = frame.to_geographic(sources.x_km, sources.y_km)
    times = (start_ns + np.round(sources.time_s * 1e9).astype(np.int64)).tolist()
    known = {
        "event_id": event_ids(sources),
        "time": [iso_time(time) for time in times],
        "latitude": _digits(latitude, 6),
        "longitude": _digits(longitude, 6),
        "depth_km": _digits(sources.depth_km, 4),
        "x_km": _digits(sources.x_km, 4),
        "y_km": _digits(sources.y_km, 4),
        "picks": [str(count) for count in arrivals.tolist()],
        "magnitude": _digits(sources.magnitude, 3),
        "magnitude_type": ["Mw"] * len(sources),
        "method": [TRUTH] * len(sources),
    }
    _write({name: known.get(name, [""] * len(sources)) for name in EVENT_COLUMNS}, path)


def write_stations(sites: Sequence[Site], frame: Frame, instrument: Instrument, path: Path) -> None:
    """Write places, all at sea level, and ``gain_counts_m_s, corner_hz, damping`` of the instrument."""
    x, y = np.array([site.x_km for site in sites]), np.array([site.y_km for site in sites])
    latitude, longitude = frame.to_geographic(x, y)
    columns = {"latitude": _digits(latitude, 6), "longitude": _digits(longitude, 6)}
    grid = {"elevation_m": _digits(np.zeros(len(sites)), 1), "x_km": _digits(x, 4), "y_km": _digits(y, 4)}
    turn = instrument.poles[0]
    sensor = {
        "gain_counts_m_s": _digits(np.full(len(sites), instrument.sensitivity), 1),
        "corner_hz": _digits(np.full(len(sites), abs(turn) / (2 * np.pi)), 6),
        "damping": _digits(np.full(len(sites), -turn.real / abs(turn)), 4),
    }
    _write({"station_id": [site.station_id for site in sites], **columns, **grid, **sensor}, path)


def write_model(model: LayeredModel, path: Path) -> None:
    """Write the layers as :func:`onsets.earth.read_model` reads them."""
    names = ("depth_km", "vp_km_s", "vs_km_s", "density_g_cm3", "qp", "qs")
    columns = {name: np.asarray(getattr(model, name), np.float64) for name in names}
    _write({name: _digits(columns[name], 4) for name in names if np.isfinite(columns[name]).all()}, path)


def _digits(values: npt.NDArray[np.float64], places: int) -> list[str]:
    return ["" if value != value else f"{value:.{places}f}" for value in np.atleast_1d(values).tolist()]


def _write(columns: dict[str, list[str]], path: Path) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    with replacing(path) as handle:
        handle.write(text.getvalue().encode())
