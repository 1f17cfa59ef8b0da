"""The steps of ``onsets run`` after the picking: events, hypocentres, relative places, catalogue, page.

=========  ==========================================  ================================================
step       reads                                       writes
=========  ==========================================  ================================================
associate  picks, stations, velocity                   ``events.csv``, ``assignments.csv``
locate     those                                       ``located.csv``, ``residuals.csv``,
                                                       ``quality.jsonl``
relocate   located, residuals, perhaps the archive     ``relocated.csv``, ``residuals-relocated.csv``,
                                                       ``dt.cc`` where waveforms are correlated
magnitude  the last events, the archive, responses     ``sized.csv``, ``amplitudes.csv``
catalogue  the last events there are                   as the configuration says
report     everything                                  ``report.html``
=========  ==========================================  ================================================
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from onsets import association
from onsets.config import plain
from onsets.earth import LayeredModel, read_model
from onsets.errors import CatalogueError, ConfigError
from onsets.location import detail_rows, locate, pair_picks, relocate, with_residuals
from onsets.pipeline.closing import write_catalogue, write_report
from onsets.pipeline.correlate import correlate_archive
from onsets.pipeline.magnitude import measure_magnitudes
from onsets.pipeline.run_config import RunConfig
from onsets.pipeline.stage import Stage, Step
from onsets.store import (
    read_assignments,
    read_events,
    write_amplitudes,
    write_assignments,
    write_events,
    write_text,
)
from onsets.store.hypodd_dt import write_differences
from onsets.tables import Assignments, Differences, Events, Picks, Stations
from onsets.types import Problem
from onsets.waveforms import find_responses, read_stations

__all__ = ["CHAIN", "check_network"]


def check_network(settings: RunConfig) -> None:
    """Say at once that stations or velocities cannot be read.

    Raises
    ------
    ConfigError, CatalogueError
    """
    if settings.network is not None:
        read_stations(settings.network.stations)
        read_model(settings.network.velocity)
        known = find_responses(settings.network.stations, settings.network.responses)
        if settings.magnitude.kind == "local" and not known and "magnitude" not in settings.skip:
            raise ConfigError("magnitude.kind is local, but there are no responses; set network.responses")


def _network(stage: Stage) -> tuple[Stations, LayeredModel]:
    network = stage.config.network
    if network is None:
        raise ConfigError("network.stations and network.velocity are missing")
    return read_stations(network.stations), read_model(network.velocity)


def _source(stage: Stage, name: str, *settings: Any) -> Any:
    """Return what decides a step: its settings, and the contents of the network's files."""
    network = stage.config.network
    if network is None or name in stage.config.skip:
        return None
    files = [hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in plain(network).values()]
    return [[type(one).__name__, plain(one)] for one in settings] + files


def _told(problems: Iterable[Problem]) -> list[list[str]]:
    return [[problem.where, problem.reason] for problem in problems]


def _events(stage: Stage) -> tuple[Events, Assignments]:
    """Return the last events there are, and their picks."""
    for step, events, mine in (
        ("relocate", "relocated.csv", "residuals-relocated.csv"),
        ("locate", "located.csv", "residuals.csv"),
        ("associate", "events.csv", "assignments.csv"),
    ):
        if step in stage.told:
            events = "sized.csv" if "magnitude" in stage.told else events
            return read_events(stage.path(events)), read_assignments(stage.path(mine))
    return Events.of([]), Assignments.of([])


def _associate(stage: Stage) -> dict[str, Any]:
    stations, model = _network(stage)
    picks = Picks.concat(stage.folder.picks())
    options: Any = stage.config.associate
    events, mine = association.associate(picks, stations, model, options)
    write_events(events, stage.path("events.csv"))
    write_assignments(mine, stage.path("assignments.csv"))
    return {
        "files": ["events.csv", "assignments.csv"],
        "events": len(events),
        "assigned": len(mine),
        "problems": _told(association.placed(picks, stations)[1]),
    }


