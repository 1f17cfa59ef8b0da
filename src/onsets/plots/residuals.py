"""Residuals of several models: histograms, and boxes as in Yu et al. (2020), figure 6."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from onsets.plots.canvas import look_of, panels, titled
from onsets.plots.style import AXIS, DARK, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["figure_boxes", "figure_histograms"]

Residuals = Mapping[str, Mapping[str, npt.NDArray[np.float64]]]
BINS, FEW_BINS, FEW = 50, 20, 300
"""Steps of a histogram, and those where a model has fewer matched picks than the last number."""


def figure_histograms(residuals: Residuals, tolerance_s: float, title: str = "") -> Figure:
    """Draw the residuals of each model as a stepped line, a panel a phase.

    Parameters
    ----------
    residuals : mapping
        Phase -> model -> pick minus label, s.
    tolerance_s : float
        Residuals are drawn between minus and plus this.
    title : str

    Returns
    -------
    Figure
    """
    names = _names(residuals)
    figure, axes = panels(1, max(1, len(residuals)), names, title=title)
    fewest = min((len(v) for models in residuals.values() for v in models.values() if len(v)), default=0)
    edges = np.linspace(-tolerance_s, tolerance_s, (BINS if fewest >= FEW else FEW_BINS) + 1)
    for ax, (phase, models) in zip(axes[0], residuals.items(), strict=False):
        for name, values in models.items():
            if len(values):
                heights = np.histogram(values, edges)[0] / len(values)
                ax.stairs(100 * heights, edges, linewidth=1.5, **look_of(names.index(name)))
        ax.axvline(0, color=AXIS, linewidth=0.8, zorder=1)
        titled(ax, f"{phase}: pick minus label", "s", "% of matched picks")
        ax.set_xlim(-tolerance_s, tolerance_s)
        _if_empty(ax, models)
    return figure


def figure_boxes(residuals: Residuals, tolerance_s: float, title: str = "") -> Figure:
    """Draw a box a model: quartiles, median (line), mean (diamond) and the 5 and 95 % points.

    Parameters
    ----------
    residuals, tolerance_s, title
        As for :func:`figure_histograms`; the axis reaches as far as the widest whisker.

    Returns
    -------
    Figure

    References
    ----------
    Yu, Chu, Sheng, Ma (2020), figure 6: boxes of quartiles, median and mean for each network.
    """
    names = _names(residuals)
    figure, axes = panels(
        1, max(1, len(residuals)), (), title=title, height=0.5 + 0.34 * max(1, len(names)), left=1.7
    )
    for ax, (phase, models) in zip(axes[0], residuals.items(), strict=False):
        reach = 0.02
        for name, values in models.items():
            if not len(values):
                continue
            at, look = -names.index(name), look_of(names.index(name))
            low, q1, middle, q3, high = np.quantile(values, (0.05, 0.25, 0.5, 0.75, 0.95))
            ax.plot([low, high], [at, at], color=look["color"], linewidth=1.2)
            ax.barh(
                at, q3 - q1, left=q1, height=0.55, color=look["color"], alpha=0.35, edgecolor=look["color"]
            )
            ax.plot([middle, middle], [at - 0.27, at + 0.27], color=look["color"], linewidth=2.4)
            ax.plot(
                values.mean(), at, marker="D", markersize=4.5, color="white", markeredgecolor=DARK, zorder=4
            )
            reach = max(reach, abs(float(low)), abs(float(high)))
        reach = min(1.15 * reach, tolerance_s)
        ax.axvline(0, color=AXIS, linewidth=0.8, zorder=1)
        ax.set_yticks([-k for k in range(len(names))], [_short(name) for name in names])
        titled(ax, f"{phase}: pick minus label", "s")
        ax.set(xlim=(-reach, reach), ylim=(0.4 - len(names), 0.6))
        ax.grid(visible=False, axis="y")
        _if_empty(ax, models)
    return figure


def _short(name: str) -> str:
    return name if len(name) <= 20 else name[:19] + "…"


def _names(residuals: Residuals) -> list[str]:
    return list(dict.fromkeys(name for models in residuals.values() for name in models))


def _if_empty(ax: Axes, models: Mapping[str, npt.NDArray[np.float64]]) -> None:
    if not any(len(values) for values in models.values()):
        ax.text(0.5, 0.5, "nothing matched", transform=ax.transAxes, ha="center", size=SMALL, color=DARK)
