"""Pipelines: files or archives to picks, with the ledger of what became of each station-day."""

from onsets.pipeline.correlate import CorrelateOptions, correlate_archive
from onsets.pipeline.ledger import station_days
from onsets.pipeline.pick import PickRun, pick_files, pick_sds, pick_traces

__all__ = [
    "CorrelateOptions",
    "PickRun",
    "correlate_archive",
    "pick_files",
    "pick_sds",
    "pick_traces",
    "station_days",
]
