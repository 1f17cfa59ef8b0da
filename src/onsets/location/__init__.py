"""Picks of an event to its hypocentre, and hypocentres relative to each other."""

from onsets.location.double_difference import Relocation, relocate
from onsets.location.options import LocateOptions, RelocateOptions, WeightSet

__all__ = ["LocateOptions", "RelocateOptions", "Relocation", "WeightSet", "relocate"]
