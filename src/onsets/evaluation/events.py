"""How two catalogues agree, and how well picks were put together into events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.earth import geodesic
from onsets.errors import CatalogueError
from onsets.tables import Events

__all__ = ["AssociationScore", "EventMatch", "match_events", "score_association"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class EventMatch:
    """Events of two catalogues that are the same, and what sets them apart.

    Attributes
    ----------
    pairs : ndarray of int64, shape (n, 2)
        Rows of the reference and of the other catalogue.
    missed, new : ndarray of int64
        Rows of the reference that have no partner, and of the other catalogue.
    time_s, east_km, north_km, depth_km, magnitude : ndarray of float64, shape (n,)
        Other minus reference; NaN where either is unknown.
    """

    pairs: Ints
    missed: Ints
    new: Ints
    time_s: Floats
    east_km: Floats
    north_km: Floats
    depth_km: Floats
    magnitude: Floats

    @property
    def distance_km(self) -> Floats:
        """Epicentral distance between partners, shape (n,)."""
        return np.asarray(np.hypot(self.east_km, self.north_km))


def match_events(
    reference: Events, other: Events, tolerance_s: float = 3.0, tolerance_km: float = 10.0
) -> EventMatch:
    """Find the events that two catalogues share, one to one.

    Parameters
    ----------
    reference, other : Events
        Both with latitude and longitude or both with x and y.
    tolerance_s, tolerance_km : float
        Partners lie closer in origin time and epicentre.

    Returns
    -------
    EventMatch
        Of several possible partners the closest pair is taken first; close is the sum of both
        differences in units of their tolerances.

    Raises
    ------
    CatalogueError
        If one catalogue is geographic and the other is in a local grid.
    """
    order = np.argsort(other.time_ns, kind="stable")
    times = other.time_ns[order]
    reach = round(tolerance_s * 1e9)
    first = np.searchsorted(times, reference.time_ns - reach, side="left")
    last = np.searchsorted(times, reference.time_ns + reach, side="right")
    counts = last - first
    ours = np.repeat(np.arange(len(reference)), counts)
    within = np.arange(len(ours)) - np.repeat(np.cumsum(counts) - counts, counts)
    theirs = order[np.repeat(first, counts) + within]
    east, north = _offsets(reference, other, ours, theirs)
    late = (other.time_ns[theirs] - reference.time_ns[ours]) / 1e9
    away = np.hypot(east, north)
    near = np.flatnonzero(away <= tolerance_km)
    cost = np.abs(late[near]) / tolerance_s + away[near] / tolerance_km
    taken_r, taken_o = np.zeros(len(reference), np.bool_), np.zeros(len(other), np.bool_)
    kept = []
    for k in near[np.argsort(cost, kind="stable")].tolist():
        if not taken_r[ours[k]] and not taken_o[theirs[k]]:
            taken_r[ours[k]] = taken_o[theirs[k]] = True
            kept.append(k)
    rows = np.array(sorted(kept, key=lambda k: ours[k]), np.int64)
    a, b = ours[rows], theirs[rows]
    return EventMatch(
        np.stack([a, b], axis=1).astype(np.int64),
        np.flatnonzero(~taken_r),
        np.flatnonzero(~taken_o),
        late[rows],
        east[rows],
        north[rows],
        other.depth_km[b] - reference.depth_km[a],
        other.magnitude[b] - reference.magnitude[a],
    )


def _offsets(reference: Events, other: Events, a: Ints, b: Ints) -> tuple[Floats, Floats]:
    """Return how far east and north the events b lie of the events a, km."""
    globe = [not np.isnan(table.latitude).any() for table in (reference, other)]
    if all(globe):
        distance, azimuth, _ = geodesic(
            reference.latitude[a], reference.longitude[a], other.latitude[b], other.longitude[b]
        )
        turn = np.radians(azimuth)
        return distance * np.sin(turn), distance * np.cos(turn)
    if any(globe) and not all(np.isfinite(table.x_km).all() for table in (reference, other)):
        raise CatalogueError(
            "one catalogue has latitude and longitude, the other has not; expected both geographic or both "
            "with x_km and y_km"
        )
    return other.x_km[b] - reference.x_km[a], other.y_km[b] - reference.y_km[a]


@dataclass(frozen=True, slots=True)
class AssociationScore:
    """Events and picks found, by the truth of the picks.

    Attributes
    ----------
    events, true_events, matched : int
        Found, true, and those of both that mean each other.
    pick_precision, pick_recall : float
        Of picks assigned: right ones of those assigned and of those that have an event. A pick is right
        if its event is the partner of its true event.
    """

    events: int
    true_events: int
    matched: int
    pick_precision: float
    pick_recall: float

    @property
    def precision(self) -> float:
        """Share of the events found that are true."""
        return self.matched / self.events if self.events else 0.0

    @property
    def recall(self) -> float:
        """Share of the true events that were found."""
        return self.matched / self.true_events if self.true_events else 0.0

    @property
    def pick_f1(self) -> float:
        """Harmonic mean of the picks' precision and recall."""
        both = self.pick_precision + self.pick_recall
        return 2 * self.pick_precision * self.pick_recall / both if both else 0.0


def score_association(found: Ints, truth: Ints, share: float = 0.6) -> AssociationScore:
    """Compare the events that picks were put into with those they come from.

    Parameters
    ----------
    found, truth : ndarray of int64, shape (picks,)
        Event of each pick, -1 for none.
    share : float
        A found and a true event mean each other if at least this share of the picks of the one belongs
        to the other, and the reverse.

    Examples
    --------
    >>> score = score_association(np.array([0, 0, 0, -1, 1]), np.array([5, 5, 5, 5, -1]))
    >>> score.precision, score.recall, round(score.pick_f1, 2)
    (0.5, 1.0, 0.75)
    """
    names_f, sizes_f = np.unique(found[found >= 0], return_counts=True)
    names_t, sizes_t = np.unique(truth[truth >= 0], return_counts=True)
    both = (found >= 0) & (truth >= 0)
    pairs, common = np.unique(np.stack([found[both], truth[both]]), axis=1, return_counts=True)
    f, t = np.searchsorted(names_f, pairs[0]), np.searchsorted(names_t, pairs[1])
    good = (common >= share * sizes_f[f]) & (common >= share * sizes_t[t])
    partner = dict(zip(pairs[0][good].tolist(), pairs[1][good].tolist(), strict=True))
    right = sum(
        int(n) for pair, n in zip(pairs.T.tolist(), common, strict=True) if partner.get(pair[0]) == pair[1]
    )
    return AssociationScore(
        len(names_f),
        len(names_t),
        int(good.sum()),
        right / max(int(sizes_f.sum()), 1),
        right / max(int(sizes_t.sum()), 1),
    )
