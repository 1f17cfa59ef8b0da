"""``onsets models``."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from onsets.errors import ConfigError, nearest

__all__ = ["models"]


def rows() -> list[dict[str, Any]]:
    """Return bundled models and all networks, each with what it costs."""
    from onsets.networks import figures
    from onsets.picking import bundled

    own = [{**entry["figures"], "bundled": True, "sha256": entry["sha256"]} for entry in bundled().values()]
    return [*own, *({**row, "bundled": False} for row in figures())]


def models(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Show everything about one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """List bundled models and networks with their cost.

    Example: onsets models default
    """
    from onsets.classical import CLASSICAL

    known = rows()
    if name in CLASSICAL:
        typer.echo(f"{name} is a classical picker: no weights, no parameters; onsets pick -m {name} FILE")
        return
    if name is not None:
        known = [row for row in known if row["name"] == name]
        if not known:
            raise ConfigError(f"unknown model {name!r}; {nearest(name, [row['name'] for row in rows()])}")
    if as_json:
        typer.echo(json.dumps(known, indent=1))
    elif name is not None:
        show(known[0])
    else:
        table(known)
        typer.echo(f"\nclassical pickers: {', '.join(CLASSICAL)}")
        typer.echo("* comes with its weights; the others are picked with --weights FILE.safetensors")


def table(known: list[dict[str, Any]]) -> None:
    """Print one line a model."""
    head = f"{'model':29}{'parameters':>11}{'MMAC/window':>13}{'GMAC/day':>10}{'kB fp32':>9}{'kB fp16':>9}"
    typer.echo(f"{head}{'field':>8}{'Hz':>6}{'window':>8}  outputs   paper")
    for row in known:
        star = "*" if row["bundled"] else " "
        typer.echo(
            f"{row['name'] + star:29}{row['parameters']:>11,}{row['macs_window'] / 1e6:>13.1f}"
            f"{row['macs_day'] / 1e9:>10.1f}{row['bytes_fp32'] / 1e3:>9.0f}{row['bytes_fp16'] / 1e3:>9.0f}"
            f"{row['receptive_field_samples']:>8}{row['rate_hz']:>6g}{row['window_samples']:>8}"
            f"  {' '.join('det' if o == 'detection' else o for o in row['outputs']):<10}{row['paper']}"
        )


def show(row: dict[str, Any]) -> None:
    """Print everything about one model, its card included."""
    from importlib import resources

    from onsets.picking import bundled

    for key, value in row.items():
        if key != "spec":
            typer.echo(f"{key:28} {value}")
    for key, value in row.get("spec", {}).items():
        typer.echo(f"spec.{key:23} {value}")
    if row["bundled"]:
        card = resources.files("onsets").joinpath("bundled", bundled()[row["name"]]["card"])
        typer.echo("\n" + card.read_text(encoding="utf-8"))
