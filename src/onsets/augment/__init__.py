"""Augmentation: batches of labelled windows to other batches that are as plausible."""

from onsets.augment.batch import (
    cut_shifted,
    drop_components,
    flip_polarity,
    insert_gap,
    mix,
    rotate_horizontal,
)

__all__ = ["cut_shifted", "drop_components", "flip_polarity", "insert_gap", "mix", "rotate_horizontal"]
