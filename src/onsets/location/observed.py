"""The picks of one event as a location needs them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.earth import Frame, LayeredModel, travel_times
from onsets.location.options import LocateOptions

__all__ = ["Observed"]

Floats = npt.NDArray[np.float64]
_KINDS = ("P", "S", "Pg", "Sg", "Pn", "Sn")


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """Picks of one event in the event's own frame.

    Attributes
    ----------
    frame : Frame
    x_km, y_km, depth_km : ndarray of float64, shape (picks,)
        Of the station of each pick.
    phase : ndarray of str, shape (picks,)
        ``P``, ``S``, ``Pg``, ``Sg``, ``Pn`` or ``Sn``.
    time_s : ndarray of float64, shape (picks,)
        After ``zero_ns``, station correction taken off.
    error_s : ndarray of float64, shape (picks,)
        Standard deviation of the pick alone.
    zero_ns : int
        Time of the first pick.
    row : ndarray of int64, shape (picks,)
        Row in the table of assignments.
    near, deviation_s : ndarray of float64, shape (picks,)
        Weight by distance, and standard deviation of pick and model together; both are held while a
        place is sought: were they to follow the source, the best place would be far from everything.
    """

    frame: Frame
    x_km: Floats
    y_km: Floats
    depth_km: Floats
    phase: npt.NDArray[np.str_]
    time_s: Floats
    error_s: Floats
    zero_ns: int
    row: npt.NDArray[np.int64]
    near: Floats
    deviation_s: Floats

    def __len__(self) -> int:
        return len(self.time_s)

    @property
    def stations(self) -> int:
        """Number of different places."""
        return len(set(zip(self.x_km.tolist(), self.y_km.tolist(), self.depth_km.tolist(), strict=True)))

    def predict(self, model: LayeredModel, source: Floats) -> tuple[Floats, Floats, Floats]:
        """Return travel times, their derivatives and distances.

        Parameters
        ----------
        model : LayeredModel
        source : ndarray, shape (3,)
            x, y, depth, km.

        Returns
        -------
        time_s : ndarray, shape (picks,)
        slopes : ndarray, shape (picks, 4)
            By x, y, depth (s/km) and origin time.
        distance_km : ndarray, shape (picks,)
        """
        east, north = self.x_km - source[0], self.y_km - source[1]
        distance = np.hypot(east, north)
        time, slopes = np.empty(len(self)), np.ones((len(self), 4))
        near = np.maximum(distance, 1e-6)
        for phase in np.unique(self.phase):
            mine = self.phase == phase
            arrivals = travel_times(model, str(phase), distance[mine], source[2], self.depth_km[mine])
            time[mine] = arrivals.time_s
            slopes[mine, 0] = -arrivals.distance_slope_s_km * east[mine] / near[mine]
            slopes[mine, 1] = -arrivals.distance_slope_s_km * north[mine] / near[mine]
            slopes[mine, 2] = arrivals.depth_slope_s_km
        return time, slopes, distance

    def held(self, distance_km: Floats, time_s: Floats, options: LocateOptions) -> Observed:
        """Return the same picks with the weights and deviations of some distances and travel times."""
        near = np.maximum(distance_weight(distance_km, options), 1e-6)
        return dataclasses.replace(self, near=near, deviation_s=np.sqrt(self.variance(time_s, options)))

    def variance(self, time_s: Floats, options: LocateOptions) -> Floats:
        """Return the variance of picks and of travel times together, s^2, for ``(..., picks)`` times."""
        model = options.model_error_s**2 + (options.model_error_share * time_s) ** 2
        return np.asarray(self.error_s**2 + model)

    def take(self, index: npt.NDArray[np.bool_]) -> Observed:
        """Return some of the picks."""
        cut = {
            name: getattr(self, name)[index]
            for name in (
                "x_km",
                "y_km",
                "depth_km",
                "phase",
                "time_s",
                "error_s",
                "row",
                "near",
                "deviation_s",
            )
        }
        return dataclasses.replace(self, **cut)


def phase_kind(name: str) -> str:
    """Return which travel time a phase name means, or nothing.

    Examples
    --------
    >>> phase_kind("Pn"), phase_kind("P*"), phase_kind("s"), phase_kind("Lg")
    ('Pn', 'P', 'S', '')
    """
    if name in _KINDS:
        return name
    letter = name[:1].upper()
    return letter if letter in ("P", "S") else ""


def distance_weight(distance_km: Floats, options: LocateOptions) -> Floats:
    """Return 1 up to ``distance_km``, falling as a cosine to 0 at ``far_km``."""
    span = max(options.far_km - options.distance_km, 1e-9)
    share = np.clip((distance_km - options.distance_km) / span, 0, 1)
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * share))
