"""Pipelines: files or archives to picks, with the ledger of what became of each station-day."""

from onsets.pipeline.associate import Association, associate, association_options
from onsets.pipeline.correlate import CorrelateOptions, correlate_archive
from onsets.pipeline.ledger import station_days
from onsets.pipeline.pick import pick_files, pick_sds
from onsets.pipeline.result import PickRun
from onsets.pipeline.unit import Unit, pick_traces, pick_unit

__all__ = [
    "Association",
    "CorrelateOptions",
    "PickRun",
    "Unit",
    "associate",
    "association_options",
    "correlate_archive",
    "pick_files",
    "pick_sds",
    "pick_traces",
    "pick_unit",
    "station_days",
]
