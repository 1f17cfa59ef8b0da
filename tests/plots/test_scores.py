import numpy as np
import pytest

from onsets.plots import Panel, figure_costs, figure_matrix, figure_scores

pytest.importorskip("matplotlib")
NAN = float("nan")


def test_points_with_their_intervals():
    panel = Panel(
        "P",
        ["all", "a long-named one"],
        {"a": [(0.5, 0.4, 0.7), (NAN, NAN, NAN)], "b": [(0.2, 0.1, 0.3)] * 2},
    )
    ax = figure_scores([[panel]], ["a", "b"]).axes[0]
    first, second = (container for container in ax.containers)
    ends = first.lines[2][0].get_segments()[0]
    np.testing.assert_allclose(ends[:, 1], [0.4, 0.7])
    assert first.lines[0].get_xdata()[0] < 0 < second.lines[0].get_xdata()[0]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["all", "a long-\nnamed one"]


def test_rows_of_unequal_length_leave_room_empty():
    panel = Panel("P", ["all"], {"a": [(0.5, 0.4, 0.7)]})
    axes = figure_scores([[panel, panel], [panel]], ["a"]).axes
    assert [ax.get_visible() for ax in axes] == [True, True, True, False]


def test_the_matrix_says_its_numbers():
    figure = figure_matrix({"P": {"a": {"x": 0.123, "y": 0.9}, "b": {"x": NAN}}})
    assert [text.get_text() for text in figure.axes[0].texts] == ["0.12", "0.90", "–", "–"]


def test_costs_lie_inside():
    points = {"P": {"a": (1.0, (0.5, 0.4, 0.6)), "b": (NAN, (0.5, 0.4, 0.6)), "c": (0.02, (0.9, NAN, NAN))}}
    ax = figure_costs(points, ["a", "b", "c"]).axes[0]
    low, high = ax.get_xlim()
    assert low <= 0.02 and high > 1.0 and len(ax.containers) == 2
