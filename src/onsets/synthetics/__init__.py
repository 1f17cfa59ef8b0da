"""Synthetic records: Green's functions of layered models, sources, records of many sources."""

from onsets.synthetics.crust import MODELS, velocity_model
from onsets.synthetics.greens import COMPONENTS, GreensOptions, GreensTable, Grid, greens_table
from onsets.synthetics.pulses import PULSES, convolve, pulse_spectrum
from onsets.synthetics.records import Drawn, RecordOptions, draw_sources, records_of
from onsets.synthetics.source import (
    TENSOR,
    double_couple,
    explosion,
    moment_n_m,
    radiation,
    rotate_to_zne,
    synthesise,
)
from onsets.synthetics.wavenumber import ConvergenceError

__all__ = [
    "COMPONENTS",
    "MODELS",
    "PULSES",
    "TENSOR",
    "ConvergenceError",
    "Drawn",
    "GreensOptions",
    "GreensTable",
    "Grid",
    "RecordOptions",
    "convolve",
    "double_couple",
    "draw_sources",
    "explosion",
    "greens_table",
    "moment_n_m",
    "pulse_spectrum",
    "radiation",
    "records_of",
    "rotate_to_zne",
    "synthesise",
    "velocity_model",
]
