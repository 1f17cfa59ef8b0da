"""Scores with their intervals by category: models, groups of records, perturbations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from onsets.plots.canvas import look_of, panels, titled
from onsets.plots.style import DARK, NORMAL, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Panel", "figure_costs", "figure_matrix", "figure_scores"]

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One panel of points with intervals.

    Attributes
    ----------
    title : str
    categories : sequence of str
        Along the x axis.
    points : mapping of str to sequence of (value, low, high)
        By model, one a category; NaN where there is none.
    """

    title: str
    categories: Sequence[str]
    points: Mapping[str, Sequence[Point]]


def figure_scores(
    grid: Sequence[Sequence[Panel]], names: Sequence[str], title: str = "", ylabel: str = "F1"
) -> Figure:
    """Draw points with intervals beside each other for each category.

    Parameters
    ----------
    grid : sequence of sequence of Panel
        By row and column.
    names : sequence of str
        Models, in the order of the legend.
    title, ylabel : str

    Returns
    -------
    Figure
    """
    columns = max(len(row) for row in grid)
    figure, axes = panels(len(grid), columns, names, title=title, height=2.2)
    width = 0.7 / max(1, len(names))
    for line, row in zip(axes, grid, strict=True):
        for ax, panel in zip(line, row, strict=False):
            for name, points in panel.points.items():
                k = names.index(name)
                place = np.arange(len(points)) + (k - (len(names) - 1) / 2) * width
                value, low, high = np.array(points, dtype=np.float64).reshape(-1, 3).T
                ends = np.abs(np.stack([value - low, high - value]))
                ax.errorbar(
                    place, value, np.nan_to_num(ends), fmt="o", markersize=4.5, elinewidth=1.4,
                    color=look_of(k)["color"], mfc=look_of(k)["color"] if k < 7 else "white",
                )  # fmt: skip
            titled(ax, panel.title, ylabel=ylabel)
            ax.set_ylim(-0.02, 1.02)
            ax.set_xlim(-0.6, max(1, len(panel.categories)) - 0.4)
            ax.set_xticks(range(len(panel.categories)), [_folded(text) for text in panel.categories])
            ax.grid(visible=False, axis="x")
            for edge in range(1, len(panel.categories)):
                ax.axvline(edge - 0.5, color="#E3E3E3", linewidth=0.7, zorder=0)
        for ax in line[len(row) :]:
            ax.set_visible(False)
    return figure


def _folded(text: str, most: int = 13) -> str:
    """Return a label on two lines if it is long and has a place to break."""
    if len(text) <= most:
        return text
    middle = min(
        (k for k, letter in enumerate(text) if letter in " -_"),
        key=lambda k: abs(k - len(text) / 2),
        default=0,
    )
    return f"{text[: middle + 1].rstrip()}\n{text[middle + 1 :]}" if middle else text


def figure_matrix(values: Mapping[str, Mapping[str, Mapping[str, float]]], title: str = "") -> Figure:
    """Draw a table of scores whose cells are the darker the higher they are.

    Parameters
    ----------
    values : mapping
        Phase -> model -> dataset -> score, 0 to 1; NaN where there is none.
    title : str

    Returns
    -------
    Figure
    """
    models = list(dict.fromkeys(model for table in values.values() for model in table))
    data = list(dict.fromkeys(name for t in values.values() for row in t.values() for name in row))
    figure, axes = panels(
        1, max(1, len(values)), (), title=title, height=0.4 + 0.36 * len(models), left=1.7, below=0.75
    )
    for ax, (phase, table) in zip(axes[0], values.items(), strict=False):
        cells = np.array([[table.get(m, {}).get(d, np.nan) for d in data] for m in models]).reshape(
            -1, len(data)
        )
        known = np.ma.masked_invalid(cells)  # type: ignore[no-untyped-call, unused-ignore]  # in numpy 1
        ax.imshow(known, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        for (i, j), value in np.ndenumerate(cells):
            text = f"{value:.2f}" if np.isfinite(value) else "–"
            colour = "white" if np.isfinite(value) and value > 0.6 else DARK
            ax.text(j, i, text, ha="center", va="center", size=NORMAL, color=colour)
        ax.set_yticks(range(len(models)), [name if len(name) <= 20 else name[:19] + "…" for name in models])
        ax.set_xticks(range(len(data)), [_folded(name, 10) for name in data], size=SMALL - 1)
        titled(ax, phase)
        ax.grid(visible=False)
    return figure


def figure_costs(
    points: Mapping[str, Mapping[str, tuple[float, Point]]], names: Sequence[str], title: str = ""
) -> Figure:
    """Draw F1 against the time an hour of record takes, a panel a phase.

    Parameters
    ----------
    points : mapping
        Phase -> model -> (seconds an hour of record, (F1, low, high)).
    names : sequence of str
        Models, in the order of the legend.
    title : str

    Returns
    -------
    Figure
    """
    figure, axes = panels(1, max(1, len(points)), names, title=title)
    for ax, (phase, models) in zip(axes[0], points.items(), strict=False):
        for name, (cost, (value, low, high)) in models.items():
            if not (np.isfinite(cost) and cost > 0 and np.isfinite(value)):
                continue
            k = names.index(name)
            ends = np.nan_to_num(np.abs([[value - low], [high - value]]))
            colour = look_of(k)["color"]
            ax.errorbar(cost, value, ends, fmt="o", markersize=7, elinewidth=1.4, color=colour)
        ax.set_xscale("log")
        titled(ax, phase, "s of one core for an hour of record", "F1")
        ax.set_ylim(-0.02, 1.02)
        costs = [c for c, _ in models.values() if np.isfinite(c) and c > 0] or [1.0]
        low_high = 10 ** np.floor(np.log10(min(costs))), 10 ** np.ceil(np.log10(max(costs) * 1.001))
        ax.set_xlim(*low_high)
        _plain_ticks(ax, low_high[1] / low_high[0] < 100)
    return figure


def _plain_ticks(ax: Axes, narrow: bool) -> None:
    """Write a logarithmic axis as 0.1, 0.2, 0.5, 1; over more than two decades only 0.1, 1, 10."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if narrow else (1.0,)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())
