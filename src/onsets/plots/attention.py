"""A picture of where a network with attention looks while it reads a window."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from onsets.errors import ConfigError
from onsets.plots.canvas import empty_figure
from onsets.plots.rows import draw_component
from onsets.plots.save import check_picture, save_figure
from onsets.plots.style import AXIS, DARK, LARGE, NORMAL, SMALL, phase_colour
from onsets.plots.timeaxis import View, utc_caption, utc_ticks
from onsets.types import Record

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["figure_attention", "plot_attention"]

_WIDTH, _LEFT, _RIGHT, _BOTTOM, _TOP = 10.0, 0.85, 1.05, 0.56, 0.42  # inches
_WAVE, _RECEIVED, _GLOBAL, _LOCAL, _BETWEEN = 0.85, 0.8, 2.0, 0.55, 0.14
_INNER = _WIDTH - _LEFT - _RIGHT

_Weights = npt.NDArray[np.float64]


def plot_attention(record: Record, attention: Mapping[str, Any], path: str | Path) -> Path:
    """Write the picture of :func:`figure_attention`; the same input gives the same bytes.

    Parameters
    ----------
    record, attention
        As for :func:`figure_attention`.
    path : str or Path
        File ending in ``.png``, ``.pdf`` or ``.svg``.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ConfigError
        If the suffix is another, the folder does not exist, or the weights are no square arrays.
    MissingExtraError
        If matplotlib is not installed.
    OnsetsError
        If the file cannot be written.
    """
    check_picture(path)
    return save_figure(figure_attention(record, attention), path)


def figure_attention(record: Record, attention: Mapping[str, Any]) -> Figure:
    """Draw a window's waveforms, and below them on the same time axis what each step attends to.

    First how much attention each step receives from all steps (1 if all got the same) by each global
    attention, then those as maps: along the axis the step that is looked at, upwards the step that
    looks. Of a local attention (one that never looks farther than a few steps) the map has a row for
    each distance.

    Parameters
    ----------
    record : Record
        The window that the network read, live components only.
    attention : mapping of str to array, shape (steps, steps) or (1, steps, steps)
        What ``network.attention(x)`` returns for this window, detached from its graph: row i holds what
        step i takes from each step. Names beginning with P or S are drawn in the phase's colour.

    Returns
    -------
    matplotlib.figure.Figure
        With an Agg canvas.

    Raises
    ------
    ConfigError
        If there is no attention, or the weights are no finite square arrays.
    MissingExtraError
        If matplotlib is not installed.

    Notes
    -----
    The steps are drawn as equal parts of the window. The networks round their lengths up when they
    pool, so the last step of a minute reaches 0.16 s (EQTransformer) or 0.5 s (LEQNet) beyond it.
    """
    maps = {label: _checked(label, weights) for label, weights in attention.items()}
    if not maps or record.samples < 2:
        raise ConfigError(
            f"cannot draw the attention of {record.station_id}: no attention or no window given"
        )
    reaches = {label: _reach(weights) for label, weights in maps.items()}
    wide = [label for label in maps if reaches[label] is None]
    rows = np.flatnonzero(record.live).tolist() or [0]
    heights = [_WAVE] * len(rows) + [_RECEIVED] * bool(wide)
    heights += [_GLOBAL if reaches[label] is None else _LOCAL for label in maps]
    view = View(record.start_ns, record.end_ns)
    figure, axes = _axes(heights, view)
    for ax, row in zip(axes, rows, strict=False):
        draw_component(ax, record, row, view)
    if wide:
        _draw_received(axes[len(rows)], {label: maps[label] for label in wide}, view)
    for ax, (label, weights) in zip(axes[-len(maps) :], maps.items(), strict=True):
        _draw_map(figure, ax, label, weights, reaches[label], view)
    channels = " ".join(channel for channel in record.channels if channel) or record.channel_prefix
    height = figure.get_size_inches()[1]
    figure.text(
        *(_LEFT / _WIDTH, 1 - 0.2 / height, f"{record.station_id}   {channels}   attention"),
        size=LARGE, weight="bold", color=DARK, va="center", parse_math=False,
    )  # fmt: skip
    return figure


def _checked(label: str, weights: Any) -> _Weights:
    values = np.asarray(weights, dtype=np.float64)
    shape = values.shape
    if len(shape) == 3 and shape[0] == 1:
        values = values[0]
    if values.ndim != 2 or values.shape[0] != values.shape[1] or not values.size:
        raise ConfigError(f"attention {label!r} has shape {shape}, expected (steps, steps) of one window")
    if not np.isfinite(values).all():
        raise ConfigError(f"attention {label!r} has values that are not finite; look at the network's input")
    return values


def _reach(weights: _Weights) -> int | None:
    """Return how many steps away a local attention looks, None if it is global."""
    at, to = np.nonzero(weights)
    reach = int(np.abs(at - to).max()) if len(at) else 0
    return reach if reach <= len(weights) // 8 else None


def _axes(heights: list[float], view: View) -> tuple[Figure, list[Axes]]:
    """Return a figure with rows of these heights in inches from the top, over one time axis."""
    height = _BOTTOM + _TOP + sum(heights) + _BETWEEN * (len(heights) - 1)
    figure = empty_figure(_WIDTH, height)
    times, texts = utc_ticks(view.start_ns, view.end_ns)
    axes, top = [], height - _TOP
    for number, tall in enumerate(heights):
        ax = figure.add_axes((_LEFT / _WIDTH, (top - tall) / height, _INNER / _WIDTH, tall / height))
        top -= tall + _BETWEEN
        ax.spines[["top", "right"]].set_visible(False)
        ax.spines[["left", "bottom"]].set(color=AXIS, linewidth=0.8)
        ax.tick_params(labelsize=SMALL, color=AXIS, labelcolor=DARK, width=0.8, length=3)
        ax.yaxis.set_label_coords(-0.62 / _INNER, 0.5)
        ax.set_xlim(0, view.seconds)
        ax.set_autoscalex_on(False)
        last = number + 1 == len(heights)
        ax.set_xticks([view.x(time) for time in times], texts if last else [""] * len(times))
        axes.append(ax)
    axes[-1].set_xlabel(utc_caption(view.start_ns, view.end_ns), size=NORMAL, color=DARK)
    return figure, axes


def _draw_received(ax: Axes, maps: Mapping[str, _Weights], view: View) -> None:
    """Draw how much attention each step gets from all, relative to an even share."""
    for number, (label, weights) in enumerate(maps.items()):
        edges = np.linspace(0, view.seconds, len(weights) + 1)
        ax.stairs(
            weights.sum(axis=0), edges, color=phase_colour("other"), linewidth=1.4,
            linestyle=("-", (0, (3, 1.2)), ":")[number % 3], label=label.replace("_", " "),
        )  # fmt: skip
    ax.axhline(1, color=AXIS, linewidth=0.7, zorder=0)
    ax.set_ylim(bottom=0)
    ax.set_ylabel("received", size=NORMAL, color=DARK)
    ax.legend(
        loc="center left", bbox_to_anchor=(1.005, 0.5), frameon=False, fontsize=SMALL, handlelength=1.6,
        borderaxespad=0, labelcolor=DARK,
    )  # fmt: skip


def _draw_map(figure: Figure, ax: Axes, label: str, weights: _Weights, reach: int | None, view: View) -> None:
    """Draw weights as colours: of all pairs of steps, or of neighbours by their distance."""
    from matplotlib.colors import LinearSegmentedColormap

    steps = len(weights)
    if reach is None:
        extent = (0.0, view.seconds, 0.0, view.seconds)
        ax.set_ylabel("looking step, s", size=NORMAL, color=DARK)
        box = {"boxstyle": "square,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.8}
        ax.text(
            *(0.008, 0.94, label.replace("_", " ")),
            transform=ax.transAxes, va="top", size=NORMAL + 0.5, weight="bold", color=DARK, bbox=box,
            parse_math=False,
        )  # fmt: skip
    else:
        far = range(-reach, reach + 1)
        weights = np.array(
            [[weights[i, i + d] if 0 <= i + d < steps else np.nan for i in range(steps)] for d in far]
        )
        ax.set_ylabel(label, size=LARGE, weight="bold", color=DARK, rotation=0, va="center")
        extent = (0.0, view.seconds, -reach - 0.5, reach + 0.5)
        ax.set_yticks([-reach, 0, reach], ["before", "same", "after"] if reach else ["", "same", ""])
    colours = LinearSegmentedColormap.from_list(label, ["white", phase_colour(label), "#14202B"])
    image = ax.imshow(
        weights, origin="lower", aspect="auto", extent=extent, cmap=colours, vmin=0, interpolation="nearest"
    )
    place = ax.get_position()
    bar = figure.add_axes((place.x1 + 0.012, place.y0, 0.012, place.height))
    figure.colorbar(image, cax=bar)
    bar.tick_params(labelsize=SMALL, color=AXIS, labelcolor=DARK, width=0.8, length=3)
    bar.locator_params(axis="y", nbins=4 if reach is None else 2)
    bar.spines["outline"].set(color=AXIS, linewidth=0.8)
