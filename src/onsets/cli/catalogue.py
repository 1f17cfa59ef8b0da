"""``onsets catalogue``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from onsets.cli.options import Waveforms, say_notes

__all__ = ["catalogue"]

catalogue = typer.Typer(
    help="Compare, convert and draw catalogues of events.\n\n"
    "Example: onsets catalogue compare reference.csv events.csv",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@catalogue.command()
def compare(
    reference: Annotated[
        str, typer.Argument(metavar="A", help="Catalogue: file, database, or a program's file.")
    ],
    other: Annotated[str, typer.Argument(metavar="B", help="Catalogue compared with A.")],
    tolerance_s: Annotated[
        float, typer.Option(min=0.001, help="Largest difference in origin time, s.")
    ] = 3.0,
    tolerance_km: Annotated[
        float, typer.Option(min=0.001, help="Largest distance of epicentres, km.")
    ] = 10.0,
    picture: Annotated[str | None, typer.Option(help="Picture: .png, .pdf or .svg.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print counts, offsets and events as JSON.")
    ] = False,
) -> None:
    """Say which events two catalogues share, and how they differ.

    Example: onsets catalogue compare reference.csv events.csv --picture compare.png
    """
    from onsets.evaluation.events import match_events
    from onsets.plots import check_picture, figure_comparison, save_figure
    from onsets.store import read_events

    if picture is not None:
        check_picture(picture)
    a, b = read_events(reference), read_events(other)
    found = match_events(a, b, tolerance_s, tolerance_km)
    offsets = {
        name: _spread(getattr(found, name))
        for name in ("time_s", "east_km", "north_km", "distance_km", "depth_km", "magnitude")
    }
    counts = {
        "reference": len(a),
        "other": len(b),
        "matched": len(found.pairs),
        "missed": len(found.missed),
        "new": len(found.new),
    }
    if as_json:
        told: dict[str, Any] = {"tolerance_s": tolerance_s, "tolerance_km": tolerance_km, **counts}
        told["offsets"] = offsets
        told["pairs"] = [[str(a.event_id[i]), str(b.event_id[j])] for i, j in found.pairs.tolist()]
        told["missed_events"] = a.event_id[found.missed].tolist()
        told["new_events"] = b.event_id[found.new].tolist()
        typer.echo(json.dumps(told, indent=1))
    else:
        share = f" ({100 * len(found.pairs) / len(a):.1f} %)" if len(a) else ""
        typer.echo(f"A {reference}: {len(a)} events\nB {other}: {len(b)} events")
        typer.echo(
            f"within {tolerance_s:g} s and {tolerance_km:g} km: matched {len(found.pairs)}{share} of A,"
        )
        typer.echo(f"missed {len(found.missed)} of A, new in B {len(found.new)}\n")
        typer.echo(f"{'B - A':12s}{'median':>10s}{'5 %':>10s}{'95 %':>10s}{'events':>8s}")
        for name, row in offsets.items():
            cells = "".join(
                f"{'-' if row[key] is None else f'{row[key]:.3f}':>10s}" for key in ("median", "p5", "p95")
            )
            typer.echo(f"{name:12s}{cells}{row['events']:>8d}")
    if picture is not None:
        names = (Path(reference).name, Path(other).name)
        save_figure(figure_comparison(a, b, found.pairs, names), picture)


def _spread(values: Any) -> dict[str, Any]:
    """Return median and spread of what is known."""
    import numpy as np

    known = values[np.isfinite(values)]
    if not len(known):
        return {"median": None, "p5": None, "p95": None, "events": 0}
    low, middle, high = np.percentile(known, [5, 50, 95])
    return {"median": float(middle), "p5": float(low), "p95": float(high), "events": len(known)}


@catalogue.command()
def convert(
    source: Annotated[str, typer.Argument(metavar="CATALOGUE", help="File, database, or a program's file.")],
    output: Annotated[
        str, typer.Option("--output", "-o", help="Catalogue to write; see onsets associate -o, or below.")
    ],
    assignments: Annotated[
        str | None, typer.Option(help="Table of which pick belongs to which event.")
    ] = None,
    picks: Annotated[str | None, typer.Option(help="Table of picks: what QuakeML says more of them.")] = None,
    kind_from: Annotated[str | None, typer.Option("--from", help="Form of the catalogue read.")] = None,
    kind_to: Annotated[str | None, typer.Option("--to", help="Form of the catalogue written.")] = None,
) -> None:
    """Write a catalogue in another format.

    Files of other programs are known by their names: HypoInverse .arc .sum, VELEST .cnv, GrowClust
    evlist.txt and (read only) out.growclust_cat, HypoDD .pha .reloc .loc, NonLinLoc .hyp .obs; --from and
    --to name a form whatever the file is called.

    Example: onsets catalogue convert events.csv --assignments picks-used.csv -o day.arc
    """
    from onsets.errors import ConfigError
    from onsets.store import check_target, read_assignments, read_catalogue, read_picks, write_events
    from onsets.store.programs import check_written, read_program, write_program

    if kind_to is None:
        check_target(output, "events")
    else:
        check_written(kind_to)
        if not Path(output).parent.is_dir():
            raise ConfigError(f"cannot write {output}: folder {Path(output).parent} does not exist")
    events, mine = read_program(source, kind_from) if kind_from else read_catalogue(source)
    if assignments is not None:
        mine = read_assignments(assignments)
    if kind_to is None:
        write_events(events, output, mine, None if picks is None else read_picks(picks))
    else:
        write_program(events, mine, output, kind_to)
    typer.echo(f"{len(events)} events -> {output}", err=True)


@catalogue.command()
def plot(
    source: Annotated[str, typer.Argument(metavar="CATALOGUE", help="File, database, or a program's file.")],
    output: Annotated[str, typer.Option("--output", "-o", help="Picture: .png, .pdf or .svg.")],
    stations: Annotated[str | None, typer.Option(help="Stations to draw.")] = None,
    kind: Annotated[
        str, typer.Option(help="map (with a depth section), time (magnitudes in time) or section (records).")
    ] = "map",
    velocity: Annotated[str | None, typer.Option(help="Layered model, for a section.")] = None,
    assignments: Annotated[
        str | None, typer.Option(help="Picks of the events, for a section; not needed with .xml, .sqlite.")
    ] = None,
    sds: Annotated[str | None, typer.Option(help="SDS archive, for a section.")] = None,
    files: Waveforms = None,
    event: Annotated[str, typer.Option(help="event_id of a section; the largest if not given.")] = "",
) -> None:
    """Draw a catalogue, or the records of one event.

    The records are a section with travel-time curves.

    Example: onsets catalogue plot events.csv --stations stations.csv -o map.png

    A section: onsets catalogue plot located.csv --kind section --assignments used.csv --stations
    stations.csv --velocity model.csv --sds archive -o section.png
    """
    from onsets.errors import ConfigError, nearest
    from onsets.plots import check_picture, figure_catalogue, figure_magnitudes, save_figure
    from onsets.store import read_assignments, read_events
    from onsets.waveforms import read_stations

    kinds = ["map", "time", "section"]
    if kind not in kinds:
        raise ConfigError(f"unknown --kind {kind!r}; {nearest(kind, kinds)}")
    check_picture(output)
    events, title = read_events(source), Path(source).name
    if kind == "time":
        save_figure(figure_magnitudes(events, title), output)
    elif kind == "section":
        from onsets.earth import read_model
        from onsets.pipeline import event_section

        if stations is None or velocity is None or (sds is None) == (not files):
            raise ConfigError(
                "a section needs --stations FILE, --velocity FILE and --sds ROOT or --waveforms PATH"
            )
        mine = read_assignments(assignments or source)
        archive: Any = sds if sds is not None else files
        figure, problems = event_section(
            events, mine, read_stations(stations), read_model(velocity), archive, event
        )
        save_figure(figure, output)
        say_notes(problems, "")
    else:
        save_figure(
            figure_catalogue(events, None if stations is None else read_stations(stations), title), output
        )
    typer.echo(output)
