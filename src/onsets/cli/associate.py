"""``onsets associate``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from onsets.cli.options import STATIONS, VELOCITY, NoSummary, say_notes

__all__ = ["associate"]


def associate(
    picks: Annotated[str, typer.Argument(metavar="PICKS", help="Table of picks: .csv, .jsonl or .parquet.")],
    stations: Annotated[str, STATIONS],
    velocity: Annotated[str, VELOCITY],
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", help="Events: .csv, .jsonl, .parquet, .xml, .sqlite, postgresql://..., or -."
        ),
    ] = "-",
    assignments: Annotated[
        str | None, typer.Option(metavar="OUT", help="Write which pick belongs to which event.")
    ] = None,
    method: Annotated[str, typer.Option(help="pyocto, or real: REAL's grid search.")] = "pyocto",
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Change a key of the method, such as picks=8; for real also R=0.1/20/0.04/2/5.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print events, counts and notes as JSON.")] = False,
    quiet: NoSummary = False,
) -> None:
    """Find the events that picks come from.

    Example: onsets associate picks.csv --stations stations.csv --velocity model.csv -o events.csv
    """
    import numpy as np

    from onsets import association
    from onsets.earth import read_model
    from onsets.pipeline import Association, association_options
    from onsets.store import check_target, read_picks
    from onsets.waveforms import read_stations

    options = association_options(method, settings or [])
    check_target(output, "events")
    if assignments is not None:
        check_target(assignments, "assignments")
    table, places, model = read_picks(picks), read_stations(stations), read_model(velocity)
    events, mine = association.associate(table, places, model, options)
    done = Association(events, mine, table, places, association.placed(table, places)[1])
    if not (as_json and output == "-"):
        done.write(output, assignments)
    elif assignments is not None:
        from onsets.store import write_assignments

        write_assignments(mine, assignments)
    rms = float(np.nanmedian(events.rms_s)) if len(events) else None
    if as_json:
        notes = [{"where": one.where, "reason": one.reason, "picks": one.samples} for one in done.problems]
        told = {
            "method": method,
            "picks": len(table),
            "events": len(events),
            "assigned": len(mine),
            "median_rms_s": rms,
            "notes": notes,
            "rows": events.rows() if output == "-" else [],
        }
        typer.echo(json.dumps(told, indent=1))
    elif not quiet:
        share = f"{len(mine)} of {len(table)} picks"
        typer.echo(
            f"{len(events)} events from {share}" + ("" if output == "-" else f" -> {output}"), err=True
        )
        say_notes(done.problems)
