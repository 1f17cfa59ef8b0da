"""``onsets evaluate``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onsets.cli.options import Quiet
from onsets.cli.pick import MODEL_HELP, given
from onsets.errors import ConfigError

if TYPE_CHECKING:
    from onsets.evaluation import Plan
    from onsets.tables import Picks
    from onsets.types import Problem

    Rows = list[dict[str, Any]]
    Hours = Callable[[], tuple[Rows, list[Problem]]]

__all__ = ["evaluate"]

Data = Annotated[
    list[Path], typer.Option("--data", metavar="DATASET", help="Dataset; give it again for more.")
]
Part = Annotated[str, typer.Option(help="Part of the split that is tested; all records if not given.")]
Parts = Annotated[
    Path | None, typer.Option(help="Table of the parts, such as parts.csv of a training; with --part.")
]
Development = Annotated[
    str, typer.Option(help="Choose thresholds here: a dataset, or another part of the split.")
]
Tolerance = Annotated[
    list[str] | None,
    typer.Option(
        metavar="SECONDS", help="Largest residual of a true pick, s; several: 0.1,0.5 or the option again."
    ),
]
Robust = Annotated[bool, typer.Option("--robustness/--no-robustness", help="Also make the records worse.")]
Most = Annotated[
    int, typer.Option("--records", min=0, help="At most so many records, drawn by seed; 0: all.")
]
Seed = Annotated[int, typer.Option(min=0, help="Of noise, bootstrap and drawing.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes; all cores if not given.")]
Continuous = Annotated[
    list[str] | None,
    typer.Option(metavar="PATH", help="Waveforms without labels: picks per hour; again for more."),
]
Assigned = Annotated[
    Path | None,
    typer.Option(help="Picks of --continuous that association kept (onsets associate): their share."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the rows of metrics.json.")]


def evaluate(
    data: Data,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the card.")],
    model: Annotated[str, typer.Option("--model", "-m", help=MODEL_HELP)] = "default",
    tolerance: Tolerance = None,
    part: Part = "",
    parts: Parts = None,
    development: Development = "",
    p_threshold: Annotated[float | None, typer.Option(help="Lowest probability (or ratio) of a P.")] = None,
    s_threshold: Annotated[float | None, typer.Option(help="Lowest probability (or ratio) of an S.")] = None,
    robustness: Robust = False,
    records: Most = 0,
    continuous: Continuous = None,
    assigned: Assigned = None,
    seed: Seed = 0,
    workers: Workers = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say how good a model is on labelled records.

    The card holds scores with intervals, residuals, curves and pictures.

    Example: onsets evaluate -m default --data DATASET --tolerance 0.1,0.5 -o card
    """
    from onsets.evaluation import PERTURBATIONS, Plan

    plan = Plan(
        models=(model,),
        data=tuple(map(str, data)),
        part=part,
        parts=str(parts or ""),
        development=development,
        tolerances_s=seconds(tolerance),
        perturbations=tuple(PERTURBATIONS) if robustness else (),
        thresholds=given(P=p_threshold, S=s_threshold),
        seed=seed,
        workers=workers or cores(),
        most=records,
    )
    rates = pick_hours(plan, continuous or [], assigned)
    finish(plan, output, f"Evaluation of {Path(model).name}", rates, as_json, quiet)


def finish(plan: Plan, output: Path, title: str, hours: Hours, as_json: bool, quiet: bool) -> None:
    """Run a plan, write the card, say what came out, and leave."""
    from onsets.evaluation import compare, write_report

    if output.exists() and not output.is_dir():
        raise ConfigError(f"{output} is a file; -o names a folder")
    results = compare(plan, telling(quiet))
    rates, problems = hours()
    rows = write_report(results, plan, output, title=title, continuous=rates)
    if as_json:
        typer.echo((output / "metrics.json").read_text(encoding="utf-8"), nl=False)
    elif not quiet:
        table(rows, plan.main_s)
        typer.echo(f"thresholds: {'; '.join(dict.fromkeys(result.source for result in results))}", err=True)
        typer.echo(f"card: {output / 'card.html'}", err=True)
    lost = {result.dataset: result.problems for result in results}
    problems += [problem for some in lost.values() for problem in some]
    for problem in problems:
        typer.echo(f"{'failed' if problem.fatal else 'note'}: {problem.where}: {problem.reason}", err=True)
    raise typer.Exit(1 if any(problem.fatal for problem in problems) else 0)


def seconds(texts: list[str] | None) -> tuple[float, ...]:
    """Return the tolerances that texts such as ``0.1,0.5`` name, increasing."""
    words = [word for text in texts or ["0.1,0.5"] for word in text.replace(",", " ").split()]
    try:
        return tuple(sorted({float(word) for word in words}))
    except ValueError as error:
        raise ConfigError(f"--tolerance {' '.join(words)}: expected seconds such as 0.1,0.5") from error


def cores() -> int:
    """Return how many processes may be used."""
    from onsets.runtime.runner import cores as usable

    return usable()


def telling(quiet: bool) -> Callable[[str, int, int], None] | None:
    """Return a function that writes one line of progress over itself, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        return None

    def say(what: str, done: int, total: int) -> None:
        end = "\n" if done == total else ""
        sys.stderr.write(f"\r\x1b[K{what}: {done}/{total} records{end}")
        sys.stderr.flush()

    return say


def pick_hours(plan: Plan, paths: list[str], assigned: Path | None = None) -> Hours:
    """Return what picks continuous waveforms with every model and gives picks per hour and what failed."""
    if assigned is not None and not paths:
        raise ConfigError("--assigned is about the picks of --continuous; name its waveforms")
    from onsets.store import read_picks

    kept = read_picks(assigned) if assigned is not None else None
    return lambda: _pick_hours(plan, paths, kept)


def _pick_hours(plan: Plan, paths: list[str], kept: Picks | None) -> tuple[Rows, list[Problem]]:
    if not paths:
        return [], []
    from onsets.evaluation import names_of, pick_rates
    from onsets.picking import load
    from onsets.waveforms import gather, read_traces

    traces, problems = read_traces(paths)
    records, faults = gather(traces)
    rows = []
    for model, name in names_of(plan.models).items():
        found = pick_rates(records, load(model, thresholds=plan.thresholds or None), kept)
        rows += [{**row, "model": name} for row in found]  # as in the other tables
    return rows, [*problems, *faults]


def table(rows: list[dict[str, Any]], tolerance_s: float) -> None:
    """Print one line a model, dataset and phase."""
    typer.echo(f"{'model':24} {'dataset':28} {'':2} {'precision':>9} {'recall':>7} {'F1':>6}   95 %")
    for row in rows:
        if row["tolerance_s"] == tolerance_s:
            figures = f"{row['precision']:9.3f} {row['recall']:7.3f} {row['f1']:6.3f}"
            ends = f"{row['f1_low']:.3f} to {row['f1_high']:.3f}"
            typer.echo(f"{row['model'][:24]:24} {row['dataset'][:28]:28} {row['phase']:2} {figures}   {ends}")
