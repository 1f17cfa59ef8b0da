"""Sources: moment tensors, magnitudes, and records of many sources from a table."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from onsets.errors import ConfigError
from onsets.synthetics.greens import COMPONENTS, GreensTable
from onsets.types import Float32

__all__ = [
    "TENSOR",
    "double_couple",
    "explosion",
    "moment_n_m",
    "radiation",
    "rotate_to_zne",
    "synthesise",
]

Float64 = npt.NDArray[np.float64]

TENSOR = ("nn", "ee", "dd", "ne", "nd", "ed")
"""Order of the six moments: north, east and down."""


def moment_n_m(magnitude: npt.ArrayLike) -> Float64:
    """Return the scalar moment (N m) of a moment magnitude.

    Notes
    -----
    ``M0 = 10^(1.5 Mw + 9.1)``, the IASPEI form of Hanks and Kanamori (1979), doi 10.1029/JB084iB05p02348.

    Examples
    --------
    >>> float(moment_n_m(4.0)) == 10.0**15.1
    True
    """
    return np.asarray(10.0 ** (1.5 * np.asarray(magnitude, np.float64) + 9.1), np.float64)


def double_couple(strike_deg: npt.ArrayLike, dip_deg: npt.ArrayLike, rake_deg: npt.ArrayLike) -> Float64:
    """Return moment tensors of unit scalar moment for slip on a plane.

    Parameters
    ----------
    strike_deg, dip_deg, rake_deg : array_like, shape (n,) or a number
        Strike clockwise from north with the plane dipping to its right; rake in the plane from strike,
        positive upwards.

    Returns
    -------
    ndarray of float64, shape (n, 6) or (6,)
        In the order of :data:`TENSOR`.

    References
    ----------
    Aki, K. and Richards, P. G. (2002). Quantitative Seismology, box 4.4.

    Examples
    --------
    >>> (double_couple(0, 90, 0).round(12) + 0.0).tolist()  # vertical strike slip: only ne
    [0.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    """
    strike, dip, rake = (np.radians(np.asarray(a, np.float64)) for a in (strike_deg, dip_deg, rake_deg))
    s1, c1, s2, c2 = np.sin(strike), np.cos(strike), np.sin(2 * strike), np.cos(2 * strike)
    flat, steep, cos2, sin2 = np.sin(dip), np.cos(dip), np.cos(2 * dip), np.sin(2 * dip)
    along, up = np.cos(rake), np.sin(rake)
    tensor = (
        -(flat * along * s2 + sin2 * up * s1**2),
        flat * along * s2 - sin2 * up * c1**2,
        sin2 * up,
        flat * along * c2 + 0.5 * sin2 * up * s2,
        -(steep * along * c1 + cos2 * up * s1),
        -(steep * along * s1 - cos2 * up * c1),
    )
    return np.stack(np.broadcast_arrays(*tensor), axis=-1)


def explosion(count: int = 1) -> Float64:
    """Return moment tensors of explosions of unit moment in each of the three axes, shape (count, 6)."""
    return np.tile([1.0, 1.0, 1.0, 0.0, 0.0, 0.0], (count, 1))


def radiation(tensor: npt.ArrayLike, azimuth_deg: npt.ArrayLike) -> Float64:
    """Return how much of each of the ten traces a source sends to an azimuth.

    Parameters
    ----------
    tensor : array_like, shape (n, 6)
        N m, in the order of :data:`TENSOR`.
    azimuth_deg : array_like, shape (n,)
        Of the receiver seen from the source.

    Returns
    -------
    ndarray of float64, shape (n, 10)
        Factors of the traces in the order of :data:`~onsets.synthetics.COMPONENTS`.
    """
    nn, ee, dd, ne, nd, ed = np.moveaxis(np.atleast_2d(np.asarray(tensor, np.float64)), -1, 0)
    azimuth = np.radians(np.asarray(azimuth_deg, np.float64))
    c1, s1, c2, s2 = np.cos(azimuth), np.sin(azimuth), np.cos(2 * azimuth), np.sin(2 * azimuth)
    half = (nn - ee) / 2
    factors = {
        "EX": (nn + ee + dd) / 3,
        "DD": (2 * dd - nn - ee) / 6,
        "DS": nd * c1 + ed * s1,
        "SS": half * c2 + ne * s2,
        "TDS": ed * c1 - nd * s1,
        "TSS": ne * c2 - half * s2,
    }
    named = [factors[name if name in factors else name[1:]] for name in COMPONENTS]
    return np.stack(np.broadcast_arrays(*named), axis=-1)


def synthesise(
    table: GreensTable,
    depth: npt.ArrayLike,
    distance: npt.ArrayLike,
    azimuth_deg: npt.ArrayLike,
    tensor: npt.ArrayLike,
    components: str = "ZRT",
) -> Float32:
    """Combine a table's traces to records of many sources.

    Records of one depth and distance are one matrix product, so that order does not matter for speed.

    Parameters
    ----------
    table : GreensTable
    depth, distance : array_like of int, shape (n,)
        Indices into the table's depths and distances.
    azimuth_deg : array_like, shape (n,)
        Of the receiver seen from the source.
    tensor : array_like, shape (n, 6)
        N m, in the order of :data:`TENSOR`.
    components : str
        Some of Z (up), R (away from the source), T (clockwise seen from above).

    Returns
    -------
    ndarray of float32, shape (n, len(components), samples)
        The table's quantity, m or m/s, for a moment that is a step at the origin time.

    Raises
    ------
    ConfigError
        If an index is outside the table or a component unknown.
    """
    if not components or set(components) - set("ZRT"):
        raise ConfigError(f"components is {components!r}, expected some of Z, R, T")
    factors = radiation(tensor, azimuth_deg).astype(np.float32)
    n = len(factors)
    row = np.broadcast_to(np.asarray(depth, np.int64), (n,))
    column = np.broadcast_to(np.asarray(distance, np.int64), (n,))
    sizes = table.values.shape
    for name, index, size in (("depth", row, sizes[0]), ("distance", column, sizes[1])):
        if n and not 0 <= int(index.min()) <= int(index.max()) < size:
            raise ConfigError(
                f"{name} index {int(index.min())} to {int(index.max())} is outside the table; it has {size}"
            )
    used = [np.flatnonzero([name[0] == axis for name in COMPONENTS]) for axis in components]
    cell = row * sizes[1] + column
    order = np.argsort(cell, kind="stable")
    edges = np.flatnonzero(np.diff(cell[order], prepend=-1, append=-1))
    records = np.empty((n, len(components), table.samples), np.float32)
    for start, stop in itertools.pairwise(edges):
        here = order[start:stop]
        traces = np.asarray(table.values[row[here[0]], column[here[0]]])
        for axis, which in enumerate(used):
            records[here, axis] = factors[np.ix_(here, which)] @ traces[which]
    return records


def rotate_to_zne(records: Float32, backazimuth_deg: npt.ArrayLike) -> Float32:
    """Turn Z, R, T to Z, N, E.

    Parameters
    ----------
    records : ndarray of float32, shape (n, 3, samples)
        Z, R (away from the source), T (clockwise about the source).
    backazimuth_deg : array_like, shape (n,)
        Of the source seen from the receiver; on a flat earth azimuth + 180.

    Returns
    -------
    ndarray of float32, shape (n, 3, samples)
    """
    angle = np.radians(np.asarray(backazimuth_deg, np.float64) + 180.0)[..., None].astype(np.float32)
    radial, transverse = records[..., 1, :], records[..., 2, :]
    turned = records.copy()
    turned[..., 1, :] = np.cos(angle) * radial - np.sin(angle) * transverse
    turned[..., 2, :] = np.sin(angle) * radial + np.cos(angle) * transverse
    return turned
