"""How good a location is: gap, error ellipsoid, a letter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.errors import MissingExtraError

__all__ = ["Ellipsoid", "azimuthal_gap", "ellipsoid", "quality"]

Floats = npt.NDArray[np.float64]
CONFIDENCE = 0.683


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """The region that holds the hypocentre with a probability of 68.3 %.

    Attributes
    ----------
    semi_axes_km : tuple of float
        Longest first; two of them for a fixed depth.
    azimuths_deg, plunges_deg : tuple of float
        Where each axis points, downwards.
    """

    semi_axes_km: tuple[float, ...]
    azimuths_deg: tuple[float, ...]
    plunges_deg: tuple[float, ...]


def azimuthal_gap(azimuth_deg: Floats) -> float:
    """Return the largest angle between neighbouring directions, 360 for a single one, NaN for none.

    Examples
    --------
    >>> azimuthal_gap(np.array([10.0, 100.0, 350.0]))
    250.0
    """
    if not len(azimuth_deg):
        return float("nan")
    ordered = np.sort(np.mod(azimuth_deg, 360))
    return float(np.diff(ordered, append=ordered[0] + 360).max())


def ellipsoid(covariance: Floats, reach: float) -> Ellipsoid:
    """Return the error ellipsoid d' C^-1 d <= reach of a covariance.

    Parameters
    ----------
    covariance : ndarray, shape (3, 3)
        Of x, y, depth, km^2; a zero row for a fixed depth.
    reach : float
        For a normal density see :func:`reach2`.

    Returns
    -------
    Ellipsoid
    """
    parts = 3 if covariance[2, 2] > 0 else 2
    values, vectors = np.linalg.eigh(covariance[:parts, :parts])
    axes, azimuths, plunges = [], [], []
    for i in np.argsort(-values):
        x, y = vectors[:2, i]
        z = vectors[2, i] if parts == 3 else 0.0
        if z < 0:
            x, y, z = -x, -y, -z
        axes.append(float(np.sqrt(reach * max(values[i], 0.0))))
        azimuths.append(float(np.degrees(np.arctan2(x, y)) % 360))
        plunges.append(float(np.degrees(np.arctan2(z, np.hypot(x, y)))))
    return Ellipsoid(tuple(axes), tuple(azimuths), tuple(plunges))


def reach2(parts: int, freedom: float) -> float:
    """Return m^2 of the 68.3 % region d' C^-1 d <= m^2: parts times the quantile of F(parts, freedom).

    Parameters
    ----------
    parts : int
        Unknowns.
    freedom : float
        Degrees of freedom of the covariance's scale.

    Raises
    ------
    MissingExtraError
        If SciPy is not installed.
    """
    try:
        from scipy.special import fdtri
    except ImportError:
        raise MissingExtraError("SciPy", "location", "location") from None
    return float(parts * fdtri(parts, freedom, CONFIDENCE))


def quality(
    picks: int, gap_deg: float, horizontal_km: float, depth_km: float, fixed: bool, rms_s: float
) -> str:
    """Return a letter: A well located to D hardly.

    A: at least 8 picks, gap at most 135, standard errors at most 1 km (horizontal) and 2 km (depth), rms at
    most 0.3 s. B: 6 picks, 180, 2.5 km, 5 km, 0.5 s. C: 5 km horizontal and 1 s, depth fixed or at any
    error. D: the rest.

    Examples
    --------
    >>> quality(12, 90.0, 0.4, 0.9, False, 0.1), quality(12, 90.0, 0.4, 0.0, True, 0.1)
    ('A', 'C')
    """
    if not np.isfinite([gap_deg, horizontal_km, rms_s]).all():
        return "D"
    for letter, least, gap, across, down, rms in (("A", 8, 135, 1, 2, 0.3), ("B", 6, 180, 2.5, 5, 0.5)):
        good = picks >= least and gap_deg <= gap and horizontal_km <= across and rms_s <= rms
        if good and not fixed and depth_km <= down:
            return letter
    return "C" if horizontal_km <= 5 and rms_s <= 1 else "D"
