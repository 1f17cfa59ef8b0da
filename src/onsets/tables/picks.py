"""Picks, detections and the ledger as columns."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.errors import ConfigError
from onsets.types import Pick

__all__ = [
    "DETECTION_COLUMNS",
    "LEDGER_COLUMNS",
    "PICK_COLUMNS",
    "Detections",
    "LedgerRow",
    "Picks",
    "iso_time",
    "time_ns",
]

PICK_COLUMNS = (
    "station_id",
    "channel_prefix",
    "phase",
    "time",
    "probability",
    "uncertainty_s",
    "snr_db",
    "amplitude",
    "polarity",
    "model",
    "flags",
)
DETECTION_COLUMNS = ("station_id", "start", "end", "probability", "model")


def iso_time(time_ns: int) -> str:
    """Return ISO 8601 UTC with microseconds and Z, rounded to the nearest microsecond.

    Examples
    --------
    >>> iso_time(1_251_073_207_123_456_700)
    '2009-08-24T00:20:07.123457Z'
    """
    return str(np.datetime64((int(time_ns) + 500) // 1000, "us")) + "Z"


def time_ns(text: str, what: str = "time") -> int:
    """Return ns UTC of an ISO 8601 date or time; a time without zone is UTC.

    Parameters
    ----------
    text : str
    what : str
        Name of the option or key, for the message.

    Raises
    ------
    ConfigError
        If it is no such time.

    Examples
    --------
    >>> time_ns("2009-08-24T00:20:07.5")
    1251073207500000000
    """
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            f"{what} {text!r} is no ISO 8601 time; write 2024-01-31 or 2024-01-31T06:00:00"
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return (moment - epoch) // datetime.timedelta(microseconds=1) * 1000


@dataclass(frozen=True, slots=True, eq=False)
class Picks:
    """Onsets as columns, one element a pick; iterating yields :class:`onsets.types.Pick`.

    Attributes
    ----------
    station_id, channel_prefix, phase, polarity, model, flags : ndarray of str, shape (n,)
        ``flags`` joins its words by a blank.
    time_ns : ndarray of int64, shape (n,)
        ns since 1970 UTC.
    probability, uncertainty_s, snr_db, amplitude : ndarray of float64, shape (n,)
        NaN where unknown; amplitude in the unit of the record.
    """

    station_id: npt.NDArray[np.str_]
    channel_prefix: npt.NDArray[np.str_]
    phase: npt.NDArray[np.str_]
    time_ns: npt.NDArray[np.int64]
    probability: npt.NDArray[np.float64]
    uncertainty_s: npt.NDArray[np.float64]
    snr_db: npt.NDArray[np.float64]
    amplitude: npt.NDArray[np.float64]
    polarity: npt.NDArray[np.str_]
    model: npt.NDArray[np.str_]
    flags: npt.NDArray[np.str_]

    @classmethod
    def of(cls, picks: Iterable[Pick]) -> Picks:
        """Gather single picks into columns, in the order given."""
        rows = list(picks)
        columns: dict[str, Any] = {}
        for column in dataclasses.fields(cls):
            values = [getattr(row, column.name) for row in rows]
            if column.name == "flags":
                values = [" ".join(sorted(value)) for value in values]
            kind = {"time_ns": np.int64}.get(column.name)
            if column.name in ("probability", "uncertainty_s", "snr_db", "amplitude"):
                kind = np.float64  # type: ignore[assignment]
            columns[column.name] = np.array(values, dtype=kind if kind is not None else np.str_)
        return cls(**columns)

    @classmethod
    def concat(cls, tables: Iterable[Picks]) -> Picks:
        """Join tables one after another."""
        parts = list(tables) or [cls.of([])]
        names = [column.name for column in dataclasses.fields(cls)]
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})

    def __len__(self) -> int:
        return len(self.time_ns)

    def __iter__(self) -> Iterator[Pick]:
        names = [column.name for column in dataclasses.fields(self)]
        for row in zip(*(getattr(self, name).tolist() for name in names), strict=True):
            values = dict(zip(names, row, strict=True))
            values["flags"] = frozenset(values["flags"].split())
            yield Pick(**values)

    def take(self, index: Any) -> Picks:
        """Return the rows of a mask, slice or index array."""
        names = [column.name for column in dataclasses.fields(self)]
        return Picks(**{name: getattr(self, name)[index] for name in names})

    def sorted(self) -> Picks:
        """Return the rows ordered by time, then station, then phase."""
        return self.take(np.lexsort((self.phase, self.station_id, self.time_ns)))

    def rows(self) -> list[dict[str, Any]]:
        """Return plain rows keyed by the columns of the interface; unknown numbers are None."""
        out = []
        for pick in self:
            row = dataclasses.asdict(pick)
            row["time"] = iso_time(row.pop("time_ns"))
            row["flags"] = " ".join(sorted(pick.flags))
            for key in ("probability", "uncertainty_s", "snr_db", "amplitude"):
                row[key] = None if np.isnan(row[key]) else row[key]
            out.append({key: row[key] for key in PICK_COLUMNS})
        return out


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Intervals at one station in which a network saw an event, as columns.

    Attributes
    ----------
    station_id, model : ndarray of str, shape (n,)
    start_ns, end_ns : ndarray of int64, shape (n,)
    probability : ndarray of float64, shape (n,)
        Highest value in the interval.
    """

    station_id: npt.NDArray[np.str_]
    start_ns: npt.NDArray[np.int64]
    end_ns: npt.NDArray[np.int64]
    probability: npt.NDArray[np.float64]
    model: npt.NDArray[np.str_]

    @classmethod
    def of(cls, rows: Iterable[tuple[str, int, int, float, str]]) -> Detections:
        """Gather ``(station_id, start_ns, end_ns, probability, model)`` rows."""
        columns = list(zip(*rows, strict=True)) or [(), (), (), (), ()]
        kinds = (np.str_, np.int64, np.int64, np.float64, np.str_)
        return cls(*(np.array(column, dtype=kind) for column, kind in zip(columns, kinds, strict=True)))

    @classmethod
    def concat(cls, tables: Iterable[Detections]) -> Detections:
        """Join tables one after another."""
        parts = list(tables) or [cls.of([])]
        names = [column.name for column in dataclasses.fields(cls)]
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})

    def __len__(self) -> int:
        return len(self.start_ns)

    def take(self, index: Any) -> Detections:
        """Return the rows of a mask, slice or index array."""
        names = [column.name for column in dataclasses.fields(self)]
        return Detections(**{name: getattr(self, name)[index] for name in names})

    def sorted(self) -> Detections:
        """Return the rows ordered by start, then station, then end."""
        return self.take(np.lexsort((self.end_ns, self.station_id, self.start_ns)))

    def rows(self) -> list[dict[str, Any]]:
        """Return plain rows keyed by the columns of the interface."""
        return [
            {
                "station_id": str(self.station_id[i]),
                "start": iso_time(self.start_ns[i]),
                "end": iso_time(self.end_ns[i]),
                "probability": float(self.probability[i]),
                "model": str(self.model[i]),
            }
            for i in range(len(self))
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """What became of one station-day: the answer to "why no pick?".

    Attributes
    ----------
    station_id, day : str
        ``NET.STA.LOC`` and ``YYYY-MM-DD`` (empty when no data could be read).
    samples_read : int
        Samples of all components that arrived, before anything was rejected.
    samples_used : int
        Samples of all components that the picker saw as valid.
    gaps : int
        Number of gaps within the day's data.
    gap_s : float
        Their total length, s, of the component with most.
    rejected : str
        Pieces not used, each with its reason, joined by ``; ``.
    flags : str
        Flags of the records of the day, joined by a blank.
    highest_p, highest_s : float
        Highest value of the P and S curve (probability or ratio); NaN when none was made.
    picks_p, picks_s : int
        Number of picks.
    why : str
        One line a person can act on when a phase has no pick, else empty.
    """

    station_id: str
    day: str = ""
    samples_read: int = 0
    samples_used: int = 0
    gaps: int = 0
    gap_s: float = 0.0
    rejected: str = ""
    flags: str = ""
    highest_p: float = float("nan")
    highest_s: float = float("nan")
    picks_p: int = 0
    picks_s: int = 0
    why: str = ""

    def row(self) -> dict[str, Any]:
        """Return a plain row; unknown numbers are None."""
        row = dataclasses.asdict(self)
        return {key: None if value != value else value for key, value in row.items()}


LEDGER_COLUMNS = tuple(column.name for column in dataclasses.fields(LedgerRow))
