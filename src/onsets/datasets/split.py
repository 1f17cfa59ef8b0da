"""Splits by event, never by trace, and the check that no event stands on both sides."""

from __future__ import annotations

import dataclasses

import numpy as np

from onsets.errors import CatalogueError
from onsets.types import Sample

__all__ = ["assign_events", "check_leaks", "split_by_event"]


def assign_events(samples: list[Sample], times_s: list[float], within_s: float = 120.0) -> list[Sample]:
    """Give records without an event an event by time: arrivals close in time share one.

    Parameters
    ----------
    samples : list of Sample
    times_s : list of float
        Time of the first arrival of each record, s since 1970; NaN leaves ``event_id`` as it is.
    within_s : float
        Two arrivals nearer than this belong together (single linkage), so that one earthquake seen
        by several stations, or listed in several datasets, is one event.

    Returns
    -------
    list of Sample
        In the same order. An event known by name keeps its name; linked names become one.
    """
    order = [i for i in np.argsort(times_s, kind="stable") if np.isfinite(times_s[i])]
    groups: list[list[int]] = []
    for i in order:
        if groups and times_s[i] - times_s[groups[-1][-1]] <= within_s:
            groups[-1].append(int(i))
        else:
            groups.append([int(i)])
    out = list(samples)
    for group in groups:
        name = f"t{times_s[group[0]]:.0f}"
        for i in group:
            out[i] = dataclasses.replace(samples[i], event_id=name)
    return out


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
    if abs(sum(shares.values()) - 1) > 1e-9:
        raise CatalogueError(f"shares {shares} sum to {sum(shares.values()):g}, expected 1")
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
