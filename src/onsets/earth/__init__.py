"""The earth as the rest of the house sees it: places, layered velocity models, travel times."""

from onsets.earth.geometry import Frame, geodesic, geodesic_end
from onsets.earth.model import LayeredModel, read_model
from onsets.earth.travel_times import Arrivals, travel_times

__all__ = [
    "Arrivals",
    "Frame",
    "LayeredModel",
    "geodesic",
    "geodesic_end",
    "read_model",
    "travel_times",
]
