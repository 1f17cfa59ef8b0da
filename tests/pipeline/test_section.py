"""The record section of an event of an archive."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from onsets.earth import LayeredModel
from onsets.errors import ConfigError
from onsets.pipeline import event_section, largest_event

from .archives import write_sds
from .test_magnitude import ORIGIN_NS, events, picks, stations, traces

pytest.importorskip("matplotlib")
pytest.importorskip("scipy")
MODEL = LayeredModel([0.0], [6.0], [3.5])


def test_records_stand_at_their_distances_with_curves_through_the_picks(tmp_path: Path) -> None:
    for k in (0, 1):
        write_sds(tmp_path, traces(k, 2.5))
    figure, problems = event_section(events(), picks(), stations(), MODEL, tmp_path)
    lines = figure.axes[0].get_lines()
    assert [one.where for one in problems] != [] and "XX.S2." in problems[0].reason
    assert len(lines) == 4  # two records, P and S
    heights = sorted(float(np.median(np.asarray(line.get_ydata()))) for line in lines[:2])
    np.testing.assert_allclose(heights, [12.0, 30.0], atol=0.3)
    times = {line.get_label(): line.get_xydata() for line in lines[2:]}
    distance, travel = times["P of the model"][:, 1], times["P of the model"][:, 0]
    np.testing.assert_allclose(travel, np.hypot(distance, 8.0) / 6.0, atol=1e-3)
    shown = np.asarray(lines[0].get_xdata())
    assert shown.min() >= -2.01 and shown.max() > 15
    assert "2024-01-01T12:00:00" in figure.texts[0].get_text() and ORIGIN_NS % 10**9 == 0


def test_files_do_too_and_a_station_without_records_is_left_out(tmp_path: Path) -> None:
    write_sds(tmp_path, traces(2, 2.5))
    figure, _ = event_section(events(), picks(), stations(), MODEL, [tmp_path], "e0")
    assert len(figure.axes[0].get_lines()) == 3


def test_which_event() -> None:
    table = events(3).replace(picks=np.array([5, 9, 7]))
    assert largest_event(table) == "e1"
    assert largest_event(table.replace(magnitude=np.array([np.nan, -1.0, 2.0]))) == "e2"
    with pytest.raises(ConfigError, match="no event"):
        largest_event(table.take([]))
    with pytest.raises(ConfigError, match="no event 'e9' among 3; choose from e0"):
        event_section(table, picks(), stations(), MODEL, [], "e9")
