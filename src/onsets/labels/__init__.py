"""Labels: arrivals to training targets."""

from onsets.labels.segments import segment_targets

__all__ = ["segment_targets"]
