"""Pictures of catalogues."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.plots import figure_catalogue, figure_comparison, figure_magnitudes, save_figure
from onsets.tables import Events, Stations

pytest.importorskip("matplotlib")


def events(local=False, magnitude=True):
    rng = np.random.default_rng(0)
    names = ("x_km", "y_km") if local else ("longitude", "latitude")
    return Events.of(
        {
            "event_id": str(i),
            "time_ns": i * 10**12,
            names[0]: 13 + rng.normal(0, 0.1),
            names[1]: 42 + rng.normal(0, 0.1),
            "depth_km": rng.uniform(1, 12),
            "picks": 20,
            **({"magnitude": rng.exponential(1.0)} if magnitude else {}),
        }
        for i in range(30)
    )


@pytest.mark.parametrize("local", [False, True])
def test_map_and_section_show_every_event_on_one_axis(local, tmp_path):
    names = ("x_km", "y_km") if local else ("longitude", "latitude")
    stations = Stations.of(
        [{"station_id": f"X.{i}.", names[0]: 13 + 0.1 * i, names[1]: 42.0} for i in range(3)]
    )
    figure = figure_catalogue(events(local), stations, "title")
    plan, section = figure.axes[:2]
    assert plan.get_xlim() == section.get_xlim()
    assert sum(len(one.get_offsets()) for one in plan.collections) == 33
    assert section.get_ylim()[0] > section.get_ylim()[1]  # depth grows downwards
    box, (left, right), (low, high) = plan.get_window_extent(), plan.get_xlim(), plan.get_ylim()
    stretch = 1.0 if local else 1 / np.cos(np.radians(42))
    assert (right - left) / (high - low) == pytest.approx(stretch * box.width / box.height, rel=0.01)
    assert save_figure(figure, tmp_path / "a.png").stat().st_size > 5000


def test_no_events():
    assert figure_catalogue(Events.of([])).axes and figure_magnitudes(Events.of([])).axes


@pytest.mark.parametrize("magnitude", [True, False])
def test_time_axis(magnitude):
    figure = figure_magnitudes(events(magnitude=magnitude))
    assert figure.axes[0].get_ylabel() == ("magnitude" if magnitude else "picks")
    assert figure.axes[1].get_lines()[0].get_ydata().max() == 30


def test_comparison_counts():
    both = events()
    figure = figure_comparison(both, both.take(slice(0, 20)), np.array([[0, 0], [1, 1]]), ("a", "b"))
    words = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert words == ["matched 2", "missed 28", "new 18"]
