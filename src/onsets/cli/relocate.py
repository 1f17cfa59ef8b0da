"""``onsets relocate``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onsets.cli.options import NoSummary, Stations, Velocity, notes_of, options_of, say_notes
from onsets.errors import ConfigError

if TYPE_CHECKING:
    from onsets.location import RelocateOptions, Relocation
    from onsets.store.hypodd_inp import HypoddControl
    from onsets.types import Problem

__all__ = ["relocate"]


def relocate(
    events: Annotated[
        str,
        typer.Argument(
            metavar="EVENTS", help="Events (.csv .xml ...), or HypoDD's .pha, .loc, .reloc, .dat, .sel."
        ),
    ],
    assignments: Annotated[
        str | None,
        typer.Option("--assignments", "-a", help="Picks of the events: differences are made of them."),
    ] = None,
    stations: Stations = None,
    velocity: Velocity = None,
    output: Annotated[
        str,
        typer.Option("--output", "-o", help="Relocated events, .reloc as HypoDD writes them, or - for CSV."),
    ] = "-",
    dt_ct: Annotated[
        str | None, typer.Option("--dt-ct", help="Catalogue differences, HypoDD's dt.ct.")
    ] = None,
    dt_cc: Annotated[
        str | None, typer.Option("--dt-cc", help="Correlated differences, HypoDD's dt.cc.")
    ] = None,
    sds: Annotated[
        str | None, typer.Option(help="SDS archive: waveforms around the picks are correlated.")
    ] = None,
    save_cc: Annotated[
        str | None, typer.Option(help="Write the differences found in --sds as dt.cc.")
    ] = None,
    inp: Annotated[
        str | None, typer.Option(help="hypoDD.inp: weights, links and, without --velocity, model as there.")
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a key, such as bootstrap=200 or air=drop."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print events and iterations as JSON.")] = False,
    quiet: NoSummary = False,
) -> None:
    """Relocate events relative to each other by double difference.

    Events too far from others keep their place and are named; if those are all, the exit code is 1.

    Example: onsets relocate located.csv -a assignments.csv -s stations.csv -v model.csv -o relocated.csv
    """
    from onsets.earth import read_model
    from onsets.location import relocate as run
    from onsets.store import check_target, write_events
    from onsets.store.hypodd import write_locations
    from onsets.store.hypodd_inp import read_control
    from onsets.waveforms import read_stations

    if stations is None or (velocity is None and inp is None):
        raise ConfigError("relocate needs --stations FILE and --velocity FILE (or --inp FILE)")
    as_hypodd = output.endswith((".reloc", ".loc"))
    if not as_hypodd:
        check_target(output, "events")
    control = None if inp is None else read_control(inp)
    options = _options(control, setting or [])
    places = read_stations(stations)
    model = control.model if velocity is None and control is not None else read_model(str(velocity))
    table, differences, notes = _inputs(events, assignments, (dt_ct, dt_cc), sds, save_cc)
    found = run(table, differences, places, model, options)
    if as_hypodd:
        kept = found.relocated
        write_locations(found.events.take(kept), output, found.counts[kept])
    elif not (as_json and output == "-"):
        write_events(found.events, output)
    notes += found.problems
    if as_json:
        summary = {"events": found.events.rows(), "relocated": found.relocated.tolist()}
        summary |= {"cluster": found.cluster.tolist(), "iterations": found.history, "notes": notes_of(notes)}
        typer.echo(json.dumps(summary, indent=1, default=float))
    elif not quiet:
        _report(found, notes, output)
    raise typer.Exit(0 if found.relocated.any() else 1)


def _options(control: HypoddControl | None, settings: list[str]) -> RelocateOptions:
    """Return the options of a control file, changed by settings."""
    from onsets.location import RelocateOptions, WeightSet

    options = RelocateOptions()
    if control is not None:
        sets = tuple(WeightSet(int(row[0]), *row[1:]) for row in control.sets)
        links = max(control.min_links_cc, control.min_links_ct, 1)
        air = "drop" if control.drop_air else "hold"
        options = RelocateOptions(sets, control.max_station_km, links, air)
    return options_of(options, None, settings)


def _inputs(
    events: str,
    assignments: str | None,
    differences: tuple[str | None, str | None],
    sds: str | None,
    save_cc: str | None,
) -> tuple[Any, Any, list[Problem]]:
    """Read events and gather differences of every source that was given."""
    from onsets.location import pair_picks
    from onsets.pipeline import correlate_archive
    from onsets.store import read_assignments, read_events
    from onsets.store.hypodd import read_event_list, read_locations, read_phases
    from onsets.store.hypodd_dt import read_differences, write_differences
    from onsets.tables import Differences

    name = events.removesuffix(".gz")
    picks = None
    if name.endswith(".pha"):
        table, picks = read_phases(events)
    elif name.endswith((".loc", ".reloc")):
        table = read_locations(events)
    elif name.endswith((".dat", ".sel")):
        table = read_event_list(events)
    else:
        table = read_events(events)
    if assignments is not None:
        picks = read_assignments(assignments)
    parts = [
        read_differences(path, kind)
        for path, kind in zip(differences, ("ct", "cc"), strict=True)
        if path is not None
    ]
    notes: list[Problem] = []
    if picks is not None and differences[0] is None:
        parts.append(pair_picks(table, picks))
    if sds is not None:
        if picks is None:
            raise ConfigError("--sds needs --assignments FILE (or EVENTS of HypoDD's .pha)")
        correlated, problems = correlate_archive(table, picks, sds)
        notes += problems
        parts.append(correlated)
        if save_cc is not None:
            write_differences(correlated, save_cc, "cc")
    if not parts:
        raise ConfigError("relocate needs differences: --assignments, --dt-ct, --dt-cc or --sds")
    return table, Differences.concat(parts), notes


def _report(found: Relocation, notes: list[Problem], output: str) -> None:
    """Say on standard error how many events moved, and how well the differences fit."""
    last = found.history[-1]
    target = "" if output == "-" else f" -> {output}"
    rms = ", ".join(
        f"{name} {last[key] * 1000:.1f} ms"
        for name, key in (("correlated", "rms_cc_s"), ("catalogue", "rms_ct_s"))
        if last[key] == last[key]
    )
    count, clusters = int(found.relocated.sum()), len(set(found.cluster[found.relocated].tolist()))
    typer.echo(
        f"{count} of {len(found.events)} events relocated in {clusters} cluster{'s' * (clusters != 1)}, "
        f"{last['used']} differences, rms {rms}{target}",
        err=True,
    )
    say_notes(notes)
