"""Picks of an event to its hypocentre, and hypocentres relative to each other."""

from onsets.location.correlate import delay
from onsets.location.details import detail_rows
from onsets.location.double_difference import Relocation, relocate
from onsets.location.locate import Locations, Verdict, estimate_corrections, locate
from onsets.location.options import LocateOptions, RelocateOptions, WeightSet
from onsets.location.pairs import neighbours, pair_picks
from onsets.location.quality import Ellipsoid, azimuthal_gap
from onsets.location.residuals import with_residuals

__all__ = [
    "Ellipsoid",
    "LocateOptions",
    "Locations",
    "RelocateOptions",
    "Relocation",
    "Verdict",
    "WeightSet",
    "azimuthal_gap",
    "delay",
    "detail_rows",
    "estimate_corrections",
    "locate",
    "neighbours",
    "pair_picks",
    "relocate",
    "with_residuals",
]
