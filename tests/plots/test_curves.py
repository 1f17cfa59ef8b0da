import numpy as np
import pytest

from onsets.plots import Line, figure_curves, figure_roc

pytest.importorskip("matplotlib")


def line(name, area=0.9, mark=None):
    return Line(name, np.array([0, 0.2, np.nan, 1]), np.array([0, 0.8, 0.9, 1]), area, mark)


def test_lines_areas_and_marks():
    figure = figure_curves({"P": [line("a"), line("b", 0.5)]}, {"P": [line("a", mark=(0.4, 0.6)), line("b")]})
    roc, trade = figure.axes
    drawn = [artist for artist in roc.lines if artist.get_linestyle() != ":"]
    assert len(drawn) == 2 and len(drawn[0].get_xdata()) == 3  # what is not finite is left out
    assert {text.get_text() for text in roc.texts} == {"AUC 0.900", "AUC 0.500"}
    marks = [artist for artist in trade.lines if artist.get_marker() == "o"]
    assert len(marks) == 1 and (marks[0].get_xdata()[0], marks[0].get_ydata()[0]) == (0.4, 0.6)
    assert drawn[0].get_color() != drawn[1].get_color()


def test_a_column_a_phase_and_words_where_nothing_is():
    figure = figure_curves({"P": [line("a")], "S": []}, {"P": [line("a")], "S": []})
    assert len(figure.axes) == 4
    assert [text.get_text() for text in figure.axes[1].texts] == ["no labels"]


def test_roc_alone_a_panel_a_case():
    figure = figure_roc([{"P, 0.1": [line("a"), line("b")], "S, 0.1": [line("a")]}, {"P, 0.3": [line("b")]}])
    assert [ax.get_visible() for ax in figure.axes] == [True, True, True, False]
    assert figure.axes[2].get_title(loc="left") == "P, 0.3"
    colours = [ax.lines[0].get_color() for ax in figure.axes[:3]]
    assert colours[0] == colours[1] != colours[2]  # a model looks the same in each panel
