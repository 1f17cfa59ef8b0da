"""Splits by event, never by trace, and the check that no event stands on both sides."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np

from onsets.errors import CatalogueError
from onsets.types import Sample

__all__ = ["assign_events", "check_leaks", "split_by_event"]


def assign_events(samples: list[Sample], times_s: list[float], within_s: float = 120.0) -> list[Sample]:
    """Give records an event by name and time: arrivals close in time share one.

    Parameters
    ----------
    samples : list of Sample
    times_s : list of float
        Time of the first arrival of each record, s since 1970; NaN where unknown.
    within_s : float
        Two arrivals nearer than this belong together (single linkage), so that one earthquake seen
        by several stations, or listed in several datasets, is one event.

    Returns
    -------
    list of Sample
        In the same order. Records that share a name or are near in time, directly or through
        others, are one event, called ``t`` and the time of its first arrival; where no time is
        known the name stays. Records without name and time stay without event.

    Raises
    ------
    CatalogueError
        If there is not one time for each record.
    """
    if len(samples) != len(times_s):
        raise CatalogueError(f"{len(samples)} records have {len(times_s)} times, expected one each")
    parent = list(range(len(samples)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = i = parent[parent[i]]
        return i

    order = [int(i) for i in np.argsort(times_s, kind="stable")]  # NaN last
    for i, j in itertools.pairwise(order):
        if times_s[j] - times_s[i] <= within_s:
            parent[root(j)] = root(i)
    first: dict[str, int] = {}
    for i, sample in enumerate(samples):
        if sample.event_id:
            parent[root(i)] = root(first.setdefault(sample.event_id, i))
    names: dict[int, str] = {}
    for i in order:
        name = f"t{times_s[i]:.0f}" if np.isfinite(times_s[i]) else samples[i].event_id
        names.setdefault(root(i), name)
    return [dataclasses.replace(each, event_id=names.get(root(i), "")) for i, each in enumerate(samples)]


def split_by_event(samples: list[Sample], shares: dict[str, float], seed: int) -> dict[str, list[Sample]]:
    """Divide records into named parts such that each event is in one part.

    Parameters
    ----------
    samples : list of Sample
    shares : dict
        Part -> share of the events; must sum to 1.
    seed : int
        Of the shuffling of events.

    Raises
    ------
    CatalogueError
        If shares do not sum to 1, a record has no event, or a part would be empty.
    """
    if abs(sum(shares.values()) - 1) > 1e-9 or min(shares.values()) < 0:
        total = sum(shares.values())
        raise CatalogueError(f"shares {shares} sum to {total:g}, expected shares of 0 or more that sum to 1")
    if nameless := [sample.name for sample in samples if not sample.event_id]:
        raise CatalogueError(f"{len(nameless)} records have no event, such as {nameless[0]}; assign_events")
    events = np.array(sorted({sample.event_id for sample in samples}))
    np.random.default_rng(seed).shuffle(events)
    edges = np.round(np.cumsum([0.0, *shares.values()]) * len(events)).astype(int)
    side = {
        event: part for part, a, b in zip(shares, edges[:-1], edges[1:], strict=True) for event in events[a:b]
    }
    parts: dict[str, list[Sample]] = {part: [] for part in shares}
    for sample in samples:
        parts[side[sample.event_id]].append(sample)
    if empty := [part for part, members in parts.items() if not members]:
        raise CatalogueError(f"part {empty[0]!r} is empty: {len(events)} events for shares {shares}")
    return parts


def check_leaks(parts: dict[str, list[Sample]]) -> None:
    """Fail loudly when an event or a record stands in two parts.

    Raises
    ------
    CatalogueError
        Naming the event and both parts.
    """
    seen: dict[str, str] = {}
    for part, members in parts.items():
        for sample in members:
            for key in {sample.event_id, f"{sample.dataset}/{sample.name}"} - {""}:
                if seen.setdefault(key, part) != part:
                    raise CatalogueError(f"{key} is in both {seen[key]!r} and {part!r}; split by event")
