"""``onsets pick``."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onsets.cli.options import Quiet, notes_of
from onsets.cli.progress import clock, progress_bar
from onsets.errors import ConfigError

if TYPE_CHECKING:
    from onsets.pipeline import Estimate, PickRun

__all__ = ["pick"]

MOST_LINES = 50
MODEL_HELP = "Bundled name, classical picker (sta-lta, aic, kurtosis, baer), or .onnx / .safetensors file."


def time_ns(text: str | None, option: str) -> int | None:
    """Return ns UTC of an option's ISO 8601 date or time, None if it was not given."""
    from onsets.tables import time_ns as parsed

    return None if text is None else parsed(text, option)


def given(**thresholds: float | None) -> dict[str, float]:
    """Return only the thresholds that were given."""
    return {label: value for label, value in thresholds.items() if value is not None}


def pick(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH...", help="Files, folders or glob patterns.")
    ] = None,
    model: Annotated[str, typer.Option("--model", "-m", help=MODEL_HELP)] = "default",
    output: Annotated[
        str, typer.Option("--output", "-o", help="Picks: .csv .jsonl .parquet .xml (QuakeML), or - for CSV.")
    ] = "-",
    detections: Annotated[str | None, typer.Option(help="Detections: .csv .jsonl .parquet.")] = None,
    ledger: Annotated[
        str | None, typer.Option(help="Why no pick? What became of each station-day: .csv .jsonl .parquet.")
    ] = None,
    p_threshold: Annotated[float | None, typer.Option(help="Lowest probability (or ratio) of a P.")] = None,
    s_threshold: Annotated[float | None, typer.Option(help="Lowest probability (or ratio) of an S.")] = None,
    detection_threshold: Annotated[float | None, typer.Option(help="Lowest of a detection.")] = None,
    weights: Annotated[
        str | None, typer.Option(help="Weights file (.safetensors) for a network named by --model.")
    ] = None,
    rate_as: Annotated[
        float | None, typer.Option(help="Treat records as if they had this rate, Hz (microseismic).")
    ] = None,
    sds: Annotated[str | None, typer.Option(help="Root of an SDS archive instead of PATH.")] = None,
    start: Annotated[str | None, typer.Option(help="Start of the span of --sds, ISO 8601 UTC.")] = None,
    end: Annotated[str | None, typer.Option(help="End of the span of --sds, excluded.")] = None,
    stations: Annotated[str | None, typer.Option(help="CSV of the stations to take from --sds.")] = None,
    mode: Annotated[
        str, typer.Option(help="exact (as the reference) or fast (fewer windows; a few picks are lost).")
    ] = "exact",
    threads: Annotated[
        int | None,
        typer.Option(min=1, help="Threads of the network; 1 if not given (others may change last digits)."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that share the station-days.")] = 1,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Send the station-days to this dask scheduler.")
    ] = None,
    folder: Annotated[
        str | None,
        typer.Option(help="Keep the run here: ledger and Parquet by day (default: OUT.run until done)."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where a run that was stopped left off.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what there is to do and how long it takes; pick nothing.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print picks, ledger and failures as JSON.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Pick P and S onsets in waveform files or an SDS archive.

    Example: onsets pick day.mseed -o picks.csv --ledger why.csv
    """
    from onsets.pipeline import Archive, Crew, PickOptions, Targets, estimate, pick_archive
    from onsets.waveforms import stations_list

    if bool(paths) == (sds is not None):
        raise ConfigError("give PATH... or --sds ROOT, one of them; onsets pick --help shows an example")
    if sds is None and (start or end or stations):
        raise ConfigError("--start, --end and --stations belong to --sds ROOT")
    archive = Archive(
        tuple(paths or ()),
        sds,
        time_ns(start, "--start"),
        time_ns(end, "--end"),
        None if stations is None else tuple(stations_list(stations)),
    )
    shown = output == "-" and as_json
    targets = Targets(None if shown else output, detections, ledger, folder, resume)
    limits = given(P=p_threshold, S=s_threshold, detection=detection_threshold)
    options = PickOptions(model, weights, tuple(sorted(limits.items())), rate_as, threads or 1, mode)
    update, close = progress_bar(quiet)
    try:
        if dry_run:
            cost = estimate(archive.plan(options.picker(), update), options, workers)
            close()
            typer.echo(json.dumps(dataclasses.asdict(cost), indent=1) if as_json else costs(cost, workers))
            return
        run = pick_archive(archive, options, Crew(workers, scheduler), targets, update)
    finally:
        close()
    if as_json:
        typer.echo(json.dumps(summary(run, model, output), indent=1))
    elif not quiet:
        report(run, output)
    raise typer.Exit(1 if run.failures else 0)


def costs(cost: Estimate, workers: int) -> str:
    """Return what a run will cost, as lines."""
    lines = [
        f"{cost.station_days} station-days in {cost.files} files, {cost.bytes / 1e9:.3g} GB"
        + (f", {cost.first_day} to {cost.last_day}" if cost.first_day else "")
    ]
    if cost.macs_day is not None:
        lines.append(f"{cost.macs_day / 1e9:.4g} G multiply-adds a station-day")
    if cost.seconds is None or cost.seconds_day is None:
        return "\n".join([*lines, "no sample could be read, so no time can be told"])
    lines.append(f"{cost.seconds_day:.3g} s a station-day on one core (tried on {cost.calibrated_on})")
    crew = f"{workers} workers, on as many cores" if workers > 1 else "1 worker"
    return "\n".join([*lines, f"about {clock(cost.seconds)} with {crew}"])


def summary(run: PickRun, model: str, output: str) -> dict[str, Any]:
    """Return the run as plain JSON; picks only where no file holds them."""
    return {
        "model": model,
        "output": None if output == "-" else str(Path(output)),
        "pick_count": len(run.picks) or sum(run.counts().values()),
        "picks": run.picks.rows() if output == "-" else [],
        "detections": run.detections.rows(),
        "ledger": [row.row() for row in run.ledger],
        "failures": notes_of(run.failures),
        "notes": notes_of(p for p in run.problems if not p.fatal),
    }


def report(run: PickRun, output: str) -> None:
    """Say on standard error what was done, what failed, and why a station has no pick."""
    target = "" if output == "-" else f" -> {output}"
    counts = run.counts()
    days = sum(1 for row in run.ledger if row.day)
    plural = "s" if days != 1 else ""
    typer.echo(f"{counts['P']} P and {counts['S']} S picks from {days} station-day{plural}{target}", err=True)
    problem_lines(run)


def problem_lines(run: PickRun) -> None:
    """Say on standard error what failed, and why a station has no pick; the first of many."""
    ordered = sorted(run.problems, key=lambda problem: not problem.fatal)
    for problem in ordered[:MOST_LINES]:
        typer.echo(f"{'failed' if problem.fatal else 'note'}: {problem.where}: {problem.reason}", err=True)
    if len(ordered) > MOST_LINES:
        typer.echo(f"and {len(ordered) - MOST_LINES} more; see --ledger or --json", err=True)
    silent = [row for row in run.ledger if row.day and not row.picks_p and not row.picks_s]
    for row in silent[:10]:
        typer.echo(f"no pick: {row.station_id} {row.day}: {row.why}", err=True)
    if len(silent) > 10:
        typer.echo(f"no pick: {len(silent) - 10} more station-days; see --ledger", err=True)
