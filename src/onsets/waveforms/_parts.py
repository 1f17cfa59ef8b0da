"""Sorting traces before they are put together: by component, rate and stretch of time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from onsets.types import COMPONENTS, Problem, Trace

__all__ = ["Head", "Name", "Part", "by_component", "by_rate", "by_stretch", "letter_of", "order", "oriented"]

STANDS_FOR = {"1": "N", "2": "E", "3": "Z"}
"""Components without a direction, and the one whose row they take where that is absent."""
SAME_RATE = 1e-4
"""Rates that differ by no more than this share belong to one record."""
_SEISMIC = "HLNGP"  # second letter of channels that measure ground motion


@dataclass(frozen=True, slots=True)
class Part:
    """A trace and the letter of its component."""

    trace: Trace
    letter: str

    @property
    def start_ns(self) -> int:
        return self.trace.start_ns

    @property
    def end_ns(self) -> int:
        """When the next sample would come."""
        return self.trace.start_ns + round(len(self.trace.data) * 1e9 / self.trace.rate_hz)


@dataclass(frozen=True, slots=True)
class Name:
    """Who a problem is about."""

    station_id: str
    prefix: str
    problems: list[Problem] = field(repr=False)

    def note(self, what: str, reason: str, samples: int = 0, time_ns: int | None = None) -> None:
        """Tell something harmless about a channel (``HHZ``, or ``?`` for all)."""
        self._tell(what, reason, samples, time_ns, fatal=False)

    def lose(self, what: str, reason: str, samples: int, time_ns: int) -> None:
        """Tell that data were lost."""
        self._tell(what, reason, samples, time_ns, fatal=True)

    def _tell(self, what: str, reason: str, samples: int, time_ns: int | None, fatal: bool) -> None:
        where = f"{self.station_id}.{what if what != '?' else self.prefix + '?'}"
        self.problems.append(Problem(where, reason, self.station_id, samples, fatal, time_ns))


def letter_of(channel: str) -> tuple[str, str]:
    """Return prefix and component letter of a channel code: ``HHZ``, or ``H_H_Z`` if it is a long one."""
    code = channel.upper()
    if code.count("_") == 2:
        band, source, component = code.split("_")
        return f"{band}{source}", component
    return code[:-1][:2], code[-1:]


def oriented(parts: list[Part], name: Name) -> list[Part]:
    """Drop, and name, channels whose letter tells no component."""
    known, unknown = [], defaultdict(list)
    for part in parts:
        if part.letter in STANDS_FOR or part.letter in tuple(COMPONENTS):
            known.append(part)
        else:
            unknown[part.trace.channel].append(part)
    seismic = len(name.prefix) != 2 or name.prefix[1] in _SEISMIC
    for channel, some in sorted(unknown.items()):
        samples = sum(len(part.trace.data) for part in some)
        reason = f"channel {channel} of {name.station_id} has an unknown component {channel[-1:]!r}, "
        reason += "expected Z, N, E or 1, 2, 3 as last letter; rotate or rename it"
        tell = name.lose if seismic else name.note
        tell(channel, reason, samples, min(part.start_ns for part in some))
    return known


def by_rate(parts: list[Part], name: Name) -> list[tuple[float, list[Part]]]:
    """Part traces by rate; the rate most samples have stands for those close to it."""
    weight: defaultdict[float, int] = defaultdict(int)
    for part in parts:
        weight[part.trace.rate_hz] += len(part.trace.data)
    groups: dict[float, list[Part]] = {}
    home: dict[float, float] = {}
    for rate in sorted(weight, key=lambda rate: (-weight[rate], rate)):
        home[rate] = next((main for main in groups if abs(rate / main - 1) <= SAME_RATE), rate)
        groups.setdefault(home[rate], [])
    for part in parts:
        groups[home[part.trace.rate_hz]].append(part)
    if len(groups) > 1:
        rates = ", ".join(f"{rate:g}" for rate in groups)
        reason = f"rates {rates} Hz under one channel prefix: a record each"
        name.note("?", reason, 0, min(part.start_ns for part in parts))
    return list(groups.items())


def by_stretch(parts: list[Part], max_gap_s: float) -> list[list[Part]]:
    """Part traces, by time, where none was recorded for longer than a gap may be."""
    stretches: list[list[Part]] = []
    end = 0
    for part in sorted(parts, key=order):
        if not stretches or part.start_ns - end > max_gap_s * 1e9:
            stretches.append([])
            end = part.end_ns
        stretches[-1].append(part)
        end = max(end, part.end_ns)
    return stretches


def order(part: Part) -> tuple[int, str, float, int, Head]:
    """Key that sorts traces by time, the same whatever order they came in."""
    trace = part.trace
    return (trace.start_ns, trace.channel, trace.rate_hz, len(trace.data), Head(trace))


class Head:
    """The first samples of a trace as the last part of a key, looked at only to break a tie.

    Parameters
    ----------
    trace : Trace
    """

    __slots__ = ("_trace",)

    def __init__(self, trace: Trace) -> None:
        self._trace = trace

    def _bytes(self) -> bytes:
        return np.ascontiguousarray(self._trace.data[:64]).tobytes()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Head) and (self is other or self._bytes() == other._bytes())

    def __lt__(self, other: Head) -> bool:
        return self._bytes() < other._bytes()

    __hash__ = None  # type: ignore[assignment]


def by_component(parts: list[Part], name: Name) -> list[list[Part]]:
    """Give each component its traces; 1, 2, 3 only while the letter they stand for is absent."""
    rows = []
    for letter in COMPONENTS:
        main = [part for part in parts if part.letter == letter]
        other = [part for part in parts if STANDS_FOR.get(part.letter) == letter]
        if main and other and _meet(main, other):
            channel = ", ".join(sorted({part.trace.channel for part in other}))
            samples = sum(len(part.trace.data) for part in other)
            reason = f"channel {channel} is left out: {main[0].trace.channel} was recorded as well"
            name.note(channel, reason, samples, min(part.start_ns for part in other))
            other = []
        rows.append(sorted(main + other, key=order))
    return rows


def _meet(some: list[Part], others: list[Part]) -> bool:
    """Whether the spans of two lists of traces overlap, by more than where one follows the other."""

    def span(parts: list[Part]) -> tuple[int, int]:
        return min(part.start_ns for part in parts), max(part.end_ns for part in parts)

    (a, b), (c, d) = span(some), span(others)
    return 2 * (min(b, d) - max(a, c)) > min(b - a, d - c)
