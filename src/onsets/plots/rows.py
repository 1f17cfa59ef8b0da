"""One row of a picture: a component with its gaps, or a curve with its thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from onsets.plots.envelope import MOST_SAMPLES, gap_runs, min_max
from onsets.plots.style import DARK, NORMAL, SHADE, phase_colour
from onsets.plots.timeaxis import View
from onsets.types import COMPONENTS, Curve, Record

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["NO_DATA", "draw_component", "draw_curve", "shade_gaps"]

NO_DATA = "no data"
"""Label of the shading."""

_PIXELS = 1500
_INVISIBLE = 0.005


def draw_component(ax: Axes, record: Record, row: int, view: View) -> None:
    """Draw the samples of one component in counts, with a power of a thousand in the label.

    An offset larger than twice the range is removed and named.

    Parameters
    ----------
    ax : Axes
        Empty.
    record : Record
        Counts.
    row : int
        0 to 2.
    view : View
        Time span.
    """
    part = view.cut(record.start_ns, record.rate_hz, record.samples)
    index, line = min_max(record.data[row, part], record.valid[row, part])
    values = line.astype(np.float64)
    name = record.channels[row] or record.channel_prefix + COMPONENTS[row]
    unit = "counts"
    if np.isfinite(values).any():
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        if min(abs(low), abs(high)) > 2 * (high - low) > 0:
            offset = round((low + high) / 2)
            values, low, high = values - offset, low - offset, high - offset
            name += f"  (offset {offset} removed)"
        highest = max(abs(low), abs(high))
        power = int(np.floor(np.log10(highest) / 3)) * 3 if highest > 0 else 0
        values, low, high = values / 10.0**power, low / 10.0**power, high / 10.0**power
        unit = f"10{_superscript(power)} counts" if power else unit
        margin = 0.08 * (high - low) or 1.0
        _y_axis(ax, low - margin, high + margin)
    else:
        ax.set_yticks([])
    seconds = view.x(record.start_ns) + (index + part.start) / record.rate_hz
    dense = part.stop - part.start > MOST_SAMPLES
    ax.plot(seconds, values, color=DARK, linewidth=0.45 if dense else 0.75, label="waveform", zorder=3)
    ax.set_ylabel(unit, size=NORMAL, color=DARK)
    box = {"boxstyle": "square,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.8}
    ax.text(
        *(0.008, 0.94, name),
        transform=ax.transAxes, va="top", size=NORMAL + 0.5, weight="bold", color=DARK, bbox=box,
        zorder=6, parse_math=False,
    )  # fmt: skip


def draw_curve(ax: Axes, curve: Curve, view: View, thresholds: Mapping[str, float]) -> None:
    """Draw a curve's labels as dashed lines with their area tinted, the highest of each pixel when long.

    Parameters
    ----------
    ax : Axes
        Empty.
    curve : Curve
        Probabilities are drawn from 0 to 1 (below 0.005 without line), ratios from 0 to the highest.
    view : View
        Time span.
    thresholds : mapping of str to float
        Drawn as dotted lines for the curve's labels.
    """
    part = view.cut(curve.start_ns, curve.rate_hz, curve.values.shape[1])
    probability = curve.kind == "probability"
    highest = 0.0
    for number, label in enumerate(curve.labels):
        index, line = min_max(curve.row(label)[part])
        dense = part.stop - part.start > MOST_SAMPLES
        if dense:
            index, line = index[1::2], line[1::2]
        seconds = view.x(curve.start_ns) + (index + part.start) / curve.rate_hz
        colour = phase_colour(label)
        visible = np.where(line >= _INVISIBLE, line, np.nan) if probability else line
        ax.plot(
            *(seconds, visible),
            color=colour, linewidth=0.7 if dense else 1.3, linestyle="-" if dense else (0, (4, 1.2)),
            label=f"curve {label}", zorder=3,
        )  # fmt: skip
        ax.fill_between(seconds, 0, line, color=colour, alpha=0.14, linewidth=0, zorder=2)
        highest = max(highest, float(np.nanmax(line, initial=0.0)), thresholds.get(label, 0.0))
        if label in thresholds:
            dots = (number * 2.0, (1.2, 4.8))  # of equal thresholds all colours show
            ax.axhline(
                thresholds[label], color=colour, linewidth=1.0, linestyle=dots, label=f"threshold {label}"
            )
    if probability:
        ax.set_ylim(0, 1.06)
        ax.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    else:
        _y_axis(ax, 0.0, 1.08 * highest or 1.0)
    ax.set_ylabel(curve.kind, size=NORMAL, color=DARK)


def shade_gaps(ax: Axes, record: Record, valid: npt.NDArray[np.bool_], view: View) -> None:
    """Shade where there is no data, before and after the record too.

    A gap narrower than a pixel is a mark at the bottom instead, so that many short ones neither
    vanish nor fill the row.

    Parameters
    ----------
    ax : Axes
        Any.
    record : Record
        Gives start and rate.
    valid : ndarray of bool, shape (samples,)
        False where there is no data.
    view : View
        Time span.
    """
    part = view.cut(record.start_ns, record.rate_hz, record.samples)
    step, first, pixel = 1 / record.rate_hz, view.x(record.start_ns), view.seconds / _PIXELS
    runs = gap_runs(valid[part])
    lefts, widths = first + (part.start + runs[:, 0] - 0.5) * step, runs[:, 1] * step
    wide = widths >= pixel
    bars = list(zip(lefts[wide].tolist(), widths[wide].tolist(), strict=True))
    behind = first + (record.samples - 0.5) * step
    if first > step:
        bars.append((0.0, min(first - 0.5 * step, view.seconds)))
    if behind < view.seconds - step:
        bars.append((max(behind, 0.0), view.seconds))
    marks = np.unique(np.floor(lefts[~wide] / pixel)) * pixel
    for intervals, height in ((bars, 1.0), ([(mark, pixel) for mark in marks.tolist()], 0.07)):
        if intervals:
            colour = SHADE if height == 1 else "#9A9A9A"
            ax.broken_barh(
                intervals, (0, height), transform=ax.get_xaxis_transform(), facecolor=colour,
                edgecolor="none", label=NO_DATA, zorder=1,
            )  # fmt: skip


def _y_axis(ax: Axes, low: float, high: float) -> None:
    """Set limits and a few round ticks that keep off both ends, where the next row begins."""
    from matplotlib.ticker import MaxNLocator

    ticks = MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    keep_off = 0.06 * (high - low)
    ax.set_ylim(low, high)
    inner = [tick for tick in ticks if low + keep_off <= tick <= high - keep_off or tick == low == 0]
    ax.set_yticks(inner)
    ax.ticklabel_format(axis="y", style="plain", useOffset=False)


def _superscript(power: int) -> str:
    return str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
