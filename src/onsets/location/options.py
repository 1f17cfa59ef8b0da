"""What a location and a relocation can be told."""

from __future__ import annotations

from dataclasses import dataclass, field

from onsets.errors import ConfigError, nearest

__all__ = ["LocateOptions", "RelocateOptions", "WeightSet"]


@dataclass(frozen=True, slots=True)
class WeightSet:
    """Some iterations of a double difference with the same weights.

    Attributes
    ----------
    iterations : int
    cc_p, cc_s, ct_p, ct_s : float
        Weight of correlated and catalogue differences of P and S; 0 leaves them out.
    cc_residual, ct_residual : float
        Largest residual: below 1 in s, from 1 in standard deviations (by the median); negative: no limit.
    cc_distance_km, ct_distance_km : float
        Largest distance between the two events; negative: no limit.
    damping : float
        Of the changes of one iteration, in the units of HypoDD (columns scaled to a mean square of 1).
    """

    iterations: int = 5
    cc_p: float = 1.0
    cc_s: float = 0.5
    cc_residual: float = -9.0
    cc_distance_km: float = -9.0
    ct_p: float = 1.0
    ct_s: float = 0.5
    ct_residual: float = -9.0
    ct_distance_km: float = -9.0
    damping: float = 20.0


_SETS = (
    WeightSet(5, 0.01, 0.005, -9, -9, 1.0, 0.5, -9, -9, 20),
    WeightSet(5, 0.01, 0.005, -9, -9, 1.0, 0.5, 6, 10, 20),
    WeightSet(5, 1.0, 0.5, -9, 5, 0.01, 0.005, 6, 10, 20),
    WeightSet(5, 1.0, 0.5, 6, 2, 0.01, 0.005, 6, 10, 20),
)


@dataclass(frozen=True, slots=True)
class RelocateOptions:
    """How events are relocated.

    Attributes
    ----------
    sets : tuple of WeightSet
        One after another; by default catalogue differences first, then correlated ones where there are
        any (without any, the third and fourth set, which would have little to weigh, are left out).
    max_station_km : float
        From the middle of the events; farther stations are not used.
    min_links : int
        Fewest differences (of either kind) by which two events are tied to one cluster.
    air : str
        What becomes of an event that would rise above the highest station: ``hold`` it below it,
        or ``drop`` it as HypoDD does.
    bootstrap : int
        Number of resamplings of the residuals for the errors; 0: no errors.
    seed : int
    """

    sets: tuple[WeightSet, ...] = _SETS
    max_station_km: float = 200.0
    min_links: int = 8
    air: str = "hold"
    bootstrap: int = 50
    seed: int = 0

    def __post_init__(self) -> None:
        if self.air not in ("hold", "drop"):
            raise ConfigError(f"air is {self.air!r}; {nearest(self.air, ('hold', 'drop'))}")
        if not self.sets or any(one.iterations < 1 or one.damping < 0 for one in self.sets):
            raise ConfigError("sets of weights need at least one iteration each and a damping of at least 0")


@dataclass(frozen=True, slots=True)
class LocateOptions:
    """How an event is located.

    Attributes
    ----------
    norm : str
        ``l1`` (re-weighted: robust, the default) or ``l2`` (least squares).
    method : str
        ``origin``: residuals of arrival times with the origin time solved for; ``edt``: equal differential
        times, every pair of picks against each other, which holds against picks that are none: NonLinLoc's
        EDT_OT_WT, its LOCGAU2 being ``model_error_share`` and ``model_error_s``.
    p_error_s, s_error_s : float
        Standard deviation of a pick whose ``uncertainty_s`` is unknown.
    model_error_s : float
        Standard deviation of travel times at any distance.
    model_error_share : float
        Further standard deviation as a share of the travel time; both are independent.
    distance_km : float
        From here on picks lose weight: w = 1 to here, falling to 0 at ``far_km`` (cosine).
    far_km : float
        Farther stations are not used (their picks are counted).
    depths_km : tuple of float
        Shallowest and deepest hypocentre.
    reach_km : float
        The first grid reaches this far from the stations with picks.
    min_picks : int
        Fewest picks of an event that is located.
    fixed_depth_km : float or None
        Depth of every event; when not given, that of events whose picks do not tell it is
        ``default_depth_km``.
    default_depth_km : float
    corrections : tuple of (str, str, float)
        Station corrections in s: station_id, phase, what the observed times are late by.
    """

    norm: str = "l1"
    method: str = "origin"
    p_error_s: float = 0.1
    s_error_s: float = 0.2
    model_error_s: float = 0.05
    model_error_share: float = 0.005
    distance_km: float = 150.0
    far_km: float = 1000.0
    depths_km: tuple[float, float] = (0.0, 60.0)
    reach_km: float = 50.0
    min_picks: int = 4
    fixed_depth_km: float | None = None
    default_depth_km: float = 10.0
    corrections: tuple[tuple[str, str, float], ...] = field(default=())

    def __post_init__(self) -> None:
        for name, words in (("norm", ("l1", "l2")), ("method", ("origin", "edt"))):
            if getattr(self, name) not in words:
                raise ConfigError(f"{name} is {getattr(self, name)!r}; {nearest(getattr(self, name), words)}")
        if not self.depths_km[0] < self.depths_km[1]:
            raise ConfigError(f"depths_km is {self.depths_km}, expected a shallow and a deeper depth")
        for name in ("p_error_s", "s_error_s", "model_error_s", "far_km", "reach_km"):
            if not getattr(self, name) > 0:
                raise ConfigError(f"{name} is {getattr(self, name)}, expected above 0")
