"""``onsets run``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from onsets.cli.options import Quiet, notes_of, say_notes
from onsets.cli.progress import progress_bar

__all__ = ["run"]


def run(
    config: Annotated[str, typer.Argument(metavar="CONFIG.toml", help="Archive, picker, network, output.")],
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where a run that was stopped left off.")
    ] = False,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a key, such as pick.workers=4."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print steps, ledger and failures as JSON.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Take an archive to picks, a catalogue and a page, step by step.

    Each step is done once, and what was stopped can go on. [archive] and [output] give picks; [network] with
    stations and velocity adds events, hypocentres, relative places, magnitudes, a catalogue and report.html.

    Example: onsets run run.toml --resume
    """
    from onsets.cli.pick import problem_lines
    from onsets.config import load
    from onsets.pipeline import RunConfig
    from onsets.pipeline import run as work

    settings = load(RunConfig, config, sets or [])
    update, close = progress_bar(quiet)
    try:
        done = work(settings, resume=resume, progress=update)
    finally:
        close()
    picked = done.picked
    if as_json:
        told = {
            "folder": settings.output.folder,
            "steps": done.steps,
            "skipped": list(done.skipped),
            "notes": notes_of(done.notes),
            "ledger": [row.row() for row in picked.ledger],
            "failures": notes_of(picked.failures),
        }
        typer.echo(json.dumps(told, indent=1))
    elif not quiet:
        for name, facts in done.steps.items():
            again = " (done before)" if name in done.skipped else ""
            numbers = ", ".join(f"{value} {key}" for key, value in facts.items() if isinstance(value, int))
            files = ", ".join(facts.get("files", []))
            said = f"{name}{again}: {numbers}".removesuffix(": ").replace("_", "-")
            typer.echo(f"{said} -> {settings.output.folder}: {files}", err=True)
        say_notes(done.notes)
        problem_lines(picked)
    raise typer.Exit(1 if picked.failures else 0)
