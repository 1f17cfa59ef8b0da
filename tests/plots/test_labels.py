"""Labels never overlap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from onsets.plots.labels import MOST_LABELS, pick_text, place, place_labels, text_width_in
from onsets.types import Pick


@pytest.fixture
def figure():
    figure = Figure(figsize=(10, 1), dpi=100)
    FigureCanvasAgg(figure)
    return figure


def labelled(figure, x_in, width_in=9.0):
    picks = [Pick("XX.A.", "HH", "P", i, 0.5) for i in range(len(x_in))]
    return place_labels(figure, picks, x_in, width_in, 8.5)


def test_text():
    assert pick_text(Pick("XX.A.", "HH", "P", 0, 0.931)) == "P 0.93"
    assert pick_text(Pick("XX.A.", "HH", "Sg", 0)) == "Sg"
    assert pick_text(Pick("XX.A.", "HH", "P", 0, 12.345)) == "P 12.3"
    assert pick_text(Pick("XX.A.", "HH", "P", 0, 0.9), with_probability=False) == "P"


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0.1, 3)), max_size=12))
def test_place_leaves_no_overlap(boxes):
    spans = sorted((left, left + width) for left, width in boxes)
    levels = place(spans)
    if levels is None:
        assert len(spans) > 4
        return
    for i, (left, right) in enumerate(spans):
        for j in range(i):
            if levels[i] == levels[j]:
                assert left >= spans[j][1] or spans[j][0] >= right


def test_labels_stay_inside_and_stack_when_close(figure):
    labels = labelled(figure, [0.0, 4.0, 4.1, 9.0])
    assert [label.level for label in labels] == [0, 0, 1, 0]
    half = text_width_in(figure, "P 0.50", 8.5) / 2
    assert labels[0].middle_in > half
    assert labels[-1].middle_in < 9 - half
    assert labels[1].middle_in == 4.0
    assert figure.texts == []


def test_crowded_labels_lose_the_probability_then_go(figure):
    crowded = labelled(figure, [4 + 0.12 * i for i in range(6)])
    assert {label.text for label in crowded} == {"P"}
    assert labelled(figure, [4.0] * 6) == []


def test_too_many_are_not_labelled(figure):
    assert len(labelled(figure, [0.7 * i for i in range(12)])) == 12
    assert labelled(figure, [0.4 * i for i in range(MOST_LABELS + 1)]) == []
    assert labelled(figure, []) == []
