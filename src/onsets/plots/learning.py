"""A picture of a training: loss, F1 and learning rate from update to update."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from onsets.errors import ConfigError
from onsets.plots.canvas import empty_figure
from onsets.plots.save import check_picture, save_figure
from onsets.plots.style import AXIS, DARK, GRID, LARGE, NORMAL, SMALL, phase_colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["figure_learning", "plot_learning"]

Rows = Sequence[Mapping[str, Any]]

_LIGHT, _TRAIN, _JUDGED = "#C9CED6", "#4D4D4D", {"dev": "#009E73", "generalisation": "#CC79A7"}
_STYLES = {"dev": "-", "generalisation": "--"}
MOST_POINTS = 2000


def plot_learning(rows: Rows, path: str | Path, *, title: str = "") -> Path:
    """Write the picture of :func:`figure_learning`.

    Parameters
    ----------
    rows, title
        As for :func:`figure_learning`.
    path : str or Path
        File ending in ``.png``, ``.pdf`` or ``.svg``.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ConfigError
        If the suffix is another, the folder does not exist, or the log is empty.
    MissingExtraError
        If matplotlib is not installed.
    OnsetsError
        If the file cannot be written.
    """
    check_picture(path)
    return save_figure(figure_learning(rows, title=title), path)


def figure_learning(rows: Rows, *, title: str = "") -> Figure:
    """Draw how a network learned: losses, F1 of P and S, learning rate.

    Parameters
    ----------
    rows : sequence of mapping
        Lines of a training's log: kind ``step`` with ``step, loss, rate``; kind ``epoch`` with ``step,
        loss`` and ``<part>_loss``, ``<part>_f1_p``, ``<part>_f1_s``.
    title : str
        Name of the network.

    Returns
    -------
    matplotlib.figure.Figure
        With an Agg canvas.

    Raises
    ------
    ConfigError
        If there is no line.
    MissingExtraError
        If matplotlib is not installed.
    """
    if not rows:
        raise ConfigError("the log holds no update; there is nothing to draw")
    figure = empty_figure(8.0, 6.4)
    steps = [row for row in rows if row["kind"] == "step"]
    epochs = [row for row in rows if row["kind"] == "epoch"]
    axes = figure.subplots(3, 1, sharex=True, height_ratios=(3, 2, 1))
    _losses(axes[0], steps, epochs)
    _scores(axes[1], epochs)
    _line(axes[2], steps or epochs, "rate", color=_TRAIN, linewidth=1.2)
    if min(row["rate"] for row in steps or epochs) > 0:
        axes[2].set_yscale("log")
    for ax, name in zip(axes, ("loss", "F1, a pick a window", "learning rate"), strict=True):
        _dress(ax, name)
    axes[2].set_xlabel("updates", size=NORMAL, color=DARK)
    figure.suptitle(title, x=0.01, ha="left", size=LARGE, weight="bold", color=DARK, parse_math=False)
    figure.tight_layout()
    return figure


def _losses(ax: Axes, steps: Rows, epochs: Rows) -> None:
    """Draw updates faintly, epochs above them."""
    _line(ax, steps, "loss", color=_LIGHT, linewidth=0.7)
    _line(ax, epochs, "loss", color=_TRAIN, linewidth=1.6, label="training")
    for part, colour in _JUDGED.items():
        _line(ax, epochs, f"{part}_loss", color=colour, linewidth=1.6, linestyle=_STYLES[part], label=part)
    finite = [row["loss"] for row in [*steps, *epochs] if row["loss"] > 0]
    if finite and max(finite) > 20 * min(finite):
        ax.set_yscale("log")
    ax.legend(frameon=False, fontsize=SMALL, labelcolor=DARK, ncols=3)


def _scores(ax: Axes, epochs: Rows) -> None:
    drawn = False
    for part, style in _STYLES.items():
        for phase in ("P", "S"):
            label = f"{phase} {part}"
            drawn |= _line(
                ax,
                epochs,
                f"{part}_f1_{phase.lower()}",
                color=phase_colour(phase),
                linestyle=style,
                linewidth=1.6,
                label=label,
            )
    ax.set_ylim(-0.02, 1.02)
    if drawn:
        ax.legend(frameon=False, fontsize=SMALL, labelcolor=DARK, ncols=4, loc="lower right")


def _line(ax: Axes, rows: Rows, key: str, **style: Any) -> bool:
    """Draw one column over the updates, at most 2,000 points of it; say whether there was any."""
    points = np.array([(row["step"], row[key]) for row in rows if row.get(key) is not None], dtype=float)
    if not len(points):
        return False
    points = points[:: -(-len(points) // MOST_POINTS)]
    marker = "o" if len(points) == 1 else ""
    ax.plot(*points.T, marker=marker, markersize=3, **style)
    return True


def _dress(ax: Axes, name: str) -> None:
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set(color=AXIS, linewidth=0.8)
    ax.tick_params(labelsize=SMALL, color=AXIS, labelcolor=DARK, width=0.8, length=3, which="both")
    ax.set_ylabel(name, size=NORMAL, color=DARK)
    ax.grid(axis="y", color=GRID, linewidth=0.7)
    ax.set_axisbelow(True)
