"""Colours and sizes of all pictures."""

from __future__ import annotations

__all__ = ["AXIS", "DARK", "GRID", "LARGE", "NORMAL", "SHADE", "SMALL", "family", "phase_colour"]

DARK, AXIS, GRID, SHADE = "#262626", "#8C8C8C", "#EBEBEB", "#DEDEDE"
"""Text and waveforms, lines of the axes, grid, gaps."""

SMALL, NORMAL, LARGE = 8.5, 9.5, 12.0
"""Font sizes, points."""

# Blue, vermillion and green of Okabe and Ito, which colour-blind readers can tell apart.
_COLOURS = {"P": "#0072B2", "S": "#D55E00", "detection": "#009E73", "other": "#666666"}


def family(label: str) -> str:
    """Return what a phase or curve is drawn as: ``P`` (also Pg, Pn), ``S``, ``detection`` or ``other``.

    Examples
    --------
    >>> family("Pn"), family("Sg"), family("detection"), family("Lg")
    ('P', 'S', 'detection', 'other')
    """
    if label in _COLOURS:
        return label
    return label[0] if label[:1] in ("P", "S") else "other"


def phase_colour(label: str) -> str:
    """Return the colour of a phase or curve, blue for P and red-orange for S."""
    return _COLOURS[family(label)]