def _locate(stage: Stage) -> dict[str, Any]:
    stations, model = _network(stage)
    events, mine = _events(stage)
    picks = Picks.concat(stage.folder.picks())
    row = mine.index(picks)
    error = np.where(row >= 0, np.append(picks.uncertainty_s, np.nan)[row], np.nan)
    found = locate(events, mine, stations, model, stage.config.locate, error)
    write_events(found.events, stage.path("located.csv"))
    write_assignments(found.assignments, stage.path("residuals.csv"))
    lines = [json.dumps(row) + "\n" for row in detail_rows(found.verdicts)]
    write_text("".join(lines), stage.path("quality.jsonl"))
    letters = [verdict.quality for verdict in found.verdicts]
    return {
        "files": ["located.csv", "residuals.csv", "quality.jsonl"],
        "located": len(letters) - letters.count(""),
        **{f"quality {letter}": letters.count(letter) for letter in "ABCD"},
        "problems": _told(found.problems),
    }


def _relocate(stage: Stage) -> dict[str, Any]:
    """Move the events relative to each other; numbers of picks and gaps stay, residuals are taken anew."""
    stations, model = _network(stage)
    events, mine = _events(stage)
    files = ["relocated.csv", "residuals-relocated.csv"]
    problems: list[Problem] = []
    placed = events.take(np.isfinite(events.depth_km))
    parts = [pair_picks(placed, mine)]
    if stage.config.correlate is not None:
        root = str(stage.config.archive.sds)
        correlated, problems = correlate_archive(placed, mine, root, stage.config.correlate)
        write_differences(correlated, stage.path("dt.cc"), "cc")
        parts, files = [*parts, correlated], [*files, "dt.cc"]
    count = 0
    try:
        found = relocate(events, Differences.concat(parts), stations, model, stage.config.relocate)
    except CatalogueError as error:
        problems.append(Problem("relocation", f"{error}; the events stay where they were located"))
    else:
        count, problems = int(found.relocated.sum()), [*problems, *found.problems]
        events = found.events.replace(picks=events.picks, azimuthal_gap_deg=events.azimuthal_gap_deg)
        events, mine = with_residuals(events, mine, stations, model)
    write_events(events, stage.path("relocated.csv"))
    write_assignments(mine, stage.path("residuals-relocated.csv"))
    return {"files": files, "relocated": count, "problems": _told(problems)}


def _magnitude(stage: Stage) -> dict[str, Any]:
    stations, _ = _network(stage)
    events, mine = _events(stage)
    network, archive = stage.config.network, stage.config.archive
    known = None if network is None else find_responses(network.stations, network.responses)
    source = archive.files if archive.sds is None else archive.sds
    found = measure_magnitudes(events, mine, stations, source, known, stage.config.magnitude)
    write_events(found.events, stage.path("sized.csv"))
    write_amplitudes(found.amplitudes, stage.path("amplitudes.csv"))
    sized = found.events.magnitude_type[np.isfinite(found.events.magnitude)]
    return {
        "files": ["sized.csv", "amplitudes.csv"],
        **{kind: int((sized == kind).sum()) for kind in np.unique(sized).tolist()},
        "measured": len(found.amplitudes),
        "problems": _told(found.problems),
    }


def _catalogue(stage: Stage) -> dict[str, Any]:
    return write_catalogue(stage, *_events(stage))


def _report(stage: Stage) -> dict[str, Any]:
    return write_report(stage, *_events(stage), *_network(stage))


CHAIN: tuple[Step, ...] = (
    Step("associate", lambda s: _source(s, "associate", s.config.associate), _associate, ("pick",)),
    Step("locate", lambda s: _source(s, "locate", s.config.locate), _locate, ("pick", "associate")),
    Step(
        "relocate",
        lambda s: _source(s, "relocate", s.config.relocate, s.config.correlate),
        _relocate,
        ("associate", "locate"),
    ),
    Step(
        "magnitude",
        lambda s: _source(s, "magnitude", s.config.magnitude),
        _magnitude,
        ("pick", "associate", "locate", "relocate"),
    ),
    Step(
        "catalogue",
        lambda s: _source(s, "catalogue", s.config.catalogue),
        _catalogue,
        ("associate", "locate", "relocate", "magnitude"),
    ),
    Step(
        "report",
        lambda s: _source(s, "report", s.config.report),
        _report,
        ("pick", "associate", "locate", "relocate", "magnitude", "catalogue"),
    ),
)
"""In the order they are done; without ``[network]`` none is."""
