"""The earth as the rest of the house sees it: places, layered velocity models, travel times."""

from onsets.earth.files import MODEL_KINDS, hypodd_layers, model_text, read_model
from onsets.earth.geometry import Frame, geodesic, geodesic_end
from onsets.earth.grid import TimeGrid, time_grid
from onsets.earth.model import LayeredModel
from onsets.earth.travel_times import Arrivals, travel_times

__all__ = [
    "MODEL_KINDS",
    "Arrivals",
    "Frame",
    "LayeredModel",
    "TimeGrid",
    "geodesic",
    "geodesic_end",
    "hypodd_layers",
    "model_text",
    "read_model",
    "time_grid",
    "travel_times",
]
