"""The earth as the rest of the house sees it: places, layered velocity models, travel times."""

from onsets.earth.geometry import Frame, geodesic, geodesic_end
from onsets.earth.model import LayeredModel, read_model

__all__ = ["Frame", "LayeredModel", "geodesic", "geodesic_end", "read_model"]
