"""Tables: columns for many things, where :mod:`onsets.types` has one object for one thing."""

from onsets.tables.picks import (
    DETECTION_COLUMNS,
    LEDGER_COLUMNS,
    PICK_COLUMNS,
    Detections,
    LedgerRow,
    Picks,
    iso_time,
)
from onsets.tables.stations import STATION_COLUMNS, Stations

__all__ = [
    "DETECTION_COLUMNS",
    "LEDGER_COLUMNS",
    "PICK_COLUMNS",
    "STATION_COLUMNS",
    "Detections",
    "LedgerRow",
    "Picks",
    "Stations",
    "iso_time",
]
