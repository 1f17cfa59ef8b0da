"""Tables: columns for many things, where :mod:`onsets.types` has one object for one thing."""

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
    "ASSIGNMENT_COLUMNS",
    "DETECTION_COLUMNS",
    "EVENT_COLUMNS",
    "LEDGER_COLUMNS",
    "PICK_COLUMNS",
    "STATION_COLUMNS",
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
