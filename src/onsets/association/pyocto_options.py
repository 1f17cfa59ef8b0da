"""The settings of PyOcto that are worth setting, by our names."""

from __future__ import annotations

from dataclasses import dataclass

from onsets.errors import ConfigError

__all__ = ["PyoctoOptions"]


@dataclass(frozen=True, slots=True)
class PyoctoOptions:
    """Settings of the engine ``pyocto``; in brackets PyOcto's own names.

    What is None is derived from the network and the picks (:mod:`onsets.association.settle`).

    Attributes
    ----------
    depth_km : float
        Events lie between 0 and this depth (zlim).
    margin_km : float or None
        How far the searched box reaches beyond the stations (xlim, ylim).
    largest_distance_km : float or None
        Stations farther away do not help to find an event (association_cutoff_distance), though their
        picks are assigned to it.
    p_picks, s_picks, picks, both : int or None
        Fewest P, S, all picks and stations with both (n_p_picks, n_s_picks, n_picks,
        n_p_and_s_picks).
    tolerance_s : float or None
        By how much travel times may be wrong while events are sought (tolerance).
    match_s : float or None
        Largest residual of a pick assigned (pick_match_tolerance).
    node_km, place_km : float
        Smallest box of the search and of the location (min_node_size, min_node_size_location).
    interval_s : float
        Least time between events (min_interevent_time).
    near_share : float
        A pick is dropped if fewer than this share of the closer stations have one
        (min_pick_fraction).
    slice_s : float
        Length of the blocks of time that are searched one by one (time_slicing).
    queue : int
        Boxes kept in memory by each thread; beyond, the search goes depth first, which bounds the
        memory of dense days (queue_memory_protection_dfs_size).
    threads : int
        0 for all cores (n_threads).
    refine : bool
        Move each event from the corners of boxes, where PyOcto leaves it, to the best place near it.
    passes : int
        How often picks are looked at: each pass sees those that no event has yet. Two find events closer
        together than ``interval_s``.
    """

    depth_km: float = 30.0
    margin_km: float | None = None
    largest_distance_km: float | None = None
    p_picks: int = 3
    s_picks: int | None = None
    picks: int | None = None
    both: int | None = None
    tolerance_s: float | None = None
    match_s: float | None = None
    node_km: float = 10.0
    place_km: float = 1.5
    interval_s: float = 3.0
    near_share: float = 0.25
    slice_s: float = 1200.0
    queue: int = 200_000
    threads: int = 0
    refine: bool = True
    passes: int = 2

    def __post_init__(self) -> None:
        for name in ("depth_km", "tolerance_s", "match_s", "node_km", "place_km", "slice_s", "queue"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ConfigError(f"{name} is {value}, expected above 0")
        if self.passes < 1:
            raise ConfigError(f"passes is {self.passes}, expected at least 1")
        for name in ("p_picks", "s_picks", "picks", "both", "threads"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ConfigError(f"{name} is {value}, expected 0 or more")

    @property
    def refine_km(self) -> float:
        """How far an event may be moved at first, km."""
        return 2 * self.place_km

    @property
    def windows_s(self) -> tuple[float, float]:
        """Half widths of the P and S window, s."""
        half = self.match_s or 0.0
        return half, half
