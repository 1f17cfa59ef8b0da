import numpy as np
import pytest

from onsets.plots import figure_boxes, figure_histograms

pytest.importorskip("matplotlib")

VALUES = np.random.default_rng(0).normal(0.02, 0.05, 500)
RESIDUALS = {"P": {"a": VALUES, "b": np.zeros(0)}, "S": {"a": np.zeros(0), "b": np.zeros(0)}}


def test_histograms_hold_all_residuals():
    figure = figure_histograms(RESIDUALS, 0.5)
    steps = figure.axes[0].patches
    assert len(steps) == 1
    assert steps[0].get_data().values.sum() == pytest.approx(100)
    assert [text.get_text() for text in figure.axes[1].texts] == ["nothing matched"]


def test_boxes_show_quartiles_median_and_mean():
    ax = figure_boxes(RESIDUALS, 0.5).axes[0]
    box = ax.patches[0]
    np.testing.assert_allclose(
        [box.get_x(), box.get_x() + box.get_width()], np.quantile(VALUES, [0.25, 0.75])
    )
    whiskers, median, mean = ax.lines[:3]
    np.testing.assert_allclose(whiskers.get_xdata(), np.quantile(VALUES, [0.05, 0.95]))
    np.testing.assert_allclose(median.get_xdata(), [np.median(VALUES)] * 2)
    assert mean.get_xdata()[0] == VALUES.mean()
    assert [text.get_text() for text in ax.get_yticklabels()] == ["a", "b"]
