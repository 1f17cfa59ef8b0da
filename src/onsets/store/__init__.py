"""Tables to and from files: CSV, JSON lines, Parquet, QuakeML. The suffix decides."""

from onsets.store.associators import read_associator_events, read_associator_picks, write_associator_picks
from onsets.store.atomic import StoreError, sweep
from onsets.store.catalogue import (
    read_amplitudes,
    read_assignments,
    read_catalogue,
    read_events,
    write_events,
)
from onsets.store.database import read_database
from onsets.store.parquet import read_detections
from onsets.store.quakeml import write_quakeml
from onsets.store.read import read_picks
from onsets.store.real import read_real_events, read_real_picks, write_real_events, write_real_picks
from onsets.store.write import (
    FORMATS,
    check_target,
    write_amplitudes,
    write_assignments,
    write_detections,
    write_ledger,
    write_picks,
    write_text,
)

__all__ = [
    "FORMATS",
    "StoreError",
    "check_target",
    "read_amplitudes",
    "read_assignments",
    "read_associator_events",
    "read_associator_picks",
    "read_catalogue",
    "read_database",
    "read_detections",
    "read_events",
    "read_picks",
    "read_real_events",
    "read_real_picks",
    "sweep",
    "write_amplitudes",
    "write_assignments",
    "write_associator_picks",
    "write_detections",
    "write_events",
    "write_ledger",
    "write_picks",
    "write_quakeml",
    "write_real_events",
    "write_real_picks",
    "write_text",
]
