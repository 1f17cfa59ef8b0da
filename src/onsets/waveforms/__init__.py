"""Waveforms: files and archives to records, records to windows and back."""

from onsets.waveforms.normalise import normalise
from onsets.waveforms.windows import Stack, cut, window_starts

__all__ = ["Stack", "cut", "normalise", "window_starts"]
