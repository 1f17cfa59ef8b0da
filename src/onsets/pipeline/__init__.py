"""Pipelines: files or archives to picks, with the ledger of what became of each station-day."""

from onsets.pipeline.associate import Association, associate, association_options
from onsets.pipeline.ledger import station_days
from onsets.pipeline.pick import PickRun, pick_files, pick_sds, pick_traces

__all__ = [
    "Association",
    "PickRun",
    "associate",
    "association_options",
    "pick_files",
    "pick_sds",
    "pick_traces",
    "station_days",
]
