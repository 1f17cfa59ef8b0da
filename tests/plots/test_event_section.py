"""Record sections."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.plots import figure_event_section
from onsets.tables import Assignments
from onsets.types import Record

pytest.importorskip("matplotlib")


def test_records_picks_and_curves():
    record = Record(
        "X.A.",
        "HH",
        np.random.default_rng(0).normal(size=(3, 3000)).astype("f4"),
        np.ones((3, 3000), bool),
        0,
        100.0,
    )
    mine = Assignments.of(
        {"event_id": "e", "station_id": "X.A.", "phase": phase, "time_ns": t * 10**9, "distance_km": 20.0}
        for phase, t in (("P", 4), ("S", 7))
    )
    far = np.linspace(0, 30, 10)
    figure = figure_event_section(0, mine, [(record, 20.0)], {"P": (far, far / 6), "S": (far, far / 3.4)})
    ax = figure.axes[0]
    words = {text.get_text() for text in ax.get_legend().get_texts()}
    assert words == {"P of the model", "S of the model", "P picks", "S picks"}
    wave = ax.get_lines()[0]
    assert abs(np.mean(wave.get_ydata()) - 20) < 0.5 and wave.get_xdata().max() <= ax.get_xlim()[1]


def test_without_records():
    one = Assignments.of([{"phase": "P", "time_ns": 10**9, "distance_km": 5.0}])
    assert figure_event_section(0, one).axes
