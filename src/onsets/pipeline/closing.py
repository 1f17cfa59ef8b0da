"""The last steps of ``onsets run``: the catalogue other programs read, and the page a person reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from onsets.earth import LayeredModel
from onsets.errors import CatalogueError, ConfigError
from onsets.pipeline.section import event_section, largest_event
from onsets.pipeline.stage import Stage
from onsets.report import Contents, write_page
from onsets.store import read_amplitudes, read_assignments, read_events, write_events
from onsets.store.database import is_database
from onsets.tables import Assignments, Events, Picks, Stations
from onsets.types import Problem

__all__ = ["write_catalogue", "write_report"]


def write_catalogue(stage: Stage, events: Events, assignments: Assignments) -> dict[str, Any]:
    """Write the final events in every form asked for.

    Databases get the located origins too, so that both can be compared. A form that cannot hold the
    events (QuakeML for those of a local grid) is named and left out.

    Returns
    -------
    dict
        ``files``, ``events`` and ``problems``.
    """
    table = stage.config.catalogue
    picks = Picks.concat(stage.folder.picks())
    problems, files = [], []
    for name in table.files:
        target = stage.path(name)
        if target.suffix == ".sqlite":
            target.unlink(missing_ok=True)
        try:
            _write(stage, events, assignments, target, picks)
        except CatalogueError as error:
            problems.append([name, f"not written: {error}"])
        else:
            files.append(name)
    if table.database:
        _write(stage, events, assignments, table.database, picks)
    return {"files": files, "events": len(events), "problems": problems}


def _write(stage: Stage, events: Events, assignments: Assignments, target: str | Path, picks: Picks) -> None:
    if is_database(target) and {"locate", "relocate"} <= stage.told.keys():
        before = read_events(stage.path("located.csv"))
        write_events(before, target, read_assignments(stage.path("residuals.csv")))
    sized = "magnitude" in stage.told
    measured = read_amplitudes(stage.path("amplitudes.csv")) if sized else None
    write_events(events, target, assignments, picks, measured)


def write_report(
    stage: Stage, events: Events, assignments: Assignments, stations: Stations, model: LayeredModel
) -> dict[str, Any]:
    """Write the page.

    Returns
    -------
    dict
        ``files``.
    """
    picked = stage.folder.book.summary()
    problems = [problem for problem in picked.problems if problem.fatal]
    steps = []
    for name, told in stage.told.items():
        counted = [f"{n:,} {key.replace('_', '-')}" for key, n in told.items() if isinstance(n, int) and n]
        steps.append((name, "; ".join(filter(None, [", ".join(counted), ", ".join(told["files"])]))))
        problems += [Problem(*pair) for pair in told.get("problems", ())]
    counts = stage.told["pick"]
    numbers = {"station-days": counts["station_days"], "P picks": counts["P"], "S picks": counts["S"]}
    sections = {}
    if len(events):
        archive = stage.config.archive
        source = archive.files if archive.sds is None else archive.sds
        name = largest_event(events)
        size = events.magnitude[events.event_id == name][0]
        of = f", {events.magnitude_type[events.event_id == name][0]} {size:.1f}" if size == size else ""
        try:
            figure, _ = event_section(events, assignments, stations, model, source, name)
        except ConfigError as error:  # the archive is gone: the rest of the page is worth having
            problems.append(Problem("record section", str(error)))
        else:
            sections[f"The largest event{of}"] = figure
    title = stage.config.report.title
    write_page(
        Contents(title, events, assignments, stations, numbers, steps, problems, sections),
        stage.path("report.html"),
    )
    return {"files": ["report.html"]}
