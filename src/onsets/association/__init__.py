"""Picks to events, by PyOcto or by REAL's grid search."""

from onsets.association.associate import ENGINES, associate, placed, settled
from onsets.association.describe import azimuthal_gaps
from onsets.association.pyocto_options import PyoctoOptions
from onsets.association.real_options import RealOptions, from_real_strings

__all__ = [
    "ENGINES",
    "PyoctoOptions",
    "RealOptions",
    "associate",
    "azimuthal_gaps",
    "from_real_strings",
    "placed",
    "settled",
]
