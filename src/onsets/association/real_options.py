"""The settings of REAL's grid search, by our names or as REAL's own option strings."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from onsets.errors import ConfigError

__all__ = ["RealOptions", "from_real_strings"]

KM_PER_DEGREE = 111.19


@dataclass(frozen=True, slots=True)
class RealOptions:
    """Settings of the engine ``real``; in brackets the letter and place in REAL's options.

    The defaults are those that REAL's authors publish for a day in central Italy (large grid), for
    ``nearest`` the program's own. What is None is derived from the network and the picks
    (:mod:`onsets.association.settle`).

    Attributes
    ----------
    range_km : float or None
        How far around the station of an initiating P the grid reaches, each way (R1).
    depth_km : float
        Deepest node (R2).
    grid_km, grid_depth_km : float or None
        Distance of the nodes (R3, R4).
    interval_s : float or None
        Of candidates closer in time than this the best is kept (R5); None: the P window.
    largest_gap_deg : float
        (R6)
    largest_distance_km : float or None
        Stations farther away do not count (R7); None: the diagonal of the network, at most 150 km.
    p_velocity_km_s, s_velocity_km_s : float
        Mean velocities that turn the size of a cell into the width of the time windows (V1, V2).
    p_picks, s_picks, picks, both : int
        Fewest P, S, all picks and stations with both (S1 to S4).
    deviation_s : float or None
        Largest standard deviation of the origin times that the picks imply (S5).
    s_minus_p_s : float
        Smallest difference of S and P at a station (S6).
    window : float
        Factor on the time windows (S7).
    forget : float
        P picks within this share of half a P window of an event's prediction start no search of their
        own (S8); 0 tries all.
    nearest : float
        An event whose nearest station is farther than this share of the largest distance is dropped (S9).
    outlier : float
        Picks off by more than this many deviations are dropped (S10).
    near_share, near_picks : float
        With fewer picks than ``near_picks`` times ``picks``, the mean weight of an event's picks, cos(60
        degrees x distance / largest distance), must reach ``near_share``.
    refine : bool
        Move each event from its node to the best place between the nodes.
    passes : int
        How often picks are looked at: each pass sees those that no event has yet. Two find events closer
        together than ``interval_s``.
    """

    range_km: float | None = None
    depth_km: float = 20.0
    grid_km: float | None = None
    grid_depth_km: float | None = None
    interval_s: float | None = None
    largest_gap_deg: float = 360.0
    largest_distance_km: float | None = None
    p_velocity_km_s: float = 6.2
    s_velocity_km_s: float = 3.3
    p_picks: int = 3
    s_picks: int | None = None
    picks: int | None = None
    both: int | None = None
    deviation_s: float | None = None
    s_minus_p_s: float = 0.2
    window: float = 1.0
    forget: float = 0.25
    nearest: float = 0.5
    outlier: float = 4.0
    near_share: float = 0.85
    near_picks: float = 2.0
    refine: bool = True
    passes: int = 2

    def __post_init__(self) -> None:
        for name in ("range_km", "depth_km", "grid_km", "grid_depth_km", "window", "deviation_s", "outlier"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ConfigError(f"{name} is {value}, expected above 0")
        if self.passes < 1:
            raise ConfigError(f"passes is {self.passes}, expected at least 1")
        for name in ("p_picks", "s_picks", "picks", "both"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ConfigError(f"{name} is {value}, expected 0 or more")
        if not 0 < self.s_velocity_km_s < self.p_velocity_km_s:
            raise ConfigError(
                f"velocities are {self.p_velocity_km_s} and {self.s_velocity_km_s} km/s, expected P above S"
            )

    @property
    def cell_km(self) -> float:
        """Diagonal of a cell of the grid."""
        return math.sqrt(2 * (self.grid_km or 0.0) ** 2 + (self.grid_depth_km or 0.0) ** 2)

    @property
    def refine_km(self) -> float:
        """How far an event may be moved at first, km."""
        return self.grid_km or 0.0

    @property
    def windows_s(self) -> tuple[float, float]:
        """Half widths of the P and S window, s."""
        half = self.window * self.cell_km / 2
        return half / self.p_velocity_km_s, half / self.s_velocity_km_s


_PLACES = {
    "R": (
        *("range_km", "depth_km", "grid_km", "grid_depth_km"),
        *("interval_s", "largest_gap_deg", "largest_distance_km"),
    ),
    "V": ("p_velocity_km_s", "s_velocity_km_s"),
    "S": (
        *("p_picks", "s_picks", "picks", "both", "deviation_s", "s_minus_p_s"),
        *("window", "forget", "nearest", "outlier"),
    ),
}
_DEGREES = ("range_km", "grid_km", "largest_distance_km")
_COUNTS = ("p_picks", "s_picks", "picks", "both")


def from_real_strings(**strings: str) -> dict[str, Any]:
    """Return our settings for REAL's option strings.

    Parameters
    ----------
    R, V, S, G : str
        As after REAL's ``-R``, ``-V``, ``-S``, ``-G``, such as ``0.1/20/0.04/2/5``. Of G, the range of a
        travel time table, only the first number matters: no station is farther than that less 0.05
        degrees. Near-surface velocities (V3 to V5), a fixed centre (R8, R9) and S11 have no place here.

    Raises
    ------
    ConfigError
        If a string holds something else or too many numbers.

    Examples
    --------
    >>> from_real_strings(R="0.1/20/0.04/2/5", V="6.2/3.3")["grid_km"]
    4.4476
    """
    settings: dict[str, Any] = {"passes": 1}  # as the program
    for letter, text in strings.items():
        try:
            values = [float(word) for word in str(text).split("/")]
        except ValueError as error:
            raise ConfigError(f"{letter} is {text!r}, expected numbers between slashes") from error
        if letter == "G":
            limit = (values[0] - 0.05) * KM_PER_DEGREE
            settings["largest_distance_km"] = min(settings.get("largest_distance_km", limit), limit)
            continue
        names = _PLACES[letter]
        if len(values) > len(names):
            raise ConfigError(
                f"{letter} is {text!r} with {len(values)} numbers, expected at most {len(names)}: "
                f"{', '.join(names)}"
            )
        for name, value in zip(names, values, strict=False):
            if name in _DEGREES:
                value = round(value * KM_PER_DEGREE, 6)
            if name in _COUNTS and value != int(value):
                raise ConfigError(f"{letter} is {text!r}: {name} is {value}, expected a whole number")
            settings[name] = int(value) if name in _COUNTS else value
    known = {field.name for field in dataclasses.fields(RealOptions)}
    return {name: value for name, value in settings.items() if name in known}
