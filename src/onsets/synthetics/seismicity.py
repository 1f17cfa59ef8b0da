"""When, how large and where: earthquakes with the statistics of real ones."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.errors import ConfigError

__all__ = ["Seismicity", "Sources", "gutenberg_richter", "make_sources", "omori_times"]

Float64 = npt.NDArray[np.float64]
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """Earthquakes as columns, rising in time.

    Attributes
    ----------
    time_s : ndarray of float64, shape (n,)
        After the beginning.
    x_km, y_km, depth_km : ndarray of float64, shape (n,)
        East and north of the middle; down.
    magnitude : ndarray of float64, shape (n,)
        Moment magnitude.
    strike_deg, dip_deg, rake_deg : ndarray of float64, shape (n,)
    kind : ndarray of str, shape (n,)
        ``background``, ``mainshock`` or ``aftershock``.
    """

    time_s: Float64
    x_km: Float64
    y_km: Float64
    depth_km: Float64
    magnitude: Float64
    strike_deg: Float64
    dip_deg: Float64
    rake_deg: Float64
    kind: npt.NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.time_s)

    def take(self, index: Any) -> Sources:
        """Return the rows of a mask, slice or index array."""
        return Sources(*(getattr(self, column.name)[index] for column in fields(self)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seismicity:
    """Statistics of a region and of one sequence in it.

    Attributes
    ----------
    days : float
        Length of the catalogue.
    background_per_day : float
        Poisson rate of events of at least ``smallest``, anywhere within ``radius_km``.
    b_value, smallest, largest : float
        Of the Gutenberg-Richter law; magnitudes are cut off at both ends.
    mainshock : float or None
        Magnitude; None (left out) for background alone.
    mainshock_day : float
    aftershocks : int
        Up to the end of the catalogue, none larger than the mainshock.
    omori_c_days, omori_p : float
        Rate ``(t + c)^-p``.
    radius_km : float
    depth_km : tuple of float
        Shallowest and deepest.
    """

    days: float = 1.0
    background_per_day: float = 20.0
    b_value: float = 1.0
    smallest: float = 1.0
    largest: float = 5.0
    mainshock: float | None = None
    mainshock_day: float = 0.25
    aftershocks: int = 0
    omori_c_days: float = 0.01
    omori_p: float = 1.1
    radius_km: float = 40.0
    depth_km: tuple[float, float] = (3.0, 15.0)

    def __post_init__(self) -> None:
        right = {
            "days": self.days > 0,
            "background_per_day": self.background_per_day >= 0,
            "b_value": self.b_value > 0,
            "largest": self.largest > self.smallest,
            "mainshock": self.mainshock is None or self.mainshock >= self.smallest,
            "mainshock_day": self.mainshock is None or 0 <= self.mainshock_day < self.days,
            "aftershocks": self.aftershocks >= 0,
            "omori_c_days": self.omori_c_days > 0,
            "omori_p": self.omori_p > 0,
            "radius_km": self.radius_km > 0,
            "depth_km": 0 < self.depth_km[0] <= self.depth_km[1],
        }
        for name, fine in right.items():
            if not fine:
                raise ConfigError(f"seismicity: {name} = {getattr(self, name)} cannot be used")


def gutenberg_richter(
    count: int, b_value: float, smallest: float, largest: float, rng: np.random.Generator
) -> Float64:
    """Draw magnitudes whose number falls by ``10^-b`` a unit, between two ends.

    References
    ----------
    Gutenberg, B., Richter, C. F. (1944). Frequency of earthquakes in California. BSSA 34, 185-188.
    """
    reach = 1 - 10 ** (-b_value * (largest - smallest))
    return np.asarray(smallest - np.log10(1 - reach * rng.random(count)) / b_value, np.float64)


def omori_times(
    count: int, c_days: float, p: float, longest_days: float, rng: np.random.Generator
) -> Float64:
    """Draw rising times after a mainshock, days, at the rate ``(t + c)^-p``.

    References
    ----------
    Utsu, T., Ogata, Y., Matsu'ura, R. S. (1995). The centenary of the Omori formula for a decay law of
    aftershock activity. Journal of Physics of the Earth 43, 1-33. doi:10.4294/jpe1952.43.1
    """
    share = rng.random(count)
    if abs(p - 1) < 1e-9:
        times = c_days * ((1 + longest_days / c_days) ** share - 1)
    else:
        first, last = c_days ** (1 - p), (longest_days + c_days) ** (1 - p)
        times = (first + share * (last - first)) ** (1 / (1 - p)) - c_days
    return np.sort(times)


def make_sources(options: Seismicity, rng: np.random.Generator) -> Sources:
    """Draw a catalogue.

    Notes
    -----
    Background lies evenly over a disc and in depth, with any mechanism. Aftershocks lie on the mainshock's
    plane within its length, which is that of Wells and Coppersmith (1994, doi:10.1785/BSSA0840040974,
    ``log10 L = 0.59 M - 2.44``) and at least 2 km, and turn by about 15 degrees from its mechanism.
    """
    parts = [_background(options, rng)]
    if options.mainshock is not None:
        parts += _sequence(options, options.mainshock, rng)
    columns = {
        column.name: np.concatenate([getattr(part, column.name) for part in parts])
        for column in fields(Sources)
    }
    return Sources(**columns).take(np.argsort(columns["time_s"], kind="stable"))


def _background(options: Seismicity, rng: np.random.Generator) -> Sources:
    count = int(rng.poisson(options.background_per_day * options.days))
    radius, angle = options.radius_km * np.sqrt(rng.random(count)), rng.uniform(0, 2 * np.pi, count)
    return Sources(
        np.sort(rng.uniform(0, options.days * DAY_S, count)),
        radius * np.sin(angle),
        radius * np.cos(angle),
        rng.uniform(*options.depth_km, count),
        gutenberg_richter(count, options.b_value, options.smallest, options.largest, rng),
        rng.uniform(0, 360, count),
        np.degrees(np.arccos(rng.random(count))),
        rng.uniform(-180, 180, count),
        np.full(count, "background"),
    )


def _sequence(options: Seismicity, magnitude: float, rng: np.random.Generator) -> list[Sources]:
    """Return a mainshock and its aftershocks."""
    radius, angle = options.radius_km / 2 * np.sqrt(rng.random()), rng.uniform(0, 2 * np.pi)
    place = np.array([radius * np.sin(angle), radius * np.cos(angle), np.mean(options.depth_km)])
    strike, dip, rake = rng.uniform(0, 360), rng.uniform(40, 90), rng.uniform(-180, 180)
    main = (options.mainshock_day * DAY_S, *place, magnitude, strike, dip, rake)
    columns = [np.array([value]) for value in main]
    first = Sources(*columns, kind=np.array(["mainshock"]))  # type: ignore[misc]
    count = options.aftershocks
    along, down = np.radians(strike), np.radians(dip)
    vectors = np.array([
        [np.sin(along), np.cos(along), 0.0],
        [np.cos(along) * np.cos(down), -np.sin(along) * np.cos(down), np.sin(down)],
    ])  # fmt: skip
    length = max(2.0, 10 ** (0.59 * magnitude - 2.44))
    spread = rng.uniform(-length / 2, length / 2, (count, 2)) @ vectors + rng.normal(0, 0.2, (count, 3))
    x, y, z = (place + spread).T
    times = options.mainshock_day + omori_times(
        count, options.omori_c_days, options.omori_p, options.days - options.mainshock_day, rng
    )
    turned = rng.normal(0, 15, (3, count))
    top = max(options.smallest + 0.1, magnitude)
    after = Sources(
        times * DAY_S, x, y, np.clip(z, *options.depth_km),
        gutenberg_richter(count, options.b_value, options.smallest, top, rng),
        (strike + turned[0]) % 360, np.clip(dip + turned[1], 5, 90), (rake + turned[2] + 180) % 360 - 180,
        np.full(count, "aftershock"),
    )  # fmt: skip
    return [first, after]
