"""Records of random sources over one table of Green's functions, with their arrivals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.earth import travel_times
from onsets.errors import ConfigError, nearest
from onsets.synthetics.greens import GreensTable
from onsets.synthetics.pulses import PULSES, convolve
from onsets.synthetics.source import double_couple, moment_n_m, rotate_to_zne, synthesise
from onsets.types import Float32

__all__ = ["Drawn", "RecordOptions", "draw_sources", "records_of"]

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RecordOptions:
    """Which sources are drawn; each range is drawn from evenly.

    Attributes
    ----------
    count : int
    seed : int
    magnitude : (float, float)
        Mw.
    pulse : str
        One of :data:`onsets.synthetics.PULSES`.
    duration : (float, float)
        Share of the mean duration of that magnitude.
    lead_s : (float, float)
        Time of a record before the table's sample 0, in whole samples.
    components : str
        ``ZNE`` or ``Z``.

    Raises
    ------
    ConfigError
        If a value cannot be used.
    """

    count: int = 1000
    seed: int = 0
    magnitude: tuple[float, float] = (3.0, 6.0)
    pulse: str = "triangle"
    duration: tuple[float, float] = (0.5, 2.0)
    lead_s: tuple[float, float] = (0.0, 40.0)
    components: str = "ZNE"

    def __post_init__(self) -> None:
        if self.count < 1 or self.seed < 0:
            raise ConfigError(f"count is {self.count}, seed {self.seed}; expected above 0, 0 or above")
        if self.pulse not in PULSES:
            raise ConfigError(f"unknown pulse {self.pulse!r}; {nearest(self.pulse, list(PULSES))}")
        if self.components not in ("ZNE", "Z"):
            raise ConfigError(f"components is {self.components!r}, expected ZNE or Z")
        for name, least in (("magnitude", -10.0), ("duration", 0.0), ("lead_s", 0.0)):
            low, high = getattr(self, name)
            if not least <= low <= high:
                raise ConfigError(f"{name} is {low:g} to {high:g}, expected rising and at least {least:g}")


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Sources and where they are recorded, a row each, shape (n,).

    Attributes
    ----------
    depth, distance : ndarray of int64
        Indices into the table.
    azimuth_deg, strike_deg, dip_deg, rake_deg, magnitude, duration_s : ndarray of float64
    lead : ndarray of int64
        Samples before the table's sample 0.
    arrivals : ndarray of float64, shape (n, 2)
        First P and S by ray theory, samples from the record's first.
    """

    depth: Int64
    distance: Int64
    azimuth_deg: Float64
    strike_deg: Float64
    dip_deg: Float64
    rake_deg: Float64
    magnitude: Float64
    duration_s: Float64
    lead: Int64
    arrivals: Float64

    def __len__(self) -> int:
        return len(self.depth)


def draw_sources(table: GreensTable, options: RecordOptions, rng: np.random.Generator | None = None) -> Drawn:
    """Draw double couples of random orientation at random depths and distances of a table.

    Orientations are even over all double couples: strike and rake evenly, dip evenly in its cosine. The
    mean duration is ``4.52e-6 M0^(1/3)`` s with M0 in N m (2.1e-8 with dyn cm).

    Parameters
    ----------
    table : GreensTable
    options : RecordOptions
    rng : Generator, optional
        To go on with; one of the options' seed if not given.

    Returns
    -------
    Drawn

    References
    ----------
    Ekström, G., Nettles, M. and Dziewoński, A. M. (2012). The global CMT project 2004-2010. Physics of the
    Earth and Planetary Interiors 200-201, 1-9, doi 10.1016/j.pepi.2012.04.002 (the duration, twice the
    half duration given there).
    """
    rng, n = np.random.default_rng(options.seed) if rng is None else rng, options.count
    depth = rng.integers(len(table.depths_km), size=n)
    distance = rng.integers(len(table.distances_km), size=n)
    azimuth, strike = rng.uniform(0, 360, (2, n))
    dip, rake = np.degrees(np.arccos(rng.uniform(0, 1, n))), rng.uniform(-180, 180, n)
    magnitude = rng.uniform(*options.magnitude, n)
    duration_s = 2.1e-8 * np.cbrt(1e7 * moment_n_m(magnitude)) * rng.uniform(*options.duration, n)
    first, last = (round(lead * table.rate_hz) for lead in options.lead_s)
    lead = rng.integers(first, last + 1, n)
    times = [
        travel_times(table.model, phase, table.distances_km, table.depths_km[:, None]).time_s
        for phase in "PS"
    ]
    seconds = np.stack(times, axis=-1) - table.start_s[:, None]
    return Drawn(
        *(depth, distance, azimuth, strike, dip, rake, magnitude),
        duration_s=duration_s,
        lead=lead,
        arrivals=seconds[depth, distance] * table.rate_hz + lead[:, None],
    )


def records_of(
    table: GreensTable, drawn: Drawn, options: RecordOptions, rows: slice = slice(None)
) -> Float32:
    """Make the records of some of the drawn sources.

    Parameters
    ----------
    table : GreensTable
    drawn : Drawn
    options : RecordOptions
        Gives pulse and components.
    rows : slice
        Which of the sources.

    Returns
    -------
    ndarray of float32, shape (n, 3 or 1, samples)
        The table's quantity, m or m/s; Z, N, E or Z. What the lead pushes behind the end is cut off.

    Raises
    ------
    ConfigError
        If a source lasts longer than a record.
    """
    depth, distance, azimuth = drawn.depth[rows], drawn.distance[rows], drawn.azimuth_deg[rows]
    tensor = double_couple(drawn.strike_deg[rows], drawn.dip_deg[rows], drawn.rake_deg[rows])
    tensor *= moment_n_m(drawn.magnitude[rows])[:, None]
    wanted = "ZRT" if options.components == "ZNE" else "Z"
    steps = synthesise(table, depth, distance, azimuth, tensor, wanted)
    waves = convolve(steps, table.rate_hz, options.pulse, drawn.duration_s[rows])
    if options.components == "ZNE":
        waves = rotate_to_zne(waves, azimuth + 180.0)
    made = np.zeros_like(waves)
    for row, wave, lead in zip(made, waves, drawn.lead[rows].tolist(), strict=True):
        if lead < table.samples:
            row[:, lead:] = wave[:, : table.samples - lead]
    return made
