"""Evaluation: picks against labels."""

from onsets.evaluation.match import Score, match, score
from onsets.evaluation.thresholds import best_threshold

__all__ = ["Score", "best_threshold", "match", "score"]
