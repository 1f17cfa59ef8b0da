"""The face of the room."""

import onsets.plots


def test_public_names():
    names = ["PICTURES", "check_picture", "figure_record", "plot_record", "save_figure"]
    assert sorted(onsets.plots.__all__) == names
    assert all(hasattr(onsets.plots, name) for name in names)
