"""Distances and directions on the WGS84 ellipsoid, and flat frames in kilometres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Frame", "geodesic", "geodesic_end"]

Floats = npt.NDArray[np.float64]
_A_KM, _F = 6378.137, 1 / 298.257223563
_B_KM = _A_KM * (1 - _F)


def _series(cos2_alpha: Floats) -> tuple[Floats, Floats]:
    """Return Vincenty's A and B."""
    u2: Floats = cos2_alpha * ((_A_KM * _A_KM - _B_KM * _B_KM) / (_B_KM * _B_KM))
    big: Floats = 1.0 + u2 / 16384 * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)))
    return big, u2 / 1024 * (256 + u2 * (-128 + u2 * (74 - 47 * u2)))


def _delta_sigma(b: Floats, sin_sigma: Floats, cos_sigma: Floats, cos_2m: Floats) -> Floats:
    """Return the correction of the arc, Vincenty (1975), equation 6."""
    twice = 2 * cos_2m * cos_2m
    third = b / 6 * cos_2m * (4 * sin_sigma * sin_sigma - 3) * (2 * twice - 3)
    out: Floats = b * sin_sigma * (cos_2m + b / 4 * (cos_sigma * (twice - 1) - third))
    return out


def _longitude_excess(
    cos2_alpha: Floats, sin_alpha: Floats, sigma: Floats, sin_sigma: Floats, cos_sigma: Floats, cos_2m: Floats
) -> Floats:
    """Return how much longitude on the auxiliary sphere exceeds that on the ellipsoid, radians."""
    c = _F / 16 * cos2_alpha * (4 + _F * (4 - 3 * cos2_alpha))
    inner = cos_2m + c * cos_sigma * (-1 + 2 * cos_2m * cos_2m)
    return (1 - c) * _F * sin_alpha * (sigma + c * sin_sigma * inner)


def geodesic(
    latitude: Any, longitude: Any, to_latitude: Any, to_longitude: Any
) -> tuple[Floats, Floats, Floats]:
    """Return distance, azimuth and backazimuth between places on the WGS84 ellipsoid.

    Parameters
    ----------
    latitude, longitude : float or ndarray, degrees
        Where the lines begin (the sources).
    to_latitude, to_longitude : float or ndarray, degrees
        Where they end (the stations); all four are broadcast.

    Returns
    -------
    distance_km, azimuth_deg, backazimuth_deg : ndarray of float64
        Azimuth is seen from the source, backazimuth from the station, both 0 to 360 from north to
        east. For equal places distance 0, azimuth 0, backazimuth 180.

    Notes
    -----
    Vincenty's iteration; better than 1 mm, except for nearly opposite places, where it does not
    converge: those (within about 0.6 degree of the antipode) get the sphere of mean radius, off by up
    to 0.6 %.

    References
    ----------
    Vincenty, T. (1975). Direct and inverse solutions of geodesics on the ellipsoid with application
    of nested equations. Survey Review 23, 88-93, doi 10.1179/sre.1975.23.176.88.

    Examples
    --------
    >>> distance_km, azimuth_deg, _ = geodesic(42.0, 13.0, 43.0, 13.0)
    >>> round(float(distance_km), 3), float(azimuth_deg)
    (111.083, 0.0)
    """
    one, two, three, four = np.broadcast_arrays(
        *(
            np.radians(np.asarray(value, np.float64))
            for value in (latitude, longitude, to_latitude, to_longitude)
        )
    )
    sin_1, cos_1 = _reduced(one)
    sin_2, cos_2 = _reduced(three)
    span = np.mod(four - two + np.pi, 2 * np.pi) - np.pi
    turn = span
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(25):
            cross = cos_1 * sin_2 - sin_1 * cos_2 * np.cos(turn)
            sin_sigma = np.hypot(cos_2 * np.sin(turn), cross)
            cos_sigma = sin_1 * sin_2 + cos_1 * cos_2 * np.cos(turn)
            sigma = np.arctan2(sin_sigma, cos_sigma)
            sin_alpha = np.where(sin_sigma > 0, cos_1 * cos_2 * np.sin(turn) / sin_sigma, 0.0)
            cos2_alpha = 1 - sin_alpha * sin_alpha
            cos_2m = np.where(cos2_alpha > 1e-15, cos_sigma - 2 * sin_1 * sin_2 / cos2_alpha, 0.0)
            excess = _longitude_excess(cos2_alpha, sin_alpha, sigma, sin_sigma, cos_sigma, cos_2m)
            change = span + excess - turn
            turn = span + excess
            if not (np.abs(change) > 1e-12).any():
                break
        big, b = _series(cos2_alpha)
        distance = _B_KM * big * (sigma - _delta_sigma(b, sin_sigma, cos_sigma, cos_2m))
    lost = (np.abs(change) > 1e-9) | (np.abs(turn) > np.pi)
    if lost.any():
        distance, turn = _on_sphere(distance, turn, lost, (one, three, span))
    azimuth = np.arctan2(cos_2 * np.sin(turn), cos_1 * sin_2 - sin_1 * cos_2 * np.cos(turn))
    back = np.arctan2(cos_1 * np.sin(turn), -sin_1 * cos_2 + cos_1 * sin_2 * np.cos(turn))
    same = distance == 0
    azimuth_deg = np.where(same, 0.0, np.mod(np.degrees(azimuth), 360))
    return distance, azimuth_deg, np.where(same, 180.0, np.mod(np.degrees(back) + 180, 360))


