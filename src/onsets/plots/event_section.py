"""A record section: an event's records by distance, with its picks and the times a model gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from onsets.plots.canvas import panels, titled
from onsets.plots.style import DARK, SMALL, phase_colour
from onsets.tables import Assignments, iso_time
from onsets.types import Record

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["figure_event_section"]


def figure_event_section(
    origin_ns: int,
    assignments: Assignments,
    records: Sequence[tuple[Record, float]] = (),
    curves: Mapping[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]] | None = None,
    before_s: float = 2.0,
) -> Figure:
    """Draw records by distance, picks as bars and travel-time curves.

    Parameters
    ----------
    origin_ns : int
        Of the event, ns UTC: time 0.
    assignments : Assignments
        Of the event.
    records : sequence of (Record, float)
        With their epicentral distance, km; the vertical component is drawn.
    curves : mapping, optional
        Phase to distances (km) and travel times (s).
    before_s : float
        Shown before the origin.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    figure, axes = panels(1, 1, [], title=f"event of {iso_time(origin_ns)[:-4]}Z", height=5.6)
    ax = axes[0][0]
    seconds = (assignments.time_ns - origin_ns) / 1e9
    far = float(np.nanmax([*assignments.distance_km, *(km for _, km in records), 1.0]))
    end = float(np.max([*seconds, 1.0])) * 1.15 + 1
    tall = far / max(len(records), 8) * 0.6
    for record, distance in records:
        row = record.data[0].astype(np.float64)
        time = (record.start_ns - origin_ns) / 1e9 + np.arange(record.samples) / record.rate_hz
        cut = (time >= -before_s) & (time <= end)
        if not cut.any():
            continue
        wave = row[cut] - np.mean(row[cut])
        ax.plot(
            time[cut],
            distance + tall * wave / max(float(np.abs(wave).max()), 1e-30),
            color=DARK,
            linewidth=0.5,
        )
        name = f" {record.station_id.rstrip('.')}"
        ax.text(-before_s, distance, name, size=SMALL - 1, color=DARK, va="bottom", parse_math=False)
    for phase, (away, needed) in (curves or {}).items():
        ax.plot(
            needed, away, color=phase_colour(phase), linewidth=1.1, alpha=0.6, label=f"{phase} of the model"
        )
    for phase in ("P", "S"):
        mine = assignments.phase.astype("U1") == phase
        if mine.any():
            look: Any = {"marker": "|", "s": 110, "linewidth": 1.6, "color": phase_colour(phase)}
            ax.scatter(seconds[mine], assignments.distance_km[mine], zorder=4, label=f"{phase} picks", **look)
    ax.set_xlim(-before_s, end)
    ax.set_ylim(-0.04 * far, 1.06 * far)
    ax.legend(
        frameon=False,
        fontsize=SMALL,
        labelcolor=DARK,
        ncols=4,
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        borderaxespad=0.2,
    )
    titled(ax, "", "time since origin, s", "epicentral distance, km")
    return figure
