"""``onsets magnitude``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onsets.cli.options import (
    NoSummary,
    OfEvents,
    Sds,
    Stations,
    Waveforms,
    corrections_of,
    notes_of,
    options_of,
    say_notes,
)
from onsets.errors import ConfigError

if TYPE_CHECKING:
    from onsets.pipeline import Magnitudes

__all__ = ["magnitude"]


def magnitude(
    events: Annotated[str, typer.Argument(metavar="EVENTS", help="Located events: .csv .xml .sqlite ...")],
    assignments: OfEvents = None,
    stations: Stations = None,
    sds: Sds = None,
    files: Waveforms = None,
    responses: Annotated[
        str | None,
        typer.Option(help="StationXML, or CSV with station_id,gain_counts_m_s; --stations may hold them."),
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", help="Events with magnitudes, as EVENTS, or - for CSV.")
    ] = "-",
    amplitudes: Annotated[str | None, typer.Option(help="Table of what was measured.")] = None,
    corrections: Annotated[
        str | None, typer.Option(help="CSV station_id,correction: added to a station's magnitudes.")
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Change a key, such as relation=bakun-joyner-1984, kind=duration, snr=2.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print events and notes as JSON.")] = False,
    quiet: NoSummary = False,
) -> None:
    """Give events local magnitudes, or duration magnitudes.

    Local ones are from Wood-Anderson amplitudes and need the stations' responses; without, the length of the
    coda is measured.

    Example: onsets magnitude located.csv -a assignments.csv -s stations.csv --sds archive -o sized.csv
    """
    import dataclasses

    from onsets.magnitude import MagnitudeOptions
    from onsets.pipeline import measure_magnitudes
    from onsets.store import (
        check_target,
        read_assignments,
        read_events,
        write_amplitudes,
        write_events,
    )
    from onsets.waveforms import find_responses, read_stations

    if stations is None or (sds is None) == (not files):
        raise ConfigError("magnitude needs --stations FILE and --sds ROOT or --waveforms PATH, one of them")
    for target, content in ((output, "events"), (amplitudes, "amplitudes")):
        if target is not None:
            check_target(target, content)
    options = options_of(MagnitudeOptions(), None, setting)
    if corrections is not None:
        late = corrections_of(corrections, "station_id", "correction")
        options = dataclasses.replace(options, corrections=late)
    table, mine = read_events(events), read_assignments(assignments or events)
    known = find_responses(stations, responses)
    archive: Any = sds if sds is not None else files
    found = measure_magnitudes(table, mine, read_stations(stations), archive, known, options)
    if not (as_json and output == "-"):
        write_events(found.events, output, mine, amplitudes=found.amplitudes)
    if amplitudes is not None:
        write_amplitudes(found.amplitudes, amplitudes)
    if as_json:
        told = {"events": found.events.rows(), "notes": notes_of(found.problems)}
        typer.echo(json.dumps(told, indent=1))
    elif not quiet:
        _report(found, output)
    raise typer.Exit(1 if any(problem.fatal for problem in found.problems) else 0)


def _report(found: Magnitudes, output: str) -> None:
    """Say on standard error how many events have a magnitude of what kind, and what was not used."""
    import numpy as np

    sizes = found.events.magnitude[np.isfinite(found.events.magnitude)]
    kinds = sorted(set(found.amplitudes.magnitude_type.tolist()))
    span = f" ({', '.join(kinds)} {sizes.min():.1f} to {sizes.max():.1f})" if len(sizes) else ""
    target = "" if output == "-" else f" -> {output}"
    typer.echo(f"{len(sizes)} of {len(found.events)} events have a magnitude{span}{target}", err=True)
    say_notes(found.problems)
