import sys

import pytest

from onsets.errors import MissingExtraError
from onsets.plots import look_of, panels
from onsets.plots.canvas import empty_figure

pytest.importorskip("matplotlib")


def test_looks_differ():
    assert len({tuple(look_of(k).values()) for k in range(28)}) == 28


@pytest.mark.parametrize(("rows", "columns", "names"), [(1, 1, 0), (2, 2, 3), (3, 2, 9)])
def test_nothing_overlaps(rows, columns, names):
    figure, axes = panels(rows, columns, [f"model {k}" for k in range(names)], title="Title")
    assert len(axes) == rows and all(len(line) == columns for line in axes)
    boxes = [ax.get_position() for line in axes for ax in line]
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])
    top = max(box.y1 for box in boxes)
    texts = [text.get_window_extent().transformed(figure.transFigure.inverted()) for text in figure.texts]
    assert len(texts) == names + 1
    assert all(box.y0 > top and box.x0 >= 0 and box.x1 <= 1 and box.y1 <= 1.001 for box in texts)
    assert not any(a.overlaps(b) for k, a in enumerate(texts) for b in texts[:k])


def test_long_names_are_cut():
    figure, _ = panels(1, 1, ["x" * 80])
    assert len(figure.texts[0].get_text()) == 28


def test_a_legend_of_markers():
    figure, _ = panels(1, 1, ["a", "b"], markers=("o", "s"))
    assert [line.get_marker() for line in figure.artists] == ["o", "s"]
    assert len({line.get_color() for line in figure.artists}) == 2
    lines, _ = panels(1, 1, ["a", "b"])
    assert {line.get_marker() for line in lines.artists} == {"None"}


def test_a_figure_has_the_size_that_was_asked_and_lays_out_nothing():
    figure = empty_figure(5.0, 2.0)
    assert figure.get_size_inches().tolist() == [5.0, 2.0] and figure.dpi == 100
    assert figure.get_layout_engine() is None and not figure.axes
    assert type(figure.canvas).__name__ == "FigureCanvasAgg"


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'onsets\[plots\]'"):
        empty_figure(1.0, 1.0)
