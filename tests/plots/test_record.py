"""The whole picture."""

import dataclasses
import subprocess
import sys
import textwrap
from itertools import pairwise

import numpy as np
import pytest

from onsets.errors import ConfigError, MissingExtraError
from onsets.plots import figure_record, plot_record
from onsets.tables import Picks
from onsets.types import Pick, Record

from .conftest import START, at

MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-", "svg": b"<?xml"}


def drawn(figure, row=0):
    """Seconds of the pick lines of a row, by phase."""
    return {
        artist.get_label()[5:]: sorted(segment[0][0] for segment in artist.get_segments())
        for artist in figure.axes[row].collections
        if artist.get_label().startswith("pick ")
    }


def words(figure):
    """Labels above the first row."""
    return [text.get_text() for text in figure.axes[0].texts[1:]]


@pytest.mark.parametrize("suffix", MAGIC)
def test_file(record, curve, picks, tmp_path, suffix):
    path = plot_record(record, curve, picks, tmp_path / f"a.{suffix}", thresholds={"P": 0.3})
    assert path.read_bytes().startswith(MAGIC[suffix])
    assert path.stat().st_size > 5000


def test_wrong_suffix_is_told_before_drawing(record, picks, tmp_path):
    with pytest.raises(ConfigError, match=r"did you mean '\.png'"):
        plot_record(record, None, picks, tmp_path / "a.pngg")


def test_rows_lines_and_labels(record, curve, picks):
    figure = figure_record(record, curve, picks)
    assert len(figure.axes) == 4
    assert [ax.texts[0].get_text() for ax in figure.axes[:3]] == ["EHZ", "EHN", "EHE"]
    assert figure.axes[3].get_ylabel() == "probability"
    for row in range(3):
        assert drawn(figure, row) == {"P": [4.5], "S": [7.4]}  # none outside, none of the other station
    assert drawn(figure, 3) == {}
    assert words(figure) == ["P 0.93", "S 0.81"]
    assert figure.texts[0].get_text() == "BW.RJOB.   EHZ EHN EHE   default"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["P", "S", "no data"]
    assert figure.axes[3].get_xlabel() == "2009-08-24 UTC"
    assert [tick.get_text() for tick in figure.axes[3].get_xticklabels()][:2] == ["00:20:05", "00:20:10"]


def test_time_span(record, curve, picks):
    figure = figure_record(record, curve, picks, start_ns=at(5), end_ns=at(32), title="mine")
    assert drawn(figure) == {"P": [26.0], "S": [pytest.approx(2.4)]}
    assert all(ax.get_xlim() == (0, 27) for ax in figure.axes)
    assert figure.texts[0].get_text() == "mine"


@pytest.mark.parametrize("end", [START, at(-1)])
def test_an_empty_time_span_is_an_error(record, picks, end):
    with pytest.raises(
        ConfigError, match=r"BW\.RJOB\. from 2009-08-24T00:20:03.* the end is not after the start"
    ):
        figure_record(record, None, picks, end_ns=end)


def test_axes_are_aligned_and_nothing_overlaps(record, curve, picks):
    crowd = Picks.concat(
        [picks, Picks.of([Pick("BW.RJOB.", "EH", "S", at(7.5 + 0.1 * i), 0.5) for i in range(3)])]
    )
    figure = figure_record(record, curve, crowd, title="A title that is long " * 20, thresholds={"P": 0.3})
    figure.canvas.draw()
    boxes = [ax.get_position() for ax in figure.axes]
    assert len({(box.x0, box.x1) for box in boxes}) == 1
    assert all(upper.y0 > lower.y1 for upper, lower in pairwise(boxes))
    title, legend = figure.texts[0].get_window_extent(), figure.legends[0].get_window_extent()
    assert title.x1 <= legend.x0
    assert figure.texts[0].get_text().endswith("…")
    labels = [text.get_bbox_patch().get_window_extent() for text in figure.axes[0].texts[1:]]
    assert len(labels) == 5
    for i, label in enumerate(labels):
        assert label.y1 < title.y0
        assert not any(label.overlaps(other) for other in labels[:i])
    for ax in figure.axes:
        texts = [tick.get_window_extent() for tick in ax.get_yticklabels()]
        assert all(box.x0 > ax.yaxis.label.get_window_extent().x1 for box in texts)
    bottom = [tick.get_window_extent() for tick in figure.axes[-1].get_xticklabels()]
    assert all(left.x1 < right.x0 for left, right in pairwise(bottom))
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.width and box.y0 >= 0 for box in bottom)
    assert figure.axes[-1].xaxis.label.get_window_extent().y0 >= 0


