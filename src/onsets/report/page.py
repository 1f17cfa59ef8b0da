"""One HTML page about a catalogue: numbers, pictures, the largest events, what went wrong.

The page stands alone: pictures are inside it, it loads nothing and runs no script.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from onsets.plots import figure_catalogue, figure_magnitudes
from onsets.store import write_text
from onsets.tables import Assignments, Events, Stations, iso_time
from onsets.types import Problem

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Contents", "page", "write_page"]

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #262626; background: #fff; max-width: 62rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
p.lead { color: #666; margin-top: .2rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; }
th, td { padding: .25rem .8rem .25rem 0; text-align: left; border-bottom: 1px solid #ebebeb; }
td.n, th.n { text-align: right; }
img { max-width: 100%; height: auto; display: block; margin: 1rem 0; }
.wide { overflow-x: auto; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1rem; margin: 1.2rem 0; }
dl div { border-left: 3px solid #0072B2; padding-left: .7rem; }
dt { color: #666; font-size: .85rem; } dd { margin: 0; font-size: 1.4rem; }
"""
_LISTED = 25


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """What a page tells.

    Attributes
    ----------
    title : str
    events : Events
    assignments : Assignments
    stations : Stations
    numbers : mapping
        Words to values, shown first, after those of the catalogue.
    steps : sequence of (str, str)
        What was done, and what it gave.
    problems : sequence of Problem
    sections : mapping
        Title to a picture to be added, such as a record section.
    """

    title: str
    events: Events
    assignments: Assignments
    stations: Stations
    numbers: Mapping[str, Any] = field(default_factory=dict)
    steps: Sequence[tuple[str, str]] = ()
    problems: Sequence[Problem] = ()
    sections: Mapping[str, Any] = field(default_factory=dict)


def write_page(contents: Contents, path: str | Path) -> None:
    """Write the page, whole or not at all.

    Parameters
    ----------
    contents : Contents
    path : str or Path
        File, usually ``report.html``.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    StoreError
        If the file cannot be written.
    """
    write_text(page(contents), path)


