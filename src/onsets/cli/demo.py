"""``onsets demo``: a real earthquake, picked and drawn, without network or data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from onsets.errors import MissingExtraError

if TYPE_CHECKING:
    from onsets.types import Trace

__all__ = ["demo", "example_traces"]


def example_traces() -> list[Trace]:
    """Return ObsPy's example: a local earthquake of 2009-08-24 at BW.RJOB, 30 s at 100 Hz.

    Raises
    ------
    MissingExtraError
        Without ObsPy.
    """
    try:
        import obspy
    except ImportError as error:
        raise MissingExtraError("obspy", "obspy", "the demo's record") from error
    from onsets.types import Trace

    return [
        Trace(
            f"{trace.stats.network}.{trace.stats.station}.{trace.stats.location}",
            trace.stats.channel,
            trace.stats.starttime.ns,
            trace.stats.sampling_rate,
            trace.data,
            "ObsPy's example",
        )
        for trace in obspy.read()
    ]


def demo(
    output: Annotated[
        str, typer.Option("--output", "-o", help="Picture: .png .pdf .svg.")
    ] = "onsets-demo.png",
    model: Annotated[
        str, typer.Option("--model", "-m", help="A bundled name or a classical picker.")
    ] = "default",
    as_json: Annotated[bool, typer.Option("--json", help="Print the picks as JSON.")] = False,
) -> None:
    """Pick ObsPy's example earthquake, print the picks and draw them.

    Example: onsets demo
    """
    from onsets.picking import load
    from onsets.plots import check_picture, plot_record
    from onsets.waveforms import gather

    check_picture(output)
    records, _ = gather(example_traces())
    picker = load(model)
    picked = picker.apply(records[0])
    path = plot_record(records[0], picked.curve, picked.picks, output, thresholds=picker.thresholds)
    if as_json:
        typer.echo(json.dumps({"picks": picked.picks.rows(), "picture": str(path)}, indent=1))
        return
    typer.echo(f"{'station':10}{'phase':7}{'time':30}{'probability':>12}{'snr_db':>8}  polarity  flags")
    for row in picked.picks.rows():
        numbers = [(row["probability"], 12, 2), (row["snr_db"], 8, 1)]
        cells = "".join(f"{'' if x is None else format(x, f'.{d}f'):>{w}}" for x, w, d in numbers)
        head = f"{row['station_id']:10}{row['phase']:7}{row['time']:30}"
        typer.echo(f"{head}{cells}  {row['polarity']:9} {row['flags']}")
    typer.echo(f"picture: {path}")
