"""``onsets train``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from onsets.cli.options import Quiet
from onsets.cli.progress import clock

if TYPE_CHECKING:
    from onsets.training import Report

__all__ = ["train"]


def train(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE.toml", help="What to train, on what, and how.")],
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the checkpoint in its output.")
    ] = False,
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Change a key, such as run.seed=1 or data.root=FOLDER."
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Train a network by a recipe.

    Under torchrun several processes share the work.

    Example: onsets train recipes/lppn-ncedc-nz.toml --set output=out/lppn
    """
    from onsets import config
    from onsets.training import Recipe
    from onsets.training import train as run

    made = config.load(Recipe, recipe, sets or [])
    done = run(made, resume=resume, report=None if quiet else printer())
    if quiet:
        return
    parts = ", ".join(f"{count} {part}" for part, count in done.records.items())
    typer.echo(f"records: {parts}; {len(done.problems)} could not be used", err=True)
    for problem in done.problems[:5]:
        typer.echo(f"left out: {problem.where}: {problem.reason}", err=True)
    typer.echo(f"weights of update {done.best_step} -> {done.weights}, {done.onnx.name}")


def printer(every_s: float = 5.0) -> Callable[[Report], None]:
    """Return what prints an epoch on a line, and between them how fast it goes and what is left."""
    import sys
    import time

    last, live = time.monotonic(), sys.stderr.isatty()

    def show(told: Report) -> None:
        nonlocal last
        if told.judged is None:
            now = time.monotonic()
            if now - last >= (every_s if live else 12 * every_s):
                last = now
                typer.echo(f"{progress(told)}{chr(13) if live else ''}", err=True, nl=not live)
            return
        scores = "  ".join(
            f"{part} {one.loss:.4g} P {one.f1_p:.2f} S {one.f1_s:.2f}" for part, one in told.judged.items()
        )
        typer.echo(
            f"epoch {told.epoch:4d}  loss {told.loss:.4g}  {scores}  {clock(told.left_s)} left", err=True
        )

    return show


def progress(told: Report) -> str:
    """Return updates, loss, speed and the time that is left, as one line."""
    return (
        f"{told.step}/{told.steps}  loss {told.loss:.4g}  rate {told.rate:.2g}  "
        f"{told.windows_s:.0f} windows/s  {clock(told.left_s)} left   "
    )
