"""What several networks say of the same few records, one row a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from onsets.plots.canvas import empty_figure
from onsets.plots.style import AXIS, DARK, LARGE, NORMAL, SMALL, phase_colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Example", "figure_examples"]

# Inches.
WIDTH, LEFT, RIGHT, BETWEEN, BOTTOM = 10.0, 1.75, 0.2, 0.25, 0.5
WAVE, ROW, GAP, TITLE, HEAD = 0.9, 0.42, 0.16, 0.4, 0.3

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One record and the curves of all networks on it.

    Attributes
    ----------
    title : str
    rate_hz : float
        Of the waveform and of all curves.
    wave : ndarray, shape (samples,)
    arrivals : mapping of str to float
        Phase -> seconds after the record's start.
    curves : mapping of str to mapping of str to ndarray
        Name of a network -> phase -> probability, shape (samples,).
    """

    title: str
    rate_hz: float
    wave: Values
    arrivals: Mapping[str, float]
    curves: Mapping[str, Mapping[str, Values]]


def figure_examples(examples: Sequence[Example], title: str = "") -> Figure:
    """Draw each record in a column: the waveform, then the probabilities of one network a row.

    Arrivals are lines through all rows, in the colours of their phases.

    Parameters
    ----------
    examples : sequence of Example
        With the same networks.
    title : str

    Returns
    -------
    Figure

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    names = list(examples[0].curves)
    head = HEAD + TITLE * bool(title)
    height = head + WAVE + len(names) * (ROW + GAP) + BOTTOM
    figure = empty_figure(WIDTH, height)
    if title:
        figure.text(0.3 / WIDTH, 1 - 0.16 / height, title, size=LARGE, weight="bold", color=DARK, va="top")
    width = (WIDTH - LEFT - RIGHT - (len(examples) - 1) * BETWEEN) / len(examples)
    for column, example in enumerate(examples):
        left, top = LEFT + column * (width + BETWEEN), height - head - WAVE
        ax = figure.add_axes((left / WIDTH, top / height, width / WIDTH, WAVE / height))
        _draw_wave(ax, example)
        for row, name in enumerate(names):
            low = top - (row + 1) * (ROW + GAP)
            ax = figure.add_axes((left / WIDTH, low / height, width / WIDTH, ROW / height))
            _draw_row(ax, example, name, labelled=column == 0, last=row == len(names) - 1)
    return figure


def _draw_wave(ax: Axes, example: Example) -> None:
    seconds = np.arange(len(example.wave)) / example.rate_hz
    ax.plot(seconds, example.wave, color=DARK, linewidth=0.6)
    ax.set_title(example.title, size=NORMAL + 0.5, color=DARK, weight="bold", loc="left", parse_math=False)
    _plain(ax, example)
    ax.set_yticks([])
    ax.tick_params(labelbottom=False)
    for phase, at in example.arrivals.items():
        ax.text(at, 0.98, f" {phase}", transform=ax.get_xaxis_transform(), size=SMALL, va="top",
                color=phase_colour(phase), weight="bold")  # fmt: skip


def _draw_row(ax: Axes, example: Example, name: str, *, labelled: bool, last: bool) -> None:
    for phase, values in example.curves[name].items():
        seconds, colour = np.arange(len(values)) / example.rate_hz, phase_colour(phase)
        ax.plot(seconds, values, color=colour, linewidth=1.0)
        ax.fill_between(seconds, 0, values, color=colour, alpha=0.15, linewidth=0)
    _plain(ax, example)
    ax.set_ylim(0, 1.04)
    ax.set_yticks([0, 1], ["0", "1"] if labelled else ["", ""])
    if labelled:
        ax.text(-0.045, 0.5, name, transform=ax.transAxes, ha="right", va="center", size=SMALL, color=DARK,
                parse_math=False)  # fmt: skip
    ax.tick_params(labelbottom=last)
    if last:
        ax.set_xlabel("s after the record's start", size=NORMAL, color=DARK)


def _plain(ax: Axes, example: Example) -> None:
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set(color=AXIS, linewidth=0.8)
    ax.tick_params(labelsize=SMALL, color=AXIS, labelcolor=DARK, width=0.8, length=3)
    ax.set_xlim(0, len(example.wave) / example.rate_hz)
    for phase, at in example.arrivals.items():
        ax.axvline(at, color=phase_colour(phase), linewidth=0.8, alpha=0.55, zorder=0)
