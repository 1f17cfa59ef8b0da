"""``onsets pick``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onsets.errors import ConfigError

if TYPE_CHECKING:
    from onsets.pipeline import PickRun

__all__ = ["pick"]

MODEL_HELP = "Bundled name, classical picker (sta-lta, aic, kurtosis, baer), or .onnx / .safetensors file."


def time_ns(text: str | None, option: str) -> int | None:
    """Return ns UTC of an ISO 8601 date or time; a time without zone is UTC."""
    import datetime

    if text is None:
        return None
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            f"{option} {text!r} is no ISO 8601 time; write 2024-01-31 or 2024-01-31T06:00:00"
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return (moment - epoch) // datetime.timedelta(microseconds=1) * 1000


def given(**thresholds: float | None) -> dict[str, float]:
    """Return only the thresholds that were given."""
    return {label: value for label, value in thresholds.items() if value is not None}


def progress_bar(quiet: bool) -> tuple[Callable[[float, float, str], None], Callable[[], None]]:
    """Return an updater and a closer of a bar that appears once two seconds have passed."""
    import sys
    import time

    began, bar = time.monotonic(), None

    def update(done: float, total: float, station: str) -> None:
        nonlocal bar
        if (
            bar is None
            and not quiet
            and sys.stderr.isatty()
            and time.monotonic() - began > 2
            and done < total
        ):
            from rich.console import Console
            from rich.progress import Progress

            bar = Progress(console=Console(stderr=True), transient=True)
            bar.start()
            bar.add_task("picking", total=total)
        if bar is not None:
            bar.update(bar.task_ids[0], completed=done, total=total, description=station)

    def close() -> None:
        if bar is not None:
            bar.stop()

    return update, close


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
    start: Annotated[str | None, typer.Option(help="Begin of the span of --sds, ISO 8601 UTC.")] = None,
    end: Annotated[str | None, typer.Option(help="End of the span of --sds, excluded.")] = None,
    stations: Annotated[str | None, typer.Option(help="CSV of the stations to take from --sds.")] = None,
    mode: Annotated[
        str, typer.Option(help="exact (as the reference) or fast (fewer windows; a few picks are lost).")
    ] = "exact",
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads of the network; all cores if not given.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print picks, ledger and failures as JSON.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")] = False,
) -> None:
    """Pick P and S onsets in waveform files or an SDS archive.

    Example: onsets pick day.mseed -o picks.csv --ledger why.csv
    """
    from onsets.picking import load
    from onsets.pipeline import pick_files, pick_sds
    from onsets.store import check_target, write_detections, write_ledger, write_picks
    from onsets.waveforms import stations_list

    if bool(paths) == (sds is not None):
        raise ConfigError("give PATH... or --sds ROOT, one of them; onsets pick --help shows an example")
    span = (time_ns(start, "--start"), time_ns(end, "--end"))
    if sds is None and (start or end or stations):
        raise ConfigError("--start, --end and --stations belong to --sds ROOT")
    for target, content in ((output, "picks"), (detections, "detections"), (ledger, "ledger")):
        if target is not None:
            check_target(target, content)
    limits = given(P=p_threshold, S=s_threshold, detection=detection_threshold)
    picker = load(model, weights=weights, thresholds=limits, rate_as=rate_as, threads=threads, mode=mode)
    update, close = progress_bar(quiet)
    try:
        if sds is not None:
            if span[0] is None or span[1] is None or span[0] >= span[1]:
                raise ConfigError("--sds needs --start and a later --end")
            names = None if stations is None else stations_list(stations)
            run = pick_sds(sds, span[0], span[1], picker, names, update)
        else:
            run = pick_files(list(paths or []), picker, update)
    finally:
        close()
    if not (as_json and output == "-"):
        write_picks(run.picks, output)
    if detections is not None:
        write_detections(run.detections, detections)
    if ledger is not None:
        write_ledger(run.ledger, ledger)
    if as_json:
        typer.echo(json.dumps(summary(run, model, output), indent=1))
    elif not quiet:
        report(run, output)
    raise typer.Exit(1 if run.failures else 0)


def summary(run: PickRun, model: str, output: str) -> dict[str, Any]:
    """Return the run as plain JSON; picks only where no file holds them."""
    return {
        "model": model,
        "output": None if output == "-" else str(Path(output)),
        "pick_count": len(run.picks),
        "picks": run.picks.rows() if output == "-" else [],
        "detections": run.detections.rows(),
        "ledger": [row.row() for row in run.ledger],
        "failures": [{"where": p.where, "reason": p.reason} for p in run.failures],
        "notes": [{"where": p.where, "reason": p.reason} for p in run.problems if not p.fatal],
    }


def report(run: PickRun, output: str) -> None:
    """Say on standard error what was done, what failed, and why a station has no pick."""
    target = "" if output == "-" else f" -> {output}"
    p, s = int((run.picks.phase == "P").sum()), int((run.picks.phase == "S").sum())
    days = sum(1 for row in run.ledger if row.day)
    typer.echo(f"{p} P and {s} S picks from {days} station-day{'s' if days != 1 else ''}{target}", err=True)
    for problem in run.problems:
        typer.echo(f"{'failed' if problem.fatal else 'note'}: {problem.where}: {problem.reason}", err=True)
    silent = [row for row in run.ledger if row.day and not row.picks_p and not row.picks_s]
    for row in silent[:10]:
        typer.echo(f"no pick: {row.station_id} {row.day}: {row.why}", err=True)
    if len(silent) > 10:
        typer.echo(f"no pick: {len(silent) - 10} more station-days; see --ledger", err=True)
