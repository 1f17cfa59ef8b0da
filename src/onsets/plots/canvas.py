"""Figures of several panels with one legend, laid out in inches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from onsets.errors import MissingExtraError
from onsets.plots.style import AXIS, DARK, GRID, LARGE, NORMAL, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["empty_figure", "look_of", "panels", "titled"]

# Okabe and Ito's colours without yellow, which is too light for lines.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#666666")
STYLES = ("-", "--", ":", "-.")
WIDTH, LEFT, RIGHT, TITLE, BELOW, BETWEEN, LEGEND = 10.0, 0.75, 0.25, 0.38, 0.52, 0.68, 0.25
PER_ROW = 4


def look_of(k: int) -> dict[str, Any]:
    """Return colour and line style of the k-th model; 28 of them differ.

    Examples
    --------
    >>> look_of(0), look_of(7)["linestyle"]
    ({'color': '#0072B2', 'linestyle': '-'}, '--')
    """
    return {"color": COLOURS[k % len(COLOURS)], "linestyle": STYLES[k // len(COLOURS) % len(STYLES)]}


def empty_figure(width: float, height: float) -> Figure:
    """Return a white figure with an Agg canvas, of a size in inches, in which nothing moves by itself.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("matplotlib", "plots", "plotting") from error
    figure = Figure(figsize=(width, height), dpi=100, facecolor="white")
    figure.set_layout_engine("none")
    FigureCanvasAgg(figure)
    return figure


def panels(
    rows: int,
    columns: int,
    names: Sequence[str],
    *,
    title: str = "",
    height: float = 2.6,
    left: float = LEFT,
    below: float = BELOW,
    markers: Sequence[str] = (),
) -> tuple[Figure, list[list[Axes]]]:
    """Return an empty figure with a grid of axes and a legend of all names above them.

    Parameters
    ----------
    rows, columns : int
    names : sequence of str
        Of the legend, in the order of :func:`look_of`; empty for no legend.
    title : str
        Above all.
    height : float
        Of one panel, inches.
    left : float
        Room for the labels left of each panel, inches.
    below : float
        Room for the labels under each panel, inches.
    markers : sequence of str
        One a name, which the legend shows instead of a line.

    Returns
    -------
    figure : Figure
        With an Agg canvas, 10 inches wide.
    axes : list of list of Axes
        By row and column.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    head = TITLE * bool(title) + LEGEND * -(-len(names) // PER_ROW) + 0.1
    total = head + rows * (height + 0.3 + below)
    figure = empty_figure(WIDTH, total)
    from matplotlib.lines import Line2D

    width = (WIDTH - RIGHT - columns * left) / columns
    axes = []
    for row in range(rows):
        bottom = total - head - row * (height + 0.3 + below) - 0.3 - height
        line = []
        for column in range(columns):
            x = left + column * (width + left)
            line.append(figure.add_axes((x / WIDTH, bottom / total, width / WIDTH, height / total)))
        axes.append(line)
    for ax in (ax for line in axes for ax in line):
        _plain(ax)
    if title:
        figure.text(0.3 / WIDTH, 1 - 0.16 / total, title, size=LARGE, weight="bold", color=DARK, va="top")
    for k, name in enumerate(names):
        x = (0.3 + (k % PER_ROW) * (WIDTH - 0.6) / PER_ROW) / WIDTH
        y = 1 - (TITLE * bool(title) + 0.14 + LEGEND * (k // PER_ROW)) / total
        if markers:
            colour = look_of(k)["color"]
            figure.add_artist(Line2D([x + 0.15 / WIDTH], [y], marker=markers[k], markersize=7, color=colour))
        else:
            figure.add_artist(Line2D([x, x + 0.3 / WIDTH], [y, y], linewidth=2.2, **look_of(k)))
        shown = name if len(name) <= 28 else name[:27] + "…"
        figure.text(x + 0.38 / WIDTH, y, shown, size=SMALL, color=DARK, va="center", parse_math=False)
    return figure, axes


def _plain(ax: Axes) -> None:
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set(color=AXIS, linewidth=0.8)
    ax.tick_params(labelsize=SMALL, color=AXIS, labelcolor=DARK, width=0.8, length=3)
    ax.grid(color=GRID, linewidth=0.7)
    ax.set_axisbelow(True)


def titled(ax: Axes, title: str, xlabel: str = "", ylabel: str = "") -> None:
    """Write what a panel shows above it and what its axes are beside them."""
    ax.set_title(title, size=NORMAL + 0.5, color=DARK, weight="bold", loc="left", parse_math=False)
    ax.set_xlabel(xlabel, size=NORMAL, color=DARK)
    ax.set_ylabel(ylabel, size=NORMAL, color=DARK)
