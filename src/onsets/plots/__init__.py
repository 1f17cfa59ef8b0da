"""Pictures of records and what was picked in them (needs the extra ``plots``)."""

from onsets.plots.learning import figure_learning, plot_learning
from onsets.plots.record import figure_record, plot_record
from onsets.plots.save import PICTURES, check_picture, save_figure

__all__ = [
    "PICTURES",
    "check_picture",
    "figure_learning",
    "figure_record",
    "plot_learning",
    "plot_record",
    "save_figure",
]
