"""The command ``onsets`` and its exit codes: 0 done, 1 something failed, 2 wrong usage."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from onsets.cli.associate import associate
from onsets.cli.benchmark import benchmark
from onsets.cli.catalogue import catalogue
from onsets.cli.data import data
from onsets.cli.demo import demo
from onsets.cli.evaluate import evaluate
from onsets.cli.export import export
from onsets.cli.locate import locate
from onsets.cli.magnitude import magnitude
from onsets.cli.models import models
from onsets.cli.pick import pick
from onsets.cli.plot import plot
from onsets.cli.relocate import relocate
from onsets.cli.run import run
from onsets.cli.synth import synth
from onsets.cli.train import train
from onsets.cli.verify import verify
from onsets.cli.weights import weights
from onsets.errors import ConfigError, MissingExtraError, OnsetsError, SpecError

__all__ = ["app", "main"]

app = typer.Typer(
    name="onsets",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
COMMANDS = (
    *(demo, pick, run, associate, locate, relocate, magnitude),
    *(models, plot, train, evaluate, benchmark, export, verify),
)
for command in COMMANDS:
    app.command()(command)
app.add_typer(weights, name="weights")
app.add_typer(data, name="data")
app.add_typer(synth, name="synth")
app.add_typer(catalogue, name="catalogue")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"onsets {version('onsets')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Light seismic phase picking: P and S onsets from continuous records, on small machines.

    Start with: onsets demo
    """


def main() -> None:
    """Run the command line; errors become one line on standard error and an exit code."""
    try:
        app()
    except (ConfigError, SpecError, MissingExtraError) as error:
        typer.echo(f"onsets: {error}", err=True)
        sys.exit(2)
    except OnsetsError as error:
        typer.echo(f"onsets: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("onsets: interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(141)
