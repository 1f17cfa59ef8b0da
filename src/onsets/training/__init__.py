"""Training: labelled records and a network to a trained network."""

from onsets.training.fit import Judged, Report
from onsets.training.recipe import Recipe
from onsets.training.run import Trained, train
from onsets.training.segments import SegmentTraining, draw_batch, fit_segments, pack, segment_loss

__all__ = [
    "Judged",
    "Recipe",
    "Report",
    "SegmentTraining",
    "Trained",
    "draw_batch",
    "fit_segments",
    "pack",
    "segment_loss",
    "train",
]
