"""Pipelines: files or archives to picks, with the ledger of what became of each station-day."""

from onsets.pipeline.archive import Archive, Targets, pick_archive
from onsets.pipeline.associate import Association, associate, association_options
from onsets.pipeline.batch import Crew, pick_into, pick_plan
from onsets.pipeline.book import LedgerError
from onsets.pipeline.correlate import CorrelateOptions, correlate_archive
from onsets.pipeline.day import PickOptions, pick_day
from onsets.pipeline.estimate import Estimate, estimate
from onsets.pipeline.folder import RunFolder
from onsets.pipeline.ledger import station_days
from onsets.pipeline.magnitude import Magnitudes, measure_magnitudes
from onsets.pipeline.pick import pick_files, pick_sds
from onsets.pipeline.plan import Plan, StationDay, margins, plan_files, plan_sds
from onsets.pipeline.result import PickRun
from onsets.pipeline.run import RunConfig, RunDone, run
from onsets.pipeline.section import event_section, largest_event
from onsets.pipeline.unit import Unit, pick_traces, pick_unit

__all__ = [
    "Archive",
    "Association",
    "CorrelateOptions",
    "Crew",
    "Estimate",
    "LedgerError",
    "Magnitudes",
    "PickOptions",
    "PickRun",
    "Plan",
    "RunConfig",
    "RunDone",
    "RunFolder",
    "StationDay",
    "Targets",
    "Unit",
    "associate",
    "association_options",
    "correlate_archive",
    "estimate",
    "event_section",
    "largest_event",
    "margins",
    "measure_magnitudes",
    "pick_archive",
    "pick_day",
    "pick_files",
    "pick_into",
    "pick_plan",
    "pick_sds",
    "pick_traces",
    "pick_unit",
    "plan_files",
    "plan_sds",
    "run",
    "station_days",
]
