"""A picture of one record: its components, what the picker saw, and the picks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from onsets.errors import ConfigError
from onsets.plots.canvas import empty_figure
from onsets.plots.labels import MOST_LABELS, Label, place_labels, text_width_in
from onsets.plots.rows import NO_DATA, draw_component, draw_curve, shade_gaps
from onsets.plots.save import check_picture, save_figure
from onsets.plots.style import AXIS, DARK, GRID, LARGE, NORMAL, SHADE, SMALL, family, phase_colour
from onsets.plots.timeaxis import View, utc_caption, utc_ticks
from onsets.tables import Picks
from onsets.types import Curve, Pick, Record

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["figure_record", "plot_record"]

# Inches.
_WIDTH, _LEFT, _RIGHT, _BOTTOM, _LINE = 10.0, 0.85, 0.45, 0.56, 0.15
_ROW, _BETWEEN, _TITLE, _LEVEL, _STEM = 1.2, 0.1, 0.42, 0.235, 0.06
_INNER = _WIDTH - _LEFT - _RIGHT


def plot_record(
    record: Record,
    curve: Curve | None,
    picks: Picks,
    path: str | Path,
    *,
    start_ns: int | None = None,
    end_ns: int | None = None,
    title: str | None = None,
    thresholds: Mapping[str, float] | None = None,
) -> Path:
    """Write the picture of :func:`figure_record`; the same input gives the same bytes.

    Parameters
    ----------
    record, curve, picks, start_ns, end_ns, title, thresholds
        As for :func:`figure_record`.
    path : str or Path
        File ending in ``.png``, ``.pdf`` or ``.svg``.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ConfigError
        If the suffix is another, the folder does not exist, or the time span is empty.
    MissingExtraError
        If matplotlib is not installed.
    OnsetsError
        If the file cannot be written.
    """
    check_picture(path)
    figure = figure_record(
        record, curve, picks, start_ns=start_ns, end_ns=end_ns, title=title, thresholds=thresholds
    )
    return save_figure(figure, path)


def figure_record(
    record: Record,
    curve: Curve | None,
    picks: Picks,
    *,
    start_ns: int | None = None,
    end_ns: int | None = None,
    title: str | None = None,
    thresholds: Mapping[str, float] | None = None,
) -> Figure:
    """Draw a record, its curve and its picks, without pyplot and without touching global settings.

    One row a live component with the picks as lines through all of them and the gaps shaded, one row
    with the curve. More than 4,000 samples are drawn as the lowest and highest of each pixel, curves
    as the highest, so that a day costs little more than a minute. Above 20 picks the lines are thin,
    behind the waveform and without labels: P in the upper half of each row, S in the lower, since they
    would hide each other.

    Parameters
    ----------
    record : Record
        Counts, as read.
    curve : Curve or None
        Probabilities or ratios of the same station.
    picks : Picks
        Those of other stations and those outside the time span are not drawn.
    start_ns, end_ns : int, optional
        Time span, ns since 1970 UTC; default: the record's.
    title : str, optional
        Default: the station, its channels and the model. Cut where the legend begins.
    thresholds : mapping of str to float, optional
        Of labels of the curve, drawn as dotted lines; other labels are passed over.

    Returns
    -------
    matplotlib.figure.Figure
        With an Agg canvas.

    Raises
    ------
    ConfigError
        If the time span is empty.
    MissingExtraError
        If matplotlib is not installed.
    """
    figure = empty_figure(_WIDTH, 1.0)
    view = _view(record, start_ns, end_ns)
    shown = [pick for pick in picks.sorted() if _in_view(pick, record, view)]
    x_in = [view.x(pick.time_ns) / view.seconds * _INNER for pick in shown]
    labels = place_labels(figure, shown, x_in, _INNER, SMALL)
    rows = np.flatnonzero(record.live).tolist() or [0]
    axes = _axes(figure, len(rows) + (curve is not None), labels, view)
    for ax, row in zip(axes, rows, strict=False):
        draw_component(ax, record, row, view)
        shade_gaps(ax, record, record.valid[row], view)
    if curve is not None:
        draw_curve(axes[-1], curve, view, thresholds or {})
        shade_gaps(axes[-1], record, np.asarray(record.valid.any(axis=0)), view)
    _draw_picks(axes[: len(rows)], shown, labels, view)
    _draw_heading(figure, title or _title(record, curve), _keys(axes, curve, shown, thresholds or {}))
    return figure


def _view(record: Record, start_ns: int | None, end_ns: int | None) -> View:
    start = record.start_ns if start_ns is None else int(start_ns)
    end = max(record.end_ns, record.time_ns(1)) if end_ns is None else int(end_ns)
    if end <= start:
        first, last = (str(np.datetime64(time, "ns")) for time in (start, end))
        where = f"{record.station_id} from {first} to {last}"
        raise ConfigError(f"cannot draw {where}: the end is not after the start; give a later end")
    return View(start, end)


def _in_view(pick: Pick, record: Record, view: View) -> bool:
    return pick.station_id == record.station_id and view.start_ns <= pick.time_ns <= view.end_ns


def _title(record: Record, curve: Curve | None) -> str:
    channels = " ".join(channel for channel in record.channels if channel)
    words = [record.station_id, channels or record.channel_prefix, curve.model if curve else ""]
    return "   ".join(word for word in words if word)


def _axes(figure: Figure, rows: int, labels: list[Label], view: View) -> list[Axes]:
    """Return the rows' axes from the top, as wide as each other, with the time axis drawn."""
    times, texts = utc_ticks(view.start_ns, view.end_ns)
    bottom = _BOTTOM + _LINE * any("\n" in text for text in texts)
    levels = max((label.level + 1 for label in labels), default=0)
    height = bottom + rows * (_ROW + _BETWEEN) + levels * _LEVEL + _TITLE
    figure.set_size_inches(_WIDTH, height)
    axes = []
    for row in reversed(range(rows)):
        low = (bottom + row * (_ROW + _BETWEEN)) / height
        ax = figure.add_axes((_LEFT / _WIDTH, low, _INNER / _WIDTH, _ROW / height))
        ax.spines[["top", "right"]].set_visible(False)
        ax.spines[["left", "bottom"]].set(color=AXIS, linewidth=0.8)
        ax.tick_params(labelsize=SMALL, color=AXIS, labelcolor=DARK, width=0.8, length=3)
        ax.yaxis.set_label_coords(-0.62 / _INNER, 0.5)
        ax.set_xlim(0, view.seconds)
        ax.set_autoscalex_on(False)
        ax.set_xticks([view.x(time) for time in times], texts if row == 0 else [""] * len(times))
        ax.grid(axis="x", color=GRID, linewidth=0.7)
        ax.set_axisbelow(True)
        axes.append(ax)
    axes[-1].set_xlabel(utc_caption(view.start_ns, view.end_ns), size=NORMAL, color=DARK)
    return axes


