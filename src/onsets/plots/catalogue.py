"""Pictures of catalogues: map, depth section, magnitudes in time, and two catalogues side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from onsets.plots.canvas import panels, titled
from onsets.plots.style import AXIS, DARK, NORMAL, SMALL, phase_colour
from onsets.plots.timeaxis import utc_caption, utc_ticks
from onsets.tables import Events, Stations

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["figure_catalogue", "figure_comparison", "figure_magnitudes"]

Floats = npt.NDArray[np.float64]


def _flat(table: Events | Stations, middle: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return x and y: degrees of longitude and latitude, or km of a local grid."""
    return (table.x_km, table.y_km) if np.isnan(middle[0]) else (table.longitude, table.latitude)


def _middle(events: Events) -> tuple[float, float]:
    """Return latitude and longitude in the middle of the events, NaN for a local grid."""
    if not len(events) or np.isnan(events.latitude).any():
        return float("nan"), float("nan")
    return float(np.median(events.latitude)), float(np.median(events.longitude))


def _sizes(events: Events) -> Floats:
    """Return areas of the dots: by magnitude, else by the number of picks."""
    if np.isfinite(events.magnitude).any():
        return np.asarray(4 * np.exp(0.8 * np.clip(np.nan_to_num(events.magnitude), -1, 6)))
    return np.asarray(4 + 0.4 * events.picks)


def figure_catalogue(events: Events, stations: Stations | None = None, title: str = "") -> Figure:
    """Draw a map of the events and stations, and a depth section under it looking north.

    Parameters
    ----------
    events : Events
    stations : Stations, optional
    title : str

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    middle = _middle(events)
    figure, axes = panels(1, 1, [], title=title, height=7.2)
    ax, globe = axes[0][0], not np.isnan(middle[0])
    box = ax.get_position()
    ax.set_position((box.x0, box.y0 + 0.3 * box.height, box.width, 0.7 * box.height))
    section = figure.add_axes((box.x0, box.y0, box.width, 0.22 * box.height))
    x, y = _flat(events, middle)
    shown: list[tuple[Floats, Floats]] = [(x, y)]
    if stations is not None and len(stations):
        sx, sy = _flat(stations, middle)
        ax.scatter(sx, sy, s=34, marker="^", facecolor="white", edgecolor=DARK, linewidth=0.9, zorder=2)
        shown.append((sx, sy))
    dots: Any = {
        "s": _sizes(events),
        "cmap": "viridis_r",
        "alpha": 0.8,
        "edgecolor": "white",
        "linewidth": 0.3,
    }
    points = ax.scatter(x, y, c=events.depth_km, zorder=3, **dots)
    section.scatter(x, events.depth_km, c=events.depth_km, zorder=3, **dots)
    _limits(ax, shown, middle)
    titled(ax, f"{len(events)} events", "", "latitude, degrees" if globe else "north, km")
    titled(section, "", "longitude, degrees" if globe else "east, km", "depth, km")
    _plain(section)
    section.set_xlim(ax.get_xlim())
    deepest = float(np.nanmax(events.depth_km)) if len(events) and np.isfinite(events.depth_km).any() else 1.0
    section.set_ylim(
        1.08 * max(deepest, 0.5), min(0.0, float(np.nanmin(events.depth_km))) if len(events) else 0
    )
    if len(events):
        bar = figure.add_axes((box.x1 - 0.02, box.y0 + 0.72 * box.height, 0.012, 0.26 * box.height))
        figure.colorbar(points, cax=bar)
        bar.set_ylabel("depth, km", size=SMALL, color=DARK)
        bar.tick_params(labelsize=SMALL, color=AXIS, labelcolor=DARK)
        bar.yaxis.set_ticks_position("left")
        bar.yaxis.set_label_position("left")
        bar.invert_yaxis()
    return figure


def _plain(ax: Axes) -> None:
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set(color=AXIS, linewidth=0.8)
    ax.tick_params(labelsize=SMALL, color=AXIS, labelcolor=DARK, width=0.8, length=3)
    ax.grid(color="#EBEBEB", linewidth=0.7)
    ax.set_axisbelow(True)


def _limits(ax: Axes, shown: list[tuple[Floats, Floats]], middle: tuple[float, float]) -> None:
    """Show the middle 98 % of everything with equal scales both ways."""
    x = np.concatenate([one for one, _ in shown])
    y = np.concatenate([two for _, two in shown])
    if not len(x):
        return
    low, high = np.percentile(np.stack([x, y]), [1, 99], axis=1)
    reach = np.maximum(high - low, 0.02)
    ax.set_xlim(low[0] - 0.12 * reach[0], high[0] + 0.12 * reach[0])
    ax.set_ylim(low[1] - 0.12 * reach[1], high[1] + 0.12 * reach[1])
    stretch = 1.0 if np.isnan(middle[0]) else 1 / max(float(np.cos(np.radians(middle[0]))), 0.05)
    size = ax.get_window_extent()
    want = stretch * float(size.width / size.height)
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    if (right - left) < want * (top - bottom):
        half, centre = want * (top - bottom) / 2, (left + right) / 2
        ax.set_xlim(centre - half, centre + half)
    else:
        half, centre = (right - left) / want / 2, (bottom + top) / 2
        ax.set_ylim(centre - half, centre + half)


def figure_magnitudes(events: Events, title: str = "") -> Figure:
    """Draw magnitudes (or, where none are known, numbers of picks) in time, and how events add up.

    Parameters
    ----------
    events : Events
    title : str

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    figure, axes = panels(1, 1, [], title=title, height=2.8)
    from matplotlib.ticker import MaxNLocator

    ax = axes[0][0]
    sized = np.isfinite(events.magnitude)
    value = events.magnitude if sized.any() else events.picks.astype(np.float64)
    if len(events):
        start, end = (
            int(events.time_ns.min()),
            max(int(events.time_ns.max()), int(events.time_ns.min()) + 10**9),
        )
        seconds = (events.time_ns - start) / 1e9
        ax.vlines(
            seconds,
            min(0.0, float(np.nanmin(value))),
            value,
            color=phase_colour("P"),
            linewidth=0.6,
            alpha=0.6,
        )
        ax.scatter(seconds, value, s=12, color=phase_colour("P"), zorder=3)
        box = ax.get_position()
        ax.set_position((box.x0, box.y0, box.width - 0.05, box.height))
        total = ax.twinx()
        total.step(np.sort(seconds), np.arange(1, len(events) + 1), where="post", color=phase_colour("S"))
        for axis in (total.yaxis, *([] if sized.any() else [ax.yaxis])):  # counts
            axis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        total.set_ylabel("events so far", size=NORMAL, color=phase_colour("S"))
        total.tick_params(labelsize=SMALL, color=AXIS, labelcolor=DARK)
        total.spines[["top", "left", "right", "bottom"]].set_visible(False)
        ticks, labels = utc_ticks(start, end)
        ax.set_xticks([(tick - start) / 1e9 for tick in ticks], labels)
        titled(ax, "", utc_caption(start, end), "magnitude" if sized.any() else "picks")
    return figure


