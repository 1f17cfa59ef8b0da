"""Labels of picks above the first row: side by side where they fit, else stacked, else none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onsets.types import Pick

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["MOST_LABELS", "Label", "pick_text", "place", "place_labels", "text_width_in"]

MOST_LABELS = 20
"""Picks in view up to which they are labelled."""

_MOST_LEVELS = 4
_PADDING_IN = 0.09
_SPACE_IN = 0.05


@dataclass(frozen=True, slots=True)
class Label:
    """One label: its text, its middle in inches from the left of the axes, and its level (0 lowest)."""

    text: str
    middle_in: float
    level: int


def pick_text(pick: Pick, with_probability: bool = True) -> str:
    """Return what a label says: the phase and, where known, the probability (or ratio).

    Examples
    --------
    >>> pick_text(Pick("XX.A.", "HH", "P", 0, probability=0.931)), pick_text(Pick("XX.A.", "HH", "S", 0))
    ('P 0.93', 'S')
    """
    known = with_probability and pick.probability == pick.probability
    number = f" {pick.probability:.2f}" if pick.probability <= 1 else f" {pick.probability:.3g}"
    return pick.phase + (number if known else "")


def place(spans: Sequence[tuple[float, float]]) -> list[int] | None:
    """Return the lowest level at which each span is free of the earlier ones, None if there are too many.

    Parameters
    ----------
    spans : sequence of (left, right)
        In the order of their left ends, any unit.

    Returns
    -------
    list of int or None
        One level a span.

    Examples
    --------
    >>> place([(0, 2), (1, 3), (2.5, 4)])
    [0, 1, 0]
    """
    ends: list[float] = []
    levels = []
    for left, right in spans:
        level = next((level for level, end in enumerate(ends) if left >= end), len(ends))
        if level == _MOST_LEVELS:
            return None
        ends[level : level + 1] = [right]
        levels.append(level)
    return levels


def place_labels(
    figure: Figure, picks: Sequence[Pick], x_in: Sequence[float], width_in: float, size: float
) -> list[Label]:
    """Return a label a pick, or none at all where there is no room for them.

    Parameters
    ----------
    figure : Figure
        Measures the text; nothing is left on it.
    picks : sequence of Pick
        In order of time.
    x_in : sequence of float
        Where each pick is, inches from the left of the axes.
    width_in : float
        Width of the axes, inches; labels stay inside.
    size : float
        Font size, points.

    Returns
    -------
    list of Label
        As long as ``picks``, or empty for more than :data:`MOST_LABELS` or if they do not fit.
    """
    if len(picks) > MOST_LABELS:
        return []
    for with_probability in (True, False):
        texts = [pick_text(pick, with_probability) for pick in picks]
        halves = [text_width_in(figure, text, size) / 2 + _PADDING_IN for text in texts]
        middles = [min(max(x, half), width_in - half) for x, half in zip(x_in, halves, strict=True)]
        order = sorted(range(len(picks)), key=lambda i: middles[i] - halves[i])
        levels = place([(middles[i] - halves[i], middles[i] + halves[i] + _SPACE_IN) for i in order])
        if levels is not None:
            at = dict(zip(order, levels, strict=True))
            return [Label(text, middles[i], at[i]) for i, text in enumerate(texts)]
    return []


def text_width_in(figure: Figure, text: str, size: float) -> float:
    """Return the width of bold text, inches; nothing is left on the figure."""
    artist = figure.text(0, 0, text, size=size, weight="bold", parse_math=False)
    width = float(artist.get_window_extent().width) / figure.dpi
    artist.remove()
    return width
