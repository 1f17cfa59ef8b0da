"""Pictures of records and picks, and of how good pickers are (needs the extra ``plots``)."""

from onsets.plots.attention import figure_attention, plot_attention
from onsets.plots.canvas import look_of, panels
from onsets.plots.catalogue import figure_catalogue, figure_comparison, figure_magnitudes
from onsets.plots.curves import Line, figure_curves
from onsets.plots.learning import figure_learning, plot_learning
from onsets.plots.record import figure_record, plot_record
from onsets.plots.residuals import figure_boxes, figure_histograms
from onsets.plots.save import PICTURES, check_picture, save_figure
from onsets.plots.scores import Panel, figure_costs, figure_matrix, figure_scores
from onsets.plots.section import figure_section

__all__ = [
    "PICTURES",
    "Line",
    "Panel",
    "check_picture",
    "figure_attention",
    "figure_boxes",
    "figure_catalogue",
    "figure_comparison",
    "figure_costs",
    "figure_curves",
    "figure_histograms",
    "figure_learning",
    "figure_magnitudes",
    "figure_matrix",
    "figure_record",
    "figure_scores",
    "figure_section",
    "look_of",
    "panels",
    "plot_attention",
    "plot_learning",
    "plot_record",
    "save_figure",
]
