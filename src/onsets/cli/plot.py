"""``onsets plot``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onsets.cli.pick import MODEL_HELP, given, time_ns
from onsets.errors import ConfigError, WaveformError

__all__ = ["plot"]


def plot(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders or glob patterns.")],
    model: Annotated[str, typer.Option("--model", "-m", help=MODEL_HELP)] = "default",
    output: Annotated[
        str, typer.Option("--output", "-o", help="Picture: .png .pdf .svg; one a station, named after it.")
    ] = "onsets.png",
    picks: Annotated[
        str | None, typer.Option(help="Draw these picks (.csv .jsonl .parquet) instead of picking.")
    ] = None,
    start: Annotated[str | None, typer.Option(help="Start of the picture, ISO 8601 UTC.")] = None,
    end: Annotated[str | None, typer.Option(help="End of the picture.")] = None,
    p_threshold: Annotated[float | None, typer.Option(help="Lowest probability (or ratio) of a P.")] = None,
    s_threshold: Annotated[float | None, typer.Option(help="Lowest probability (or ratio) of an S.")] = None,
    rate_as: Annotated[float | None, typer.Option(help="Treat records as if they had this rate, Hz.")] = None,
) -> None:
    """Draw components, curves and picks of each station.

    Example: onsets plot day.mseed -o day.png --start 2024-01-31T06:00 --end 2024-01-31T06:05
    """
    from onsets.picking import load
    from onsets.plots import check_picture, plot_record
    from onsets.store import read_picks
    from onsets.tables import Picks
    from onsets.waveforms import gather, read_traces

    check_picture(output)
    picker = load(model, thresholds=given(P=p_threshold, S=s_threshold), rate_as=rate_as)
    drawn: Picks | None = None if picks is None else read_picks(picks)
    a, b = time_ns(start, "--start"), time_ns(end, "--end")
    if a is not None and b is not None and a >= b:
        raise ConfigError(f"--start {start} is not before --end {end}")
    traces, problems = read_traces(paths)
    records, faults = gather(traces)
    for problem in [*problems, *faults]:
        typer.echo(f"{'failed' if problem.fatal else 'note'}: {problem.where}: {problem.reason}", err=True)
    records = [r for r in records if (a is None or r.end_ns > a) and (b is None or r.start_ns < b)]
    if not records:
        raise WaveformError(f"nothing to draw in {', '.join(paths)} between the times asked for")
    names: set[str] = set()
    for record in records:
        picked = picker.apply(record)
        shown = picked.picks if drawn is None else drawn.take(drawn.station_id == record.station_id)
        target = Path(output)
        if len(records) > 1:
            stem = f"{target.stem}_{record.station_id}_{record.channel_prefix}"
            k = sum(name == stem or name.startswith(f"{stem}_") for name in names)
            names.add(stem := f"{stem}_{k + 1}" if k else stem)
            target = target.with_name(stem + target.suffix)
        plot_record(record, picked.curve, shown, target, start_ns=a, end_ns=b, thresholds=picker.thresholds)
        typer.echo(str(target))
    raise typer.Exit(1 if any(problem.fatal for problem in [*problems, *faults]) else 0)