def figure_comparison(reference: Events, other: Events, pairs: Any, names: tuple[str, str]) -> Figure:
    """Draw where two catalogues agree: a map with matched, missed and new events, and their offsets.

    Parameters
    ----------
    reference, other : Events
    pairs : ndarray of int64, shape (n, 2)
        Rows of both that are the same event.
    names : tuple of str
        Of the catalogues.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    figure, axes = panels(1, 2, [], title=f"{names[1]} against {names[0]}", height=4.2)
    ax, offsets = axes[0]
    middle = _middle(reference if len(reference) else other)
    a, b = _flat(reference, middle), _flat(other, middle)
    missed, new = np.ones(len(reference), np.bool_), np.ones(len(other), np.bool_)
    missed[pairs[:, 0]], new[pairs[:, 1]] = False, False
    groups = (
        (b, ~new, "#B0B0B0", "matched", "o"),
        (a, missed, phase_colour("S"), "missed", "x"),
        (b, new, phase_colour("P"), "new", "+"),
    )
    for (x, y), mask, colour, label, marker in groups:
        size = 10 if marker == "o" else 26
        text = f"{label} {int(mask.sum())}"
        ax.scatter(x[mask], y[mask], s=size, c=colour, marker=marker, linewidth=0.9, label=text)
    _limits(ax, [a, b], middle)
    ax.legend(frameon=False, fontsize=SMALL, labelcolor=DARK, loc="upper right")
    globe = not np.isnan(middle[0])
    titled(
        ax,
        "epicentres",
        "longitude, degrees" if globe else "east, km",
        "latitude, degrees" if globe else "north, km",
    )
    late = (other.time_ns[pairs[:, 1]] - reference.time_ns[pairs[:, 0]]) / 1e9
    deeper = other.depth_km[pairs[:, 1]] - reference.depth_km[pairs[:, 0]]
    offsets.scatter(late, deeper, s=12, color=phase_colour("P"), alpha=0.7)
    offsets.axhline(0, color=AXIS, linewidth=0.8)
    offsets.axvline(0, color=AXIS, linewidth=0.8)
    titled(offsets, "matched events", "origin time difference, s", "depth difference, km")
    return figure
