"""Tables: columns for many things, where :mod:`onsets.types` has one object for one thing."""

from onsets.tables.amplitudes import AMPLITUDE_COLUMNS, Amplitudes
from onsets.tables.differences import Differences
from onsets.tables.events import ASSIGNMENT_COLUMNS, EVENT_COLUMNS, Assignments, Events
from onsets.tables.picks import (
    DETECTION_COLUMNS,
    LEDGER_COLUMNS,
    PICK_COLUMNS,
    Detections,
    LedgerRow,
    Picks,
    iso_time,
    time_ns,
)
from onsets.tables.stations import STATION_COLUMNS, Stations

__all__ = [
    "AMPLITUDE_COLUMNS",
    "ASSIGNMENT_COLUMNS",
    "DETECTION_COLUMNS",
    "EVENT_COLUMNS",
    "LEDGER_COLUMNS",
    "PICK_COLUMNS",
    "STATION_COLUMNS",
    "Amplitudes",
    "Assignments",
    "Detections",
    "Differences",
    "Events",
    "LedgerRow",
    "Picks",
    "Stations",
    "iso_time",
    "time_ns",
]
