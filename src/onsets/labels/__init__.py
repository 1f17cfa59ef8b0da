"""Labels: arrivals to training targets."""

from onsets.labels.curves import box_curves, gaussian_curves, triangle_curves
from onsets.labels.intervals import intervals, unlabelled
from onsets.labels.segments import segment_targets
from onsets.labels.targets import Labels, Targets, make_targets
from onsets.labels.weights import window_curves, yu_weights

__all__ = [
    "Labels",
    "Targets",
    "box_curves",
    "gaussian_curves",
    "intervals",
    "make_targets",
    "segment_targets",
    "triangle_curves",
    "unlabelled",
    "window_curves",
    "yu_weights",
]
