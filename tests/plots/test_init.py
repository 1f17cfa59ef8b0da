"""The face of the room."""

import onsets.plots


def test_public_names():
    names = {"PICTURES", "check_picture", "figure_record", "plot_record", "save_figure"}
    names |= {"figure_boxes", "figure_costs", "figure_curves", "figure_histograms", "figure_matrix"}
    names |= {"Line", "Panel", "figure_scores", "look_of", "panels"}
    assert names <= set(onsets.plots.__all__)
    assert all(hasattr(onsets.plots, name) for name in onsets.plots.__all__)
