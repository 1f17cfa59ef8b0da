"""Training: labelled records and a network to a trained network."""

from onsets.training.segments import SegmentTraining, draw_batch, fit_segments, pack, segment_loss

__all__ = ["SegmentTraining", "draw_batch", "fit_segments", "pack", "segment_loss"]
