"""What several commands share: options, how they become a dataclass, and what is said at the end."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from onsets.errors import ConfigError

if TYPE_CHECKING:
    from onsets.types import Problem

__all__ = [
    "STATIONS",
    "VELOCITY",
    "Config",
    "Json",
    "NoSummary",
    "OfEvents",
    "Quiet",
    "Sds",
    "Sets",
    "Stations",
    "Velocity",
    "Waveforms",
    "corrections_of",
    "notes_of",
    "options_of",
    "say",
    "say_notes",
]

T = TypeVar("T")
Config = Annotated[
    str | None, typer.Argument(metavar="CONFIG.toml", help="What is wanted; defaults if not given.")
]
Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key, such as seed=1.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")]
NoSummary = Annotated[bool, typer.Option("--quiet", "-q", help="No summary.")]
OfEvents = Annotated[
    str | None,
    typer.Option(
        "--assignments", "-a", metavar="FILE", help="Picks of the events; not needed with .xml, .sqlite."
    ),
]
STATIONS = typer.Option(
    "--stations", "-s", metavar="FILE", help="Stations: CSV, StationXML, REAL, HypoDD, NonLinLoc."
)
VELOCITY = typer.Option(
    "--velocity", "-v", metavar="FILE", help="Layered model: table, .nd, HypoDD, NonLinLoc, VELEST."
)
Stations = Annotated[str | None, STATIONS]
Velocity = Annotated[str | None, VELOCITY]
Sds = Annotated[str | None, typer.Option(metavar="ROOT", help="SDS archive of the waveforms.")]
Waveforms = Annotated[
    list[str] | None,
    typer.Option("--waveforms", metavar="PATH", help="Files, folders or patterns instead of --sds."),
]

MOST_NOTES = 20


def options_of(default: T, path: str | None, sets: list[str] | None) -> T:
    """Return options of a file, or the defaults, with some keys set.

    A file begins from the defaults of each table, whatever the command's own are.
    """
    from onsets import config

    if path is not None:
        return config.load(type(default), path, sets or ())
    values: dict[str, Any] = config.plain(default)
    for text in sets or ():
        values = config.override(values, text)
    return config.make(type(default), values, "--set")


def corrections_of(path: str, *columns: str) -> tuple[tuple[Any, ...], ...]:
    """Return the rows of a table of station corrections; the last column is a number.

    Raises
    ------
    ConfigError
        If it cannot be read or lacks a column.
    """
    import csv

    try:
        with open(path, encoding="utf-8-sig", newline="") as handle:
            rows = list(csv.DictReader(handle))
        return tuple((*(row[name] for name in columns[:-1]), float(row[columns[-1]])) for row in rows)
    except OSError as error:
        raise ConfigError(f"station corrections {path} cannot be read: {error.strerror or error}") from error
    except (KeyError, ValueError, TypeError) as error:
        raise ConfigError(
            f"station corrections {path}: {error}; expected columns {','.join(columns)}"
        ) from error


def say(said: dict[str, Any], words: str, as_json: bool, quiet: bool) -> None:
    """Print a summary."""
    if as_json:
        typer.echo(json.dumps(said))
    elif not quiet:
        typer.echo(words.format(**said))


def notes_of(problems: Iterable[Problem]) -> list[dict[str, str]]:
    """Return what was not used as JSON has it."""
    return [{"where": problem.where, "reason": problem.reason} for problem in problems]


def say_notes(problems: Sequence[Problem], all_in: str = "; see --json") -> None:
    """Say on standard error what was not used; the first of many, and where to find the others."""
    for problem in problems[:MOST_NOTES]:
        typer.echo(f"note: {problem.where}: {problem.reason}", err=True)
    if len(problems) > MOST_NOTES:
        typer.echo(f"note: {len(problems) - MOST_NOTES} more{all_in}", err=True)
