"""ROC and precision-recall curves of several models, a column a phase or a panel a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from onsets.plots.canvas import look_of, panels, titled
from onsets.plots.style import AXIS, DARK, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Line", "figure_curves", "figure_roc"]

MOST_AREAS = 9
"""More models than these have no area written in the panel."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A curve of one model.

    Attributes
    ----------
    name : str
    x, y : ndarray of float64, shape (n,)
        Shares, 0 to 1; points that are not finite are left out.
    area : float
        Under it; written beside its name in the panel.
    mark : (float, float) or None
        The point that is used.
    """

    name: str
    x: Values
    y: Values
    area: float
    mark: tuple[float, float] | None = None


def figure_curves(
    roc: Mapping[str, Sequence[Line]], precision_recall: Mapping[str, Sequence[Line]], title: str = ""
) -> Figure:
    """Draw ROC curves above and precision-recall curves below.

    Parameters
    ----------
    roc, precision_recall : mapping of str to sequence of Line
        By phase; the models of a phase in one order everywhere.
    title : str

    Returns
    -------
    Figure
    """
    names = list(
        dict.fromkeys(line.name for part in (roc, precision_recall) for x in part.values() for line in x)
    )
    phases = list(roc)
    figure, axes = panels(2, max(1, len(phases)), names, title=title, height=3.4)
    for column, phase in enumerate(phases):
        top, low = axes[0][column], axes[1][column]
        _draw_roc(top, f"{phase}: ROC of the curve", roc[phase], names)
        _draw(low, precision_recall.get(phase, ()), names, "area")
        titled(low, f"{phase}: precision and recall of picks", "recall", "precision")
    return figure


def figure_roc(grid: Sequence[Mapping[str, Sequence[Line]]], title: str = "") -> Figure:
    """Draw ROC curves alone, a panel a case, such as phases in columns and noise levels in rows.

    Parameters
    ----------
    grid : sequence of mapping of str to sequence of Line
        A row of panels each: title of the panel -> its models.
    title : str

    Returns
    -------
    Figure
    """
    names = list(dict.fromkeys(line.name for row in grid for lines in row.values() for line in lines))
    columns = max(len(row) for row in grid)
    figure, axes = panels(len(grid), columns, names, title=title, height=3.4)
    for axes_row, row in zip(axes, grid, strict=True):
        for ax, (words, lines) in zip(axes_row, row.items(), strict=False):
            _draw_roc(ax, words, lines, names)
        for ax in axes_row[len(row) :]:
            ax.set_visible(False)
    return figure


def _draw_roc(ax: Axes, title: str, lines: Sequence[Line], names: Sequence[str]) -> None:
    _draw(ax, lines, names, "AUC")
    ax.plot([0, 1], [0, 1], color=AXIS, linewidth=0.8, linestyle=":")
    titled(ax, title, "share of label-free seconds", "share of labels")


def _draw(ax: Axes, lines: Sequence[Line], names: Sequence[str], what: str) -> None:
    ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01))
    for k, line in enumerate(lines):
        look = look_of(names.index(line.name))
        known = np.isfinite(line.x) & np.isfinite(line.y)
        ax.plot(line.x[known], line.y[known], linewidth=1.6, **look)
        if line.mark is not None and np.isfinite(line.mark).all():
            ax.plot(
                *line.mark, marker="o", markersize=6, color=look["color"], markeredgecolor="white", zorder=4
            )
        if len(lines) <= MOST_AREAS:
            x, y, side = (0.98, 0.04, "right") if what == "AUC" else (0.03, 0.04, "left")
            text = f"{what} {line.area:.3f}" if np.isfinite(line.area) else f"{what} unknown"
            up = y + 0.068 * (len(lines) - 1 - k)
            ax.text(
                x, up, text, transform=ax.transAxes, ha=side, size=SMALL, color=look["color"], weight="bold",
                bbox={"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 0.8},
            )  # fmt: skip
    if not lines:
        ax.text(0.5, 0.5, "no labels", transform=ax.transAxes, ha="center", size=SMALL, color=DARK)