def _draw_picks(axes: list[Axes], picks: list[Pick], labels: list[Label], view: View) -> None:
    """Draw each phase's picks as lines that run through all rows, and the labels above the first."""
    many = len(picks) > MOST_LABELS
    for phase in sorted({pick.phase for pick in picks}):
        mine = [i for i, pick in enumerate(picks) if pick.phase == phase]
        x = [view.x(picks[i].time_ns) for i in mine]
        low, high = {"P": (0.5, 1.0), "S": (0.0, 0.5)}.get(family(phase), (0.0, 1.0)) if many else (0.0, 1.0)
        for row, ax in enumerate(axes):
            ends: Any = high if many else 1 + _BETWEEN / _ROW
            if row == 0 and not many:
                ends = [1 + (_STEM + labels[i].level * _LEVEL) / _ROW if labels else 1.0 for i in mine]
            ax.vlines(
                x, low, ends, transform=ax.get_xaxis_transform(), color=phase_colour(phase), clip_on=False,
                linewidth=0.9 if many else 1.4, alpha=0.55 if many else 1.0, zorder=2 if many else 4,
                label=f"pick {phase}",
            )  # fmt: skip
    for pick, label in zip(picks, labels, strict=False):
        colour = phase_colour(pick.phase)
        box = {"boxstyle": "round,pad=0.25,rounding_size=0.3", "facecolor": colour, "edgecolor": "white"}
        axes[0].text(
            *(label.middle_in / _INNER, 1 + (_STEM + (label.level + 0.42) * _LEVEL) / _ROW, label.text),
            transform=axes[0].transAxes, ha="center", va="center_baseline", size=SMALL, weight="bold",
            color="white", bbox=box | {"linewidth": 0.8}, zorder=7, parse_math=False,
        )  # fmt: skip


def _keys(
    axes: list[Axes], curve: Curve | None, picks: list[Pick], thresholds: Mapping[str, float]
) -> list[Any]:
    """Return what the legend explains: each colour once, thresholds, shading."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    drawn = [*(curve.labels if curve else ()), *sorted({pick.phase for pick in picks})]
    keys: list[Any] = [
        Line2D([], [], color=phase_colour(label), linewidth=2, label=label)
        for label in dict.fromkeys(family(label) for label in drawn)
    ]
    if curve is not None and any(label in thresholds for label in curve.labels):
        keys.append(
            Line2D([], [], color=phase_colour("other"), linewidth=1.1, linestyle=":", label="threshold")
        )
    if any(artist.get_label() == NO_DATA for ax in axes for artist in ax.collections):
        keys.append(Patch(facecolor=SHADE, label=NO_DATA))
    return keys


def _draw_heading(figure: Figure, title: str, keys: list[Any]) -> None:
    """Put the legend right and the title left of it on one line, cut where there is no more room."""
    middle = 1 - 0.2 / figure.get_size_inches()[1]
    room = _INNER
    if keys:
        legend = figure.legend(
            handles=keys, loc="center right", bbox_to_anchor=(1 - _RIGHT / _WIDTH, middle), ncols=len(keys),
            frameon=False, fontsize=NORMAL, handlelength=1.5, columnspacing=1.4, borderaxespad=0,
            labelcolor=DARK,
        )  # fmt: skip
        room -= float(legend.get_window_extent().width) / figure.dpi + 0.2
    title, size = title[:200].replace("\n", " "), LARGE
    while size > SMALL and text_width_in(figure, title, size) > room:
        size -= 0.5
    shown = title
    while shown and text_width_in(figure, shown, size) > room:
        title = title[:-1]
        shown = title.rstrip() + "…"
    figure.text(
        *(_LEFT / _WIDTH, middle, shown),
        size=size, weight="bold", color=DARK, va="center", parse_math=False,
    )  # fmt: skip
