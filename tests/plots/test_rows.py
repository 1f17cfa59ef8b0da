"""What a row shows is what the record and the curve hold."""

import dataclasses

import numpy as np
import pytest
from matplotlib.figure import Figure

from onsets.plots.rows import NO_DATA, draw_component, draw_curve, shade_gaps
from onsets.plots.timeaxis import View

from .conftest import START, at


@pytest.fixture
def ax():
    return Figure(figsize=(9, 1)).add_axes((0, 0, 1, 1))


@pytest.fixture
def view():
    return View(START, at(29.99))


def line_of(ax, label):
    (line,) = [line for line in ax.lines if line.get_label() == label]
    return line


def shaded(ax):
    """Left, right and height of what is shaded."""
    found = []
    for artist in ax.collections:
        if artist.get_label() == NO_DATA:
            for path in artist.get_paths():
                box = path.get_extents()
                found.append((round(box.x0, 6), round(box.x1, 6), box.y1))
    return found


def test_component_is_drawn_in_thousands_of_counts(ax, record, view):
    draw_component(ax, record, 1, view)
    line = line_of(ax, "waveform")
    np.testing.assert_allclose(line.get_xdata(), np.arange(3000) / 100, atol=1e-9)
    expected = np.where(record.valid[1], record.data[1] / 1000, np.nan)
    np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-6)
    assert ax.get_ylabel() == "10³ counts"
    assert ax.texts[0].get_text() == "EHN"


@pytest.mark.parametrize(
    ("scale", "offset", "unit", "name"),
    [
        (1e-3, 0, "counts", "EHZ"),
        (10, 0, "10³ counts", "EHZ"),
        (1e4, 0, "10⁶ counts", "EHZ"),
        (1e-9, 0, "10⁻⁶ counts", "EHZ"),
        (1e-3, 1_000_000, "counts", "EHZ  (offset 1000000 removed)"),
    ],
)
def test_scale_and_offset(ax, record, view, scale, offset, unit, name):
    data = (record.data / np.abs(record.data[0]).max() * 3000 * scale + offset).astype(np.float32)
    draw_component(ax, dataclasses.replace(record, data=data), 0, view)
    assert ax.get_ylabel() == unit
    assert ax.texts[0].get_text() == name
    low, high = ax.get_ylim()
    assert len(ax.get_yticks()) >= 2
    assert all(low < tick < high for tick in ax.get_yticks())


def test_flat_and_empty_components(ax, record, view):
    draw_component(ax, dataclasses.replace(record, data=np.zeros((3, 3000), np.float32)), 0, view)
    assert ax.get_ylabel() == "counts"
    draw_component(ax, dataclasses.replace(record, valid=np.zeros((3, 3000), bool)), 0, view)
    assert np.isnan(ax.lines[-1].get_ydata()).all()


def test_gap_is_shaded(ax, record, view):
    shade_gaps(ax, record, record.valid[1], view)
    assert shaded(ax) == [(14.995, 18.995, 1.0)]


def test_nothing_to_shade(ax, record, view):
    shade_gaps(ax, record, record.valid[0], view)
    assert shaded(ax) == []


def test_before_and_after_the_record_is_shaded(ax, record):
    shade_gaps(ax, record, record.valid[0], View(at(-5), at(40)))
    assert shaded(ax) == [(0, 4.995, 1.0), (34.995, 79.995, 1.0)]


def test_a_view_away_from_the_record_is_all_shaded(ax, record):
    shade_gaps(ax, record, record.valid[0], View(at(100), at(110)))
    assert shaded(ax) == [(0, 10, 1.0)]


def test_a_gap_narrower_than_a_pixel_is_a_mark(ax, record):
    valid = np.ones((3, 900_000), dtype=bool)
    valid[0, [100_000, 100_001, 500_000]] = False
    long = dataclasses.replace(record, data=np.zeros((3, 900_000), np.float32), valid=valid)
    shade_gaps(ax, long, valid[0], View(START, long.end_ns))
    found = shaded(ax)
    assert [round(left, -1) for left, _, _ in found] == [1000, 5000]
    assert all(right - left == pytest.approx(6, abs=0.01) and top < 0.1 for left, right, top in found)


def test_curve_with_thresholds(ax, curve, view):
    draw_curve(ax, curve, view, {"P": 0.3, "detection": 0.5})
    line = line_of(ax, "curve P")
    np.testing.assert_array_equal(line.get_ydata(), np.where(curve.row("P") >= 0.005, curve.row("P"), np.nan))
    assert line.is_dashed()
    assert line_of(ax, "threshold P").get_ydata()[0] == 0.3
    assert {line.get_label() for line in ax.lines} == {"curve P", "curve S", "threshold P"}
    assert ax.get_ylabel() == "probability"
    assert ax.get_ylim() == (0, 1.06)


def test_ratio_has_its_own_scale(ax, curve, view):
    ratio = dataclasses.replace(curve, values=curve.values * 10 + 1, kind="ratio")
    draw_curve(ax, ratio, view, {"P": 20})
    assert ax.get_ylabel() == "ratio"
    assert ax.get_ylim()[1] == pytest.approx(21.6)


def test_the_highest_of_a_long_curve_is_kept(ax, curve, view):
    values = np.zeros((2, 8_640_000), dtype=np.float32)
    values[0, 5_000_000] = 0.9
    long = dataclasses.replace(curve, values=values)
    draw_curve(ax, long, View(START, START + 86_400 * 10**9), {})
    line = line_of(ax, "curve P")
    assert len(line.get_ydata()) <= 4000
    assert np.nanmax(line.get_ydata()) == np.float32(0.9)
    assert line.get_xdata()[np.nanargmax(line.get_ydata())] == pytest.approx(50_000, abs=50)


def test_curve_outside_the_view(ax, curve):
    draw_curve(ax, curve, View(at(100), at(110)), {})
    assert len(line_of(ax, "curve P").get_ydata()) == 0
