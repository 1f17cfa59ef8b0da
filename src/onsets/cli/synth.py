"""``onsets synth``: records whose truth is known."""

from __future__ import annotations

import typer

from onsets.cli.synth_truth import catalogue, day

__all__ = ["synth"]

synth = typer.Typer(help="Make synthetic records whose truth is known.", no_args_is_help=True)
synth.command()(day)
synth.command()(catalogue)
