"""What is known of locations beyond their rows, as plain rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from onsets.location.locate import Verdict

__all__ = ["detail_rows"]


def detail_rows(verdicts: Iterable[Verdict]) -> list[dict[str, Any]]:
    """Return what is known of each location beyond its row of Events, as JSON can hold it.

    Parameters
    ----------
    verdicts : iterable of Verdict

    Returns
    -------
    list of dict
        Event, quality, flags, stations, distance of the nearest, ellipsoid and covariance; None unknown.
    """
    out = []
    for one in verdicts:
        shape = one.ellipsoid
        out.append(
            {
                "event_id": one.event_id,
                "quality": one.quality or None,
                "flags": sorted(one.flags),
                "stations": one.stations,
                "nearest_km": None if one.nearest_km != one.nearest_km else round(one.nearest_km, 3),
                "semi_axes_km": None if shape is None else [round(axis, 4) for axis in shape.semi_axes_km],
                "azimuths_deg": None if shape is None else [round(axis, 1) for axis in shape.azimuths_deg],
                "plunges_deg": None if shape is None else [round(axis, 1) for axis in shape.plunges_deg],
                "covariance": None if shape is None else one.covariance.round(8).tolist(),
            }
        )
    return out