def _reduced(latitude_rad: Floats) -> tuple[Floats, Floats]:
    """Return sine and cosine of the reduced latitude."""
    reduced = np.arctan2((1 - _F) * np.sin(latitude_rad), np.cos(latitude_rad))
    return np.sin(reduced), np.cos(reduced)


def _on_sphere(
    distance: Floats, turn: Floats, lost: npt.NDArray[np.bool_], places: tuple[Floats, Floats, Floats]
) -> tuple[Floats, Floats]:
    """Replace distances that did not converge by those on a sphere."""
    one, two, span = places
    half = np.sin((two - one) / 2) ** 2 + np.cos(one) * np.cos(two) * np.sin(span / 2) ** 2
    sphere = 2 * (2 * _A_KM + _B_KM) / 3 * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return np.where(lost, sphere, distance), np.where(lost, span, turn)


def geodesic_end(latitude: Any, longitude: Any, azimuth_deg: Any, distance_km: Any) -> tuple[Floats, Floats]:
    """Return where one arrives after a distance in a direction on the WGS84 ellipsoid.

    Parameters
    ----------
    latitude, longitude : float or ndarray, degrees
    azimuth_deg : float or ndarray
        From north to east.
    distance_km : float or ndarray

    Returns
    -------
    latitude, longitude : ndarray of float64, degrees
        Longitude -180 to 180.

    References
    ----------
    Vincenty (1975), as :func:`geodesic`.

    Examples
    --------
    >>> [round(float(x), 6) for x in geodesic_end(42.0, 13.0, 0.0, 111.083)]
    [43.0, 13.0]
    """
    start, azimuth = np.radians(np.asarray(latitude, np.float64)), np.radians(np.asarray(azimuth_deg, float))
    length = np.asarray(distance_km, np.float64)
    sin_1, cos_1 = _reduced(start)
    sin_a, cos_a = np.sin(azimuth), np.cos(azimuth)
    sigma_1 = np.arctan2(sin_1, cos_1 * cos_a)
    sin_alpha = cos_1 * sin_a
    cos2_alpha = 1 - sin_alpha * sin_alpha
    big, b = _series(cos2_alpha)
    sigma = length / (_B_KM * big)
    for _ in range(12):
        cos_2m = np.cos(2 * sigma_1 + sigma)
        sigma = length / (_B_KM * big) + _delta_sigma(b, np.sin(sigma), np.cos(sigma), cos_2m)
    cos_2m, sin_sigma, cos_sigma = np.cos(2 * sigma_1 + sigma), np.sin(sigma), np.cos(sigma)
    across = np.hypot(sin_alpha, sin_1 * sin_sigma - cos_1 * cos_sigma * cos_a)
    end = np.arctan2(sin_1 * cos_sigma + cos_1 * sin_sigma * cos_a, (1 - _F) * across)
    turn = np.arctan2(sin_sigma * sin_a, cos_1 * cos_sigma - sin_1 * sin_sigma * cos_a)
    turn = turn - _longitude_excess(cos2_alpha, sin_alpha, sigma, sin_sigma, cos_sigma, cos_2m)
    away = np.asarray(longitude, np.float64) + np.degrees(turn)
    return np.degrees(end), np.mod(away + 180, 360) - 180


@dataclass(frozen=True, slots=True)
class Frame:
    """A flat frame: x east and y north in kilometres around a place on the ellipsoid.

    Distances and directions from the origin are exact (azimuthal equidistant). Between two other
    places up to r km from the origin a distance is long by at most the share r^2 / (6 R^2), R = 6371
    km: 4e-5 at 100 km (a millisecond of travel time in 100 km), 4e-4 at 300 km. So a single event is
    located in a frame of its own, and a network of up to 200 km lives in one.

    Attributes
    ----------
    latitude, longitude : float
        Of the origin, degrees; NaN for the local grid of a mine, where x and y are what they are.

    Examples
    --------
    >>> frame = Frame(42.0, 13.0)
    >>> x_km, y_km = frame.to_xy(42.1, 13.2)
    >>> [round(float(x), 6) for x in frame.to_geographic(x_km, y_km)]
    [42.1, 13.2]
    """

    latitude: float = float("nan")
    longitude: float = float("nan")

    @property
    def geographic(self) -> bool:
        """Whether the frame has a place on the globe."""
        return self.latitude == self.latitude

    def to_xy(self, latitude: Any, longitude: Any) -> tuple[Floats, Floats]:
        """Return x and y (km) of places given in degrees."""
        distance, azimuth, _ = geodesic(self.latitude, self.longitude, latitude, longitude)
        return distance * np.sin(np.radians(azimuth)), distance * np.cos(np.radians(azimuth))

    def to_geographic(self, x_km: Any, y_km: Any) -> tuple[Floats, Floats]:
        """Return latitude and longitude (degrees) of places given in km; NaN in a local grid."""
        x, y = np.asarray(x_km, np.float64), np.asarray(y_km, np.float64)
        if not self.geographic:
            return np.full(np.broadcast(x, y).shape, np.nan), np.full(np.broadcast(x, y).shape, np.nan)
        return geodesic_end(self.latitude, self.longitude, np.degrees(np.arctan2(x, y)), np.hypot(x, y))
