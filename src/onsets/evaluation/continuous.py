"""Picks per hour on continuous records, where nobody has labelled anything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from onsets.evaluation.rules import retained_share
from onsets.picking import Picker
from onsets.tables import Picks
from onsets.types import Record

__all__ = ["pick_rates"]


def pick_rates(
    records: Iterable[Record], picker: Picker, assigned: Picks | None = None
) -> list[dict[str, Any]]:
    """Return how often a picker picks at each station.

    Parameters
    ----------
    records : iterable of Record
    picker : Picker
    assigned : Picks, optional
        Picks of this picker that association put into events.

    Returns
    -------
    list of dict
        ``station_id``, ``model``, ``hours`` (with at least one component), ``picks_p``, ``picks_s``,
        ``p_per_hour``, ``s_per_hour``; one row a station and a last one, ``all``, of station-hours.
        With ``assigned`` also ``p_reserved`` and ``s_reserved``, the share that association kept: MSNet's
        Rsv/Pick, see :func:`onsets.evaluation.retained_share`.
    """
    sums: dict[str, list[float]] = {}
    kept: dict[str, list[int]] = {}
    for record in records:
        hours = float(record.valid.any(axis=0).sum()) / record.rate_hz / 3600
        picks = picker.pick(record)
        for station in (record.station_id, "all"):
            row = sums.setdefault(station, [0.0, 0.0, 0.0])
            row[0] += hours
            row[1] += int((picks.phase == "P").sum())
            row[2] += int((picks.phase == "S").sum())
        shares = retained_share(picks, assigned) if assigned is not None else {}
        for station in (record.station_id, "all"):
            more = kept.setdefault(station, [0, 0])
            for k, phase in enumerate("PS"):
                more[k] += shares.get(phase, (0, 0, 0.0))[0]
    order = sorted(station for station in sums if station != "all")
    rows: list[dict[str, Any]] = []
    for station in [*order, *(["all"] if sums else [])]:
        hours, p, s = sums[station]
        found = {
            "station_id": station,
            "model": picker.name,
            "hours": hours,
            "picks_p": int(p),
            "picks_s": int(s),
            "p_per_hour": p / hours if hours else None,
            "s_per_hour": s / hours if hours else None,
        }
        if assigned is not None:
            found["p_reserved"] = kept[station][0] / p if p else None
            found["s_reserved"] = kept[station][1] / s if s else None
        rows.append(found)
    return rows