def page(contents: Contents) -> str:
    """Return the page as HTML; the same contents give the same page.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    events = contents.events
    parts = [
        f"<h1>{html.escape(contents.title)}</h1>",
        f'<p class="lead">{_span(events)}</p>',
        _numbers(contents),
    ]
    if len(events):
        parts.append(
            "<h2>Where</h2>" + _picture(figure_catalogue(events, contents.stations), "map and depth section")
        )
        parts.append("<h2>When</h2>" + _picture(figure_magnitudes(events), "events in time"))
    for title, figure in contents.sections.items():
        parts.append(f"<h2>{html.escape(title)}</h2>" + _picture(figure, title))
    if len(events):
        parts.append(_largest(events))
        parts.append(_by_station(contents.assignments))
    if contents.steps:
        rows = [list(pair) for pair in contents.steps]
        parts.append("<h2>What was done</h2>" + _table([("step", None), ("result", None)], rows))
    if contents.problems:
        rows = [[problem.where, problem.reason] for problem in contents.problems]
        parts.append("<h2>What could not be used</h2>" + _table([("where", None), ("why", None)], rows))
    else:
        parts.append("<h2>What could not be used</h2><p>Nothing: all was used.</p>")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(contents.title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _span(events: Events) -> str:
    if not len(events):
        return "No event was found."
    first, last = iso_time(int(events.time_ns.min())), iso_time(int(events.time_ns.max()))
    return f"{first[:19].replace('T', ' ')} to {last[:19].replace('T', ' ')} UTC"


def _numbers(contents: Contents) -> str:
    events = contents.events
    shown: dict[str, Any] = {"events": len(events), "picks used": len(contents.assignments)}
    shown["stations used"] = len(set(contents.assignments.station_id.tolist()))
    if len(events):
        shown["median RMS"] = (
            f"{np.nanmedian(events.rms_s):.2f} s" if np.isfinite(events.rms_s).any() else "unknown"
        )
        shown["median picks"] = f"{np.median(events.picks):.0f}"
        if np.isfinite(events.magnitude).any():
            shown["largest"] = f"{np.nanmax(events.magnitude):.1f}"
    shown |= dict(contents.numbers)
    cells = "".join(
        f"<div><dt>{html.escape(str(name))}</dt><dd>{html.escape(str(value))}</dd></div>"
        for name, value in shown.items()
    )
    return f"<dl>{cells}</dl>"


def _picture(figure: Figure, what: str) -> str:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130, metadata={"Software": None})
    data = base64.b64encode(buffer.getvalue()).decode()
    return f'<img alt="{html.escape(what)}" src="data:image/png;base64,{data}">'


def _table(columns: Sequence[tuple[str, int | None]], rows: Sequence[Sequence[Any]]) -> str:
    """Return a table; a column has a heading, and its decimals if it stands to the right."""

    def cell(tag: str, value: Any, decimals: int | None) -> str:
        if isinstance(value, float):
            value = "" if np.isnan(value) else f"{value:.{decimals or 0}f}"
        side = "" if decimals is None else " class=n"
        return f"<{tag}{side}>{html.escape(str(value))}</{tag}>"

    head = "".join(cell("th", name, decimals) for name, decimals in columns)
    body = "".join(
        "<tr>"
        + "".join(cell("td", value, decimals) for value, (_, decimals) in zip(row, columns, strict=True))
        + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def _largest(events: Events) -> str:
    sized = bool(np.isfinite(events.magnitude).any())
    rank = np.argsort(-np.nan_to_num(events.magnitude, nan=-99) if sized else -events.picks, kind="stable")
    globe = bool(np.isfinite(events.latitude).any())
    place = (("latitude", 4), ("longitude", 4)) if globe else (("x, km", 3), ("y, km", 3))
    numbers: list[tuple[str, int | None]] = [("picks", 0), ("RMS, s", 3), ("gap, deg", 0), ("error, km", 2)]
    columns = [("time (UTC)", None), *place, ("depth, km", 2), *[("magnitude", 0)] * sized, *numbers]
    rows = []
    for i in rank[:_LISTED].tolist():
        where = (events.latitude, events.longitude) if globe else (events.x_km, events.y_km)
        rows.append(
            [
                iso_time(int(events.time_ns[i])).replace("T", " ")[:-5],
                *(float(one[i]) for one in where),
                float(events.depth_km[i]),
                *[_size(events, i)] * sized,
                int(events.picks[i]),
                float(events.rms_s[i]),
                float(events.azimuthal_gap_deg[i]),
                float(events.horizontal_error_km[i]),
            ]
        )
    by = "magnitude" if sized else "number of picks"
    few = f", the first {_LISTED} by {by}" if len(events) > _LISTED else f", by {by}"
    return f"<h2>Events{few}</h2>" + _table(columns, rows)


def _size(events: Events, i: int) -> str:
    """Return a magnitude with its type and error, as far as they are known."""
    value, error = float(events.magnitude[i]), float(events.magnitude_error[i])
    if np.isnan(value):
        return ""
    spread = "" if np.isnan(error) else f" \u00b1 {error:.2f}"
    return f"{events.magnitude_type[i]} {value:.2f}{spread}".strip()


def _by_station(assignments: Assignments) -> str:
    rows = []
    for name in sorted(set(assignments.station_id.tolist())):
        mine = assignments.take(assignments.station_id == name)
        line: list[Any] = [name]
        for phase in ("P", "S"):
            late = mine.residual_s[mine.phase.astype("U1") == phase]
            known = late[np.isfinite(late)]
            line += [len(late), float(np.median(known)) if len(known) else float("nan")]
        rows.append(line)
    late_s: list[tuple[str, int | None]] = [("P", 0), ("median residual, s", 3)]
    return "<h2>Stations</h2>" + _table([("station", None), *late_s, ("S", 0), late_s[1]], rows)
