"""Waveforms: files and archives to records, records to windows and back."""

from onsets.waveforms.filter import bandpass
from onsets.waveforms.formats import read_other
from onsets.waveforms.gather import gather
from onsets.waveforms.mseed import read_mseed, write_mseed
from onsets.waveforms.normalise import normalise
from onsets.waveforms.quality import clipped_samples, dead_components
from onsets.waveforms.read import find_files, read_traces
from onsets.waveforms.records import read, read_records
from onsets.waveforms.resample import interpolate, resample
from onsets.waveforms.sds import sds_files, stations_list, trim
from onsets.waveforms.span import Held, index_files, read_span, runs_beyond
from onsets.waveforms.windows import Stack, cut, window_starts

__all__ = [
    "Held",
    "Stack",
    "bandpass",
    "clipped_samples",
    "cut",
    "dead_components",
    "find_files",
    "gather",
    "index_files",
    "interpolate",
    "normalise",
    "read",
    "read_mseed",
    "read_other",
    "read_records",
    "read_span",
    "read_traces",
    "resample",
    "runs_beyond",
    "sds_files",
    "stations_list",
    "trim",
    "window_starts",
    "write_mseed",
]
