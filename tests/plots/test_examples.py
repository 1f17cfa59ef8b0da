import itertools

import numpy as np
import pytest

from onsets.plots import Example, figure_examples

pytest.importorskip("matplotlib")


def example(title):
    time = np.arange(200) / 5
    bump = {phase: np.exp(-(((time - at) / 0.5) ** 2)) for phase, at in (("P", 8.0), ("S", 20.0))}
    return Example(title, 5.0, np.sin(time), {"P": 8.0, "S": 20.0}, {"one": bump, "two": bump})


def test_a_column_a_record_and_a_row_a_network():
    figure = figure_examples([example("near"), example("far")], "noise")
    assert len(figure.axes) == 2 * (1 + 2)
    assert [ax.get_title(loc="left") for ax in figure.axes if ax.get_title(loc="left")] == ["near", "far"]
    row = figure.axes[1]
    assert [text.get_text() for text in row.texts] == ["one"]
    peaks = [line.get_xdata()[np.argmax(line.get_ydata())] for line in row.lines if len(line.get_xdata()) > 2]
    np.testing.assert_allclose(peaks, [8.0, 20.0])


def test_rows_do_not_overlap():
    boxes = [ax.get_position() for ax in figure_examples([example("near")]).axes]
    assert all(above.y0 >= below.y1 for above, below in itertools.pairwise(boxes))
    assert boxes[-1].y0 > 0
