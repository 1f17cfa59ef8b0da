"""``onsets data convert``, ``info`` and ``split``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onsets.cli.options import Quiet, notes_of
from onsets.errors import ConfigError, nearest

if TYPE_CHECKING:
    from onsets.datasets import Dataset
    from onsets.types import Problem

__all__ = ["data"]

SHOWN = 10
TARGETS = ("shards", "seisbench")

data = typer.Typer(
    help="Labelled records for training: convert, look into, split.\n\nExample: onsets data info DATASET",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
Kind = Annotated[str, typer.Option(help="What it is, where the files do not say: stead, seisbench ...")]


def report(problems: Sequence[Problem]) -> None:
    """Say on standard error what could not be used."""
    for problem in sorted(problems, key=lambda problem: not problem.fatal)[:SHOWN]:
        typer.echo(f"{'failed' if problem.fatal else 'note'}: {problem.where}: {problem.reason}", err=True)
    if len(problems) > SHOWN:
        typer.echo(f"{len(problems) - SHOWN} more of this kind; --json lists all", err=True)


def told(problems: Sequence[Problem]) -> dict[str, list[dict[str, Any]]]:
    """Return failures and notes as plain JSON."""
    return {
        "failures": notes_of(problem for problem in problems if problem.fatal),
        "notes": notes_of(problem for problem in problems if not problem.fatal),
    }


def show(said: dict[str, Any]) -> None:
    """Print one line for each thing that is known."""
    for key, value in said.items():
        if isinstance(value, dict):
            value = ", ".join(f"{name} {count:,}" for name, count in value.items())
        elif isinstance(value, list):
            value = " .. ".join(str(each) for each in value)
        typer.echo(f"{key:12} {'unknown' if value is None else value}")


def opened(kind: str, source: Path, picks: Path | None) -> Dataset:
    """Open what is to be converted."""
    from onsets.datasets import open_catalogue, open_dataset

    if picks is None:
        return open_dataset(source, kind)
    if kind != "mseed-catalogue":
        raise ConfigError(f"--picks belongs to mseed-catalogue, not to {kind}")
    return open_catalogue(source, picks)


@data.command()
def convert(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="stead, seisbench, diting, mseed-catalogue, shards or auto.")
    ],
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="Folder or file.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to make.")],
    to: Annotated[
        str, typer.Option(help="Layout to write: shards (fast to train from) or seisbench.")
    ] = "shards",
    picks: Annotated[
        Path | None, typer.Option(help="mseed-catalogue: pick list; SOURCE/picks.csv if not given.")
    ] = None,
    keep: Annotated[
        str | None, typer.Option("--filter", help="Keep only what this keeps: manual, msnet, lppn-region.")
    ] = None,
    rate: Annotated[float | None, typer.Option(help="Resample all records to this rate, Hz.")] = None,
    rate_as: Annotated[
        float | None, typer.Option(min=1e-6, help="Take all records to have this rate (played slowly), Hz.")
    ] = None,
    values: Annotated[str, typer.Option(help="shards: float32, float16 or int16.")] = "float32",
    chunk: Annotated[int | None, typer.Option(min=1, help="seisbench: records a chunk.")] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Convert a dataset.

    The same command goes on where it was interrupted.

    Example: onsets data convert stead STEAD -o stead-shards
    """
    from onsets.cli.progress import progress_bar
    from onsets.datasets import chosen, open_dataset, write_seisbench, write_shards

    if to not in TARGETS:
        raise ConfigError(f"unknown layout {to!r}; {nearest(to, TARGETS)}")
    if (chunk is not None and to != "seisbench") or (values != "float32" and to != "shards"):
        raise ConfigError("--chunk belongs to --to seisbench, --values to --to shards")
    records = opened(kind, source, picks)
    if keep is not None:
        records = chosen(records, keep)
    if rate_as is not None:
        records = records.assign(rate_hz=[rate_as] * len(records))
    update, close = progress_bar(quiet, "records")
    try:
        if to == "shards":
            made = write_shards(
                records,
                output,
                values=values,
                rate_hz=rate,
                progress=lambda done, total: update(done, total, "converting"),
            )
            problems = list(made.problems)
        else:
            faults = write_seisbench(
                records,
                output,
                rate_hz=rate,
                chunk_records=chunk,
                progress=lambda done, total: update(done, total, "converting"),
            )
            made, problems = open_dataset(output, "seisbench"), [*records.problems, *faults]
    finally:
        close()
    finish(made, problems, as_json, quiet, output)


def finish(made: Dataset, problems: list[Problem], as_json: bool, quiet: bool, output: Path) -> None:
    """Say what was made; exit code 1 when records were left out."""
    from onsets.datasets import summary

    if as_json:
        typer.echo(json.dumps({"output": str(output), **summary(made), **told(problems)}, indent=1))
    elif not quiet:
        typer.echo(f"{len(made):,} records -> {output}")
        report(problems)
    raise typer.Exit(1 if any(problem.fatal for problem in problems) else 0)


@data.command()
def info(
    path: Annotated[Path, typer.Argument(metavar="DATASET", help="Dataset of any kind.")],
    kind: Kind = "auto",
    verify: Annotated[bool, typer.Option("--verify", help="Compare shards with their checksums.")] = False,
    as_json: Json = False,
) -> None:
    """Count a dataset's records, labels, stations, events, parts.

    Example: onsets data info stead-shards
    """
    from onsets.datasets import kind_of, open_dataset, summary, verify_shards

    kind = kind_of(path) if kind == "auto" else kind
    if verify and kind != "shards":
        raise ConfigError(f"{path} is {kind}; only shards have checksums")
    broken = verify_shards(path) if verify else []
    records = None if broken else open_dataset(path, kind)
    problems = [*broken, *(records.problems if records is not None else ())]
    said = {"path": str(path), "kind": kind, **({} if records is None else summary(records))}
    if as_json:
        typer.echo(json.dumps({**said, **told(problems)}, indent=1))
    else:
        show(said)
        report(problems)
    raise typer.Exit(1 if broken else 0)


@data.command()
def split(
    path: Annotated[Path, typer.Argument(metavar="DATASET", help="Dataset of any kind.")],
    shares: Annotated[str, typer.Option(help="Percent of train/dev/test: 85/5/10, 80/10/10 ...")] = "85/5/10",
    by: Annotated[str, typer.Option(help="event (at random) or time (one after another).")] = "event",
    seed: Annotated[int, typer.Option(help="Of the drawing of events.")] = 0,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="CSV of the parts, for evaluate --parts; shards keep the split themselves."
        ),
    ] = None,
    kind: Kind = "auto",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Divide a dataset into train, dev and test, event by event.

    No event stands in two parts, which is checked.

    Example: onsets data split stead-shards --shares 80/10/10
    """
    from onsets.datasets import (
        kind_of,
        open_dataset,
        shares_of,
        split_dataset,
        summary,
        write_parts,
        write_split,
    )

    kind = kind_of(path) if kind == "auto" else kind
    if kind != "shards" and output is None:
        raise ConfigError(f"{path} is {kind}, which is not written into; name a CSV file with -o")
    records = split_dataset(open_dataset(path, kind), shares_of(shares), by, seed)
    target = write_parts(records, output) if output is not None else write_split(path, records)
    parts = summary(records)["parts"]
    if as_json:
        typer.echo(json.dumps({"output": str(target), "by": by, "seed": seed, "parts": parts}, indent=1))
    elif not quiet:
        show({"parts": parts, "written": str(target)})
