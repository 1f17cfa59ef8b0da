"""Tables to and from files: CSV, JSON lines, Parquet, QuakeML. The suffix decides."""

from onsets.store.atomic import StoreError, replacing
from onsets.store.parquet import read_detections
from onsets.store.quakeml import write_quakeml
from onsets.store.read import read_picks
from onsets.store.write import FORMATS, check_target, write_detections, write_ledger, write_picks

__all__ = [
    "FORMATS",
    "StoreError",
    "check_target",
    "read_detections",
    "read_picks",
    "replacing",
    "write_detections",
    "write_ledger",
    "write_picks",
    "write_quakeml",
]
