"""Wood-Anderson amplitudes and coda durations to magnitudes."""

from onsets.magnitude.duration import coda_duration
from onsets.magnitude.estimate import event_magnitudes
from onsets.magnitude.options import MagnitudeOptions
from onsets.magnitude.relations import DURATIONS, RELATIONS, Relation
from onsets.magnitude.wood_anderson import INSTRUMENTS, wood_anderson

__all__ = [
    "DURATIONS",
    "INSTRUMENTS",
    "RELATIONS",
    "MagnitudeOptions",
    "Relation",
    "coda_duration",
    "event_magnitudes",
    "wood_anderson",
]
