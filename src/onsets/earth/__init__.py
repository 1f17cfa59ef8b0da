"""The earth as the rest of the house sees it: layered velocity models."""

from onsets.earth.model import LayeredModel, read_model

__all__ = ["LayeredModel", "read_model"]
