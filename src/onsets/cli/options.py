"""What commands that begin from a dataclass of options share."""

from __future__ import annotations

import json
from typing import Annotated, Any, TypeVar

import typer

__all__ = ["Config", "Json", "Quiet", "Sets", "options_of", "say"]

T = TypeVar("T")
Config = Annotated[
    str | None, typer.Argument(metavar="CONFIG.toml", help="What is wanted; defaults if not given.")
]
Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key, such as seed=1.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")]


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
    return config.make(type(default), values)


def say(said: dict[str, Any], words: str, as_json: bool, quiet: bool) -> None:
    """Print a summary."""
    if as_json:
        typer.echo(json.dumps(said))
    elif not quiet:
        typer.echo(words.format(**said))
