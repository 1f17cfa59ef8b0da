"""Record sections: traces by distance, with travel-time curves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from onsets.plots.canvas import panels, titled
from onsets.plots.style import DARK, NORMAL, phase_colour
from onsets.types import Float32

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Section", "figure_sections"]

MOST_TRACES = 46
"""More traces than these are thinned out evenly."""


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """Traces of one component at many distances.

    Attributes
    ----------
    distance_km : ndarray of float64, shape (n,)
        Rising.
    traces : ndarray of float32, shape (n, samples)
    rate_hz : float
    start_s : ndarray of float64, shape (n,)
        Time of sample 0 after the origin.
    times_s : mapping of str to ndarray of float64, shape (n,)
        Phase -> travel time at each distance.
    """

    distance_km: npt.NDArray[np.float64]
    traces: Float32
    rate_hz: float
    start_s: npt.NDArray[np.float64]
    times_s: Mapping[str, npt.NDArray[np.float64]]


def figure_sections(
    sections: Mapping[str, Section], title: str = "", reduction_km_s: float = 0.0, latest_s: float = np.inf
) -> Figure:
    """Draw record sections one below the other, each trace divided by its largest value.

    Parameters
    ----------
    sections : mapping of str to Section
        By the title of the panel.
    title : str
    reduction_km_s : float
        If above 0, times are reduced by distance over this velocity.
    latest_s : float
        End of the (reduced) time axis.

    Returns
    -------
    Figure

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    figure, axes = panels(len(sections), 1, (), title=title, height=5.2)
    for (ax,), (name, section) in zip(axes, sections.items(), strict=True):
        _draw(ax, section, reduction_km_s, latest_s)
        reduced = f"time - distance / {reduction_km_s:g} km/s, s" if reduction_km_s > 0 else "time, s"
        titled(ax, name, reduced, "distance, km")
    return figure


def _draw(ax: Axes, section: Section, reduction_km_s: float, latest_s: float) -> None:
    distance = section.distance_km
    reduce_s = distance / reduction_km_s if reduction_km_s > 0 else np.zeros(len(distance))
    shown = np.unique(np.linspace(0, len(distance) - 1, min(len(distance), MOST_TRACES)).round().astype(int))
    gap = float(np.diff(distance[shown]).min()) if len(shown) > 1 else 1.0
    seconds = np.arange(section.traces.shape[1]) / section.rate_hz
    end = 0.0
    for row in shown.tolist():
        t = seconds + section.start_s[row] - reduce_s[row]
        inside = (t >= 0) & (t <= latest_s)
        trace = section.traces[row, inside]
        largest = float(np.abs(trace).max(initial=0.0)) or 1.0
        height = distance[row] + 1.6 * gap * trace / largest
        ax.plot(t[inside], height, color=DARK, linewidth=0.6, zorder=2)
        end = max(end, float(t[inside].max(initial=0.0)))
    for phase, times in section.times_s.items():
        colour = phase_colour(phase)
        ax.plot(times - reduce_s, distance, color=colour, linewidth=1.1, zorder=3, label=phase)
        ax.annotate(
            phase, (times[-1] - reduce_s[-1], distance[-1] + 1.1 * gap), color=colour, size=NORMAL,
            weight="bold", ha="center", annotation_clip=False,
        )  # fmt: skip
    ax.set_xlim(0, min(end, latest_s))
    ax.set_ylim(distance[0] - 1.5 * gap, distance[-1] + 2.2 * gap)
