"""How magnitudes are made."""

from __future__ import annotations

from dataclasses import dataclass

from onsets.errors import ConfigError, nearest
from onsets.magnitude.relations import DURATIONS, RELATIONS
from onsets.magnitude.wood_anderson import INSTRUMENTS

__all__ = ["KINDS", "MagnitudeOptions"]

KINDS = ("auto", "local", "duration")


@dataclass(frozen=True, slots=True)
class MagnitudeOptions:
    """How magnitudes are made.

    Attributes
    ----------
    kind : str
        ``local`` (ML, needs responses), ``duration`` (Md, needs none), or ``auto``: local where responses
        are given, else duration.
    relation : str
        Of local magnitudes: one of :data:`onsets.magnitude.RELATIONS`.
    duration_relation : str
        Of duration magnitudes: one of :data:`onsets.magnitude.DURATIONS`.
    instrument : str
        One of :data:`onsets.magnitude.INSTRUMENTS`.
    low_hz, high_hz : float
        Band of the simulated trace; the upper end is 0.4 of the rate at most.
    snr : float
        Smallest ratio of the amplitude to that of the noise before the event.
    stations : int
        Fewest stations of a magnitude.
    corrections : tuple of (str, float)
        station_id and what is added to its magnitudes.
    """

    kind: str = "auto"
    relation: str = "hutton-boore-1987"
    duration_relation: str = "michaelson-1990"
    instrument: str = "uhrhammer-collins-1990"
    low_hz: float = 0.5
    high_hz: float = 25.0
    snr: float = 3.0
    stations: int = 1
    corrections: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        for name, choices in (
            ("kind", KINDS),
            ("relation", tuple(RELATIONS)),
            ("duration_relation", tuple(DURATIONS)),
            ("instrument", tuple(INSTRUMENTS)),
        ):
            if getattr(self, name) not in choices:
                raise ConfigError(
                    f"unknown {name} {getattr(self, name)!r}; {nearest(getattr(self, name), choices)}"
                )
        if not 0 < self.low_hz < self.high_hz:
            raise ConfigError(f"band {self.low_hz:g} to {self.high_hz:g} Hz, expected 0 < low_hz < high_hz")
        if self.stations < 1 or self.snr < 1:
            raise ConfigError("stations and snr are 1 or more")
