import numpy as np
import pytest

from onsets.plots import Section, figure_sections, save_figure

pytest.importorskip("matplotlib")


def section(count=100):
    distance = np.linspace(20, 470, count)
    traces = np.zeros((count, 500), np.float32)
    traces[np.arange(count), (distance / 6 * 5).astype(int)] = 3e-9
    return Section(distance, traces, 5.0, np.zeros(count), {"P": distance / 6, "S": distance / 3.5})


def test_traces_stand_at_their_distance_and_curves_lie_on_the_waves():
    ax = figure_sections({"Z": section()}).axes[0]
    curves = {line.get_label(): line for line in ax.lines if line.get_label() in "PS"}
    waves = [line for line in ax.lines if line.get_label() not in "PS"]
    assert len(waves) == 46
    for line in waves:
        t, y = line.get_data()
        distance = float(np.median(y))
        # the peak lies where the P curve is at that distance
        assert t[np.argmax(y)] == pytest.approx(np.interp(distance, *curves["P"].get_data()[::-1]), abs=0.31)
        assert y.max() - distance == pytest.approx(1.6 * 2 * 450 / 99, abs=0.1)  # every other one


def test_reduced_times_and_a_shorter_axis(tmp_path):
    figure = figure_sections({"Z": section(10), "T": section(10)}, "Both", reduction_km_s=6.0, latest_s=60.0)
    for ax in figure.axes:
        assert ax.get_xlim() == (0, 60)
        curves = {line.get_label(): line.get_xdata() for line in ax.lines}
        np.testing.assert_allclose(curves["P"], 0, atol=1e-9)
        assert "6 km/s" in ax.get_xlabel()
    assert save_figure(figure, tmp_path / "section.png").stat().st_size > 10_000
