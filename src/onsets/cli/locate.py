"""``onsets locate``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onsets.cli.options import (
    NoSummary,
    OfEvents,
    Stations,
    Velocity,
    corrections_of,
    notes_of,
    options_of,
    say_notes,
)
from onsets.errors import ConfigError

if TYPE_CHECKING:
    from onsets.location import LocateOptions, Locations
    from onsets.tables import Assignments

__all__ = ["locate"]

_CORRECTIONS = ("station_id", "phase", "correction_s")


def locate(
    events: Annotated[
        str, typer.Argument(metavar="EVENTS", help="Events: .csv .jsonl .parquet .xml .sqlite, .arc .pha ...")
    ],
    assignments: OfEvents = None,
    stations: Stations = None,
    velocity: Velocity = None,
    output: Annotated[
        str, typer.Option("--output", "-o", help="Located events, as EVENTS, or - for CSV.")
    ] = "-",
    residuals: Annotated[
        str | None, typer.Option(help="Assignments with residuals, distances and weights.")
    ] = None,
    details: Annotated[str | None, typer.Option(help="Quality, ellipsoid and flags as .jsonl.")] = None,
    picks: Annotated[str | None, typer.Option(help="Picks, for their uncertainty_s.")] = None,
    corrections: Annotated[
        str | None, typer.Option(help="CSV station_id,phase,correction_s; written there with --estimate.")
    ] = None,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Estimate station corrections, then locate with them.")
    ] = False,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Change a key, such as norm=l2, method=edt, depths_km=[0,30]."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print events and their quality as JSON.")] = False,
    quiet: NoSummary = False,
) -> None:
    """Locate events: hypocentres, their uncertainty, quality A to D.

    Errors are one standard deviation and take all depths into account that the picks allow. Wrong picks:
    norm=l1 (the default) and method=edt hold against some, norm=l2 does not, nor do its errors.

    Example: onsets locate events.csv -a assignments.csv -s stations.csv -v model.csv -o located.csv
    """
    from onsets.earth import read_model
    from onsets.location import LocateOptions, detail_rows, estimate_corrections
    from onsets.location import locate as run
    from onsets.store import check_target, read_assignments, read_events, write_assignments, write_events
    from onsets.waveforms import read_stations

    if stations is None or velocity is None:
        raise ConfigError("locate needs --stations FILE and --velocity FILE; --help shows an example")
    if estimate and corrections is None:
        raise ConfigError("--estimate needs --corrections FILE, where they are written")
    for target, content in ((output, "events"), (residuals, "assignments")):
        if target is not None:
            check_target(target, content)
    options = options_of(LocateOptions(), None, setting)
    if corrections is not None and not estimate:
        options = _corrected(options, corrections_of(corrections, *_CORRECTIONS))
    table, rows = read_events(events), read_assignments(assignments or events)
    places, model = read_stations(stations), read_model(velocity)
    error = None if picks is None else _uncertainty(rows, picks)
    found = run(table, rows, places, model, options, error)
    if estimate and corrections is not None:
        late = estimate_corrections(found.assignments)
        _write_corrections(corrections, late)
        found = run(table, rows, places, model, _corrected(options, late), error)
    if not (as_json and output == "-"):
        write_events(found.events, output, found.assignments)
    if residuals is not None:
        write_assignments(found.assignments, residuals)
    if details is not None:
        Path(details).write_text(
            "".join(json.dumps(row) + "\n" for row in detail_rows(found.verdicts)), encoding="utf-8"
        )
    if as_json:
        typer.echo(json.dumps(_summary(found), indent=1))
    elif not quiet:
        _report(found, output)
    raise typer.Exit(1 if any("not_located" in one.flags for one in found.verdicts) else 0)


def _corrected(options: LocateOptions, late: tuple[tuple[str, str, float], ...]) -> LocateOptions:
    import dataclasses

    return dataclasses.replace(options, corrections=late)


def _uncertainty(rows: Assignments, path: str) -> Any:
    """Return the uncertainty of each assignment's pick, NaN where there is none."""
    import numpy as np

    from onsets.store import read_picks

    picks = read_picks(path)
    row = rows.index(picks)
    return np.where(row >= 0, np.append(picks.uncertainty_s, np.nan)[row], np.nan)


def _write_corrections(path: str, late: tuple[tuple[str, str, float], ...]) -> None:
    lines = [",".join(_CORRECTIONS), *(f"{name},{phase},{value:.4f}" for name, phase, value in late)]
    try:
        Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror or error}") from error


def _summary(found: Locations) -> dict[str, Any]:
    from onsets.location import detail_rows

    verdicts = {row["event_id"]: row for row in detail_rows(found.verdicts)}
    return {
        "events": [row | {"details": verdicts[row["event_id"]]} for row in found.events.rows()],
        "notes": notes_of(found.problems),
    }


def _report(found: Locations, output: str) -> None:
    """Say on standard error how many events were located how well, and what was skipped."""
    import numpy as np

    letters = [one.quality for one in found.verdicts if one.quality]
    counts = ", ".join(f"{letters.count(letter)} {letter}" for letter in "ABCD" if letter in letters)
    rms = found.events.rms_s[np.isfinite(found.events.rms_s)]
    middle = f", median rms {np.median(rms):.3f} s" if len(rms) else ""
    target = "" if output == "-" else f" -> {output}"
    typer.echo(f"{len(letters)} of {len(found.events)} events located ({counts}){middle}{target}", err=True)
    say_notes(found.problems)
