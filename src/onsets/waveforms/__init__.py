"""Waveforms: files and archives to records, records to windows and back."""

from onsets.waveforms.gather import gather
from onsets.waveforms.mseed import read_mseed, write_mseed
from onsets.waveforms.normalise import normalise
from onsets.waveforms.quality import clipped_samples, dead_components
from onsets.waveforms.resample import interpolate, resample
from onsets.waveforms.windows import Stack, cut, window_starts

__all__ = [
    "Stack",
    "clipped_samples",
    "cut",
    "dead_components",
    "gather",
    "interpolate",
    "normalise",
    "read_mseed",
    "resample",
    "window_starts",
    "write_mseed",
]
