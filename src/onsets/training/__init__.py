"""Training: labelled records and a network to a trained network."""

from onsets.training.fit import Judged, Report
from onsets.training.recipe import Recipe
from onsets.training.run import Trained, train

__all__ = ["Judged", "Recipe", "Report", "Trained", "train"]
