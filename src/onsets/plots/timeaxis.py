"""UTC on the time axis: round steps and labels as short as they can be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["View", "utc_caption", "utc_ticks"]

_MS = 10**6
_S = 10**9
_DAY = 86_400 * _S
_STEPS_NS = (
    *(step * _MS for step in (1, 2, 5, 10, 20, 50, 100, 200, 500)),
    *(step * _S for step in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800)),
    *(step * _S for step in (3600, 7200, 10_800, 14_400, 21_600, 43_200)),
    *(step * _DAY for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)),
)


@dataclass(frozen=True, slots=True)
class View:
    """The time span of a picture; its axis is in seconds from ``start_ns``.

    Attributes
    ----------
    start_ns, end_ns : int
        ns since 1970 UTC, start before end.
    """

    start_ns: int
    end_ns: int

    @property
    def seconds(self) -> float:
        """Length, s."""
        return (self.end_ns - self.start_ns) / 1e9

    def x(self, time_ns: int) -> float:
        """Return where a time lies on the axis, s."""
        return (int(time_ns) - self.start_ns) / 1e9

    def cut(self, start_ns: int, rate_hz: float, samples: int) -> slice:
        """Return the samples of a series that lie in the view, and one more on either side."""
        first = int((self.start_ns - start_ns) * rate_hz / 1e9)
        behind = int((self.end_ns - start_ns) * rate_hz / 1e9) + 2
        return slice(min(max(first, 0), samples), min(max(behind, 0), samples))


def utc_ticks(start_ns: int, end_ns: int, most: int = 9) -> tuple[list[int], list[str]]:
    """Return where to put ticks and what to write there.

    Parameters
    ----------
    start_ns, end_ns : int
        Both ends of the axis, ns since 1970 UTC, start before end.
    most : int
        Largest number of ticks wanted.

    Returns
    -------
    times_ns : list of int
        Multiples of a round step.
    labels : list of str
        ``HH:MM:SS`` with the decimals of the step, ``HH:MM`` for steps of minutes and hours,
        ``MM-DD`` or ``YYYY-MM-DD`` for days; midnight inside the axis also shows its date.

    Examples
    --------
    >>> utc_ticks(0, 30 * 10**9)[1]
    ['00:00:00', '00:00:05', '00:00:10', '00:00:15', '00:00:20', '00:00:25', '00:00:30']
    """
    step = next((step for step in _STEPS_NS if (end_ns - start_ns) // step < most), _STEPS_NS[-1])
    first = -(-start_ns // step)
    times = list(range(first * step, end_ns + 1, step))
    return times, [_label(time, step, start_ns < time < end_ns) for time in times]


def _label(time_ns: int, step_ns: int, inside: bool) -> str:
    day, clock = str(np.datetime64(time_ns, "ns")).split("T")
    if step_ns >= _DAY:
        return day if step_ns >= 50 * _DAY else day[5:]
    if step_ns < _S:
        digits = 3 if step_ns % (10 * _MS) else 2 if step_ns % (100 * _MS) else 1
        text = clock[: 9 + digits]
    else:
        text = clock[:8] if step_ns < 60 * _S else clock[:5]
    return f"{text}\n{day[5:]}" if inside and time_ns % _DAY == 0 else text


def utc_caption(start_ns: int, end_ns: int) -> str:
    """Return the date or dates of an axis, for its label.

    Examples
    --------
    >>> utc_caption(0, 86_400 * 10**9)
    '1970-01-01 UTC'
    """
    first, last = (str(np.datetime64(time, "ns"))[:10] for time in (start_ns, max(start_ns, end_ns - 1)))
    return f"{first} UTC" if first == last else f"{first} to {last} UTC"
