"""Waveforms: files and archives to records, records to windows and back."""

from onsets.waveforms.deferred import DeferredError
from onsets.waveforms.filter import bandpass, bandpass_sections, in_band, settling_samples
from onsets.waveforms.formats import read_other
from onsets.waveforms.gather import gather, lay_out
from onsets.waveforms.layout import Layout
from onsets.waveforms.mseed import read_mseed, write_mseed
from onsets.waveforms.normalise import normalise
from onsets.waveforms.pieces import Head, Piece, pieces
from onsets.waveforms.quality import clipped_samples, dead_components
from onsets.waveforms.read import find_files, read_traces
from onsets.waveforms.records import read, read_records
from onsets.waveforms.resample import Resampling, interpolate, resample, resampling
from onsets.waveforms.response import Response, Responses, find_responses, read_responses
from onsets.waveforms.sds import sds_files, stations_list, trim
from onsets.waveforms.span import Held, index_files, read_span, runs_beyond
from onsets.waveforms.stations import label_to_id, read_stations
from onsets.waveforms.windows import Stack, cut, window_starts

__all__ = [
    "DeferredError",
    "Head",
    "Held",
    "Layout",
    "Piece",
    "Resampling",
    "Response",
    "Responses",
    "Stack",
    "bandpass",
    "bandpass_sections",
    "clipped_samples",
    "cut",
    "dead_components",
    "find_files",
    "find_responses",
    "gather",
    "in_band",
    "index_files",
    "interpolate",
    "label_to_id",
    "lay_out",
    "normalise",
    "pieces",
    "read",
    "read_mseed",
    "read_other",
    "read_records",
    "read_responses",
    "read_span",
    "read_stations",
    "read_traces",
    "resample",
    "resampling",
    "runs_beyond",
    "sds_files",
    "settling_samples",
    "stations_list",
    "trim",
    "window_starts",
    "write_mseed",
]