def test_one_component(record, picks):
    valid = record.valid.copy()
    valid[1:] = False
    single = dataclasses.replace(record, valid=valid, channels=("EHZ", "", ""))
    figure = figure_record(single, None, picks)
    assert [ax.texts[0].get_text() for ax in figure.axes] == ["EHZ"]
    assert figure.texts[0].get_text() == "BW.RJOB.   EHZ"


def test_a_dead_record_is_one_shaded_row(record):
    figure = figure_record(dataclasses.replace(record, valid=np.zeros((3, 3000), bool)), None, Picks.of([]))
    assert len(figure.axes) == 1
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["no data"]


def test_many_picks_are_thin_and_without_labels(record):
    def make(count):
        return Picks.of([Pick("BW.RJOB.", "EH", "PS"[i % 2], at(0.5 + i), 0.5) for i in range(count)])

    few, many = figure_record(record, None, make(20)), figure_record(record, None, make(21))
    assert len(words(few)) == 20
    assert words(many) == []
    assert len(drawn(many)["P"]) + len(drawn(many)["S"]) == 21

    def width(figure):
        return max(
            a.get_linewidth()[0] for a in figure.axes[0].collections if a.get_label().startswith("pick")
        )

    assert width(many) < width(few)


def test_a_day_is_drawn_with_few_points(record):
    samples = 8_640_000
    day = Record(
        "BW.RJOB.", "EH", np.ones((3, samples), np.float32), np.ones((3, samples), bool), START, 100.0,
        channels=("EHZ", "EHN", "EHE"),
    )  # fmt: skip
    figure = figure_record(day, None, Picks.of([]))
    assert all(len(line.get_xdata()) <= 4000 for ax in figure.axes for line in ax.lines)


def test_odd_texts_are_no_markup(record, curve, tmp_path):
    odd = dataclasses.replace(record, channels=("$Z_{", "N\\frac", ""))
    picks = Picks.of([Pick("BW.RJOB.", "EH", "P$_", at(4), 0.5)])
    figure = figure_record(odd, dataclasses.replace(curve, model="$x^"), picks, title="$a_{b\nc")
    figure.savefig(tmp_path / "a.png")
    assert figure.texts[0].get_text() == "$a_{b c"
    assert words(figure) == ["P$_ 0.50"]


def test_without_matplotlib(record, picks, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match="matplotlib"):
        figure_record(record, None, picks)


SCRIPT = """
    import hashlib, sys
    import numpy as np
    from onsets.plots import plot_record
    from onsets.tables import Picks
    from onsets.types import Curve, Pick, Record

    data = np.sin(np.arange(9000, dtype=np.float32)).reshape(3, 3000)
    record = Record("XX.A.", "HH", data, data < 0.99, 0, 100.0, channels=("HHZ", "HHN", "HHE"))
    curve = Curve("XX.A.", "HH", ("P", "S"), abs(data[:2]), 0, 100.0, model="été")
    picks = Picks.of([Pick("XX.A.", "HH", "P", 10**9, 0.5), Pick("XX.A.", "HH", "S", 2 * 10**9)])
    for suffix in ("png", "pdf", "svg"):
        path = plot_record(record, curve, picks, f"{sys.argv[1]}/a.{suffix}", thresholds={"P": 0.3, "S": 0.3})
        print(hashlib.sha256(path.read_bytes()).hexdigest())
    print("matplotlib.pyplot" in sys.modules)
"""


def test_same_bytes_in_every_process_and_no_pyplot(tmp_path):
    outputs = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(SCRIPT), str(folder)],
            capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": seed, "MPLCONFIGDIR": str(tmp_path), "HOME": str(tmp_path)},
        )  # fmt: skip
        outputs.append(done.stdout.split())
    assert len(outputs[0]) == 4
    assert outputs[0] == outputs[1]
    assert outputs[0][-1] == "False"
