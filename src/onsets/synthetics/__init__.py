"""Synthetic records: Green's functions, rays, sources, noise, sites; days and catalogues with their truth."""

from onsets.synthetics.catalogue import CatalogueOptions, Network, make_network, write_catalogue
from onsets.synthetics.coda import Scattering, add_coda, coda_share
from onsets.synthetics.continuous import Continuous, Ground, Site, record_continuously
from onsets.synthetics.crust import MODELS, velocity_model
from onsets.synthetics.day import Day, DayOptions, make_day, write_day
from onsets.synthetics.greens import COMPONENTS, GreensOptions, GreensTable, Grid, greens_table
from onsets.synthetics.instrument import (
    INSTRUMENTS,
    Instrument,
    at_rate,
    digitise,
    instrument_response,
    record_as,
)
from onsets.synthetics.noise import ground_noise, noise_model_db, recorded_noise
from onsets.synthetics.pulses import PULSES, convolve, pulse_spectrum
from onsets.synthetics.rays import RayOptions, corner_hz, ray_arrivals, ray_records
from onsets.synthetics.records import Drawn, RecordOptions, draw_sources, records_of
from onsets.synthetics.seismicity import Seismicity, Sources, gutenberg_richter, make_sources, omori_times
from onsets.synthetics.site import apply_spectrum, layer_response, minimum_phase, quarter_wavelength
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
    "INSTRUMENTS",
    "MODELS",
    "PULSES",
    "TENSOR",
    "CatalogueOptions",
    "Continuous",
    "ConvergenceError",
    "Day",
    "DayOptions",
    "Drawn",
    "GreensOptions",
    "GreensTable",
    "Grid",
    "Ground",
    "Instrument",
    "Network",
    "RayOptions",
    "RecordOptions",
    "Scattering",
    "Seismicity",
    "Site",
    "Sources",
    "add_coda",
    "apply_spectrum",
    "at_rate",
    "coda_share",
    "convolve",
    "corner_hz",
    "digitise",
    "double_couple",
    "draw_sources",
    "explosion",
    "greens_table",
    "ground_noise",
    "gutenberg_richter",
    "instrument_response",
    "layer_response",
    "make_day",
    "make_network",
    "make_sources",
    "minimum_phase",
    "moment_n_m",
    "noise_model_db",
    "omori_times",
    "pulse_spectrum",
    "quarter_wavelength",
    "radiation",
    "ray_arrivals",
    "ray_records",
    "record_as",
    "record_continuously",
    "recorded_noise",
    "records_of",
    "rotate_to_zne",
    "synthesise",
    "velocity_model",
    "write_catalogue",
    "write_day",
]
