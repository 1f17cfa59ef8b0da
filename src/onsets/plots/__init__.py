"""Pictures of records and picks, and of how good pickers are (needs the extra ``plots``)."""

from onsets.plots.attention import figure_attention, plot_attention
from onsets.plots.canvas import look_of, panels
from onsets.plots.catalogue import figure_catalogue, figure_comparison, figure_magnitudes
from onsets.plots.curves import Line, figure_curves, figure_roc
from onsets.plots.event_section import figure_event_section
from onsets.plots.examples import Example, figure_examples
from onsets.plots.learning import figure_learning, plot_learning
from onsets.plots.record import figure_record, plot_record
from onsets.plots.residuals import figure_boxes, figure_histograms
from onsets.plots.save import PICTURES, check_picture, save_figure
from onsets.plots.scores import Panel, figure_costs, figure_matrix, figure_scores
from onsets.plots.section import Section, figure_sections

__all__ = [
    "PICTURES",
    "Example",
    "Line",
    "Panel",
    "Section",
    "check_picture",
    "figure_attention",
    "figure_boxes",
    "figure_catalogue",
    "figure_comparison",
    "figure_costs",
    "figure_curves",
    "figure_event_section",
    "figure_examples",
    "figure_histograms",
    "figure_learning",
    "figure_magnitudes",
    "figure_matrix",
    "figure_record",
    "figure_roc",
    "figure_scores",
    "figure_sections",
    "look_of",
    "panels",
    "plot_attention",
    "plot_learning",
    "plot_record",
    "save_figure",
]
