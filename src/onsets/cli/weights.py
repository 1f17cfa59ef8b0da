"""``onsets weights import`` and ``onsets weights info``."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["weights"]

weights = typer.Typer(
    help="Make published weights ours, and say what a weights file holds.\n\n"
    "Example: onsets weights info lppn-8-16.safetensors",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@weights.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Weights as published.")],
    source: Annotated[
        str, typer.Option("--from", help="Who wrote it: lppn, phasenet-tf, keras or seisbench.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write, .safetensors.")],
    stride: Annotated[
        int | None, typer.Option(help="LPPN: stride, where the file name does not say.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="SeisBench: the .json, where it does not lie beside the .pt.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Write published weights, checked, with their Spec.

    Example: onsets weights import 8-16.wave --from lppn -o lppn-8-16.safetensors
    """
    from onsets.networks.importers import import_file

    given = {"stride": stride, "path_json": config}
    options = {key: value for key, value in given.items() if value is not None}
    said = import_file(file, source, output, **options)
    if as_json:
        typer.echo(json.dumps(said, indent=1))
        return
    for key, value in said.items():
        typer.echo(f"{key:15} {value}")
    typer.echo(f"pick with: onsets pick FILE -m {output}")


@weights.command()
def info(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .safetensors file of ours.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Check a weights file, and show its sha256 and Spec.

    Example: onsets weights info lppn-8-16.safetensors
    """
    from onsets.networks import load, parameters, sha256

    network, spec = load(file)
    said = {"file": str(file), "sha256": sha256(file), "parameters": parameters(network)}
    if as_json:
        typer.echo(json.dumps({**said, "spec": dataclasses.asdict(spec)}, indent=1))
        return
    for key, value in {**said, **dataclasses.asdict(spec)}.items():
        typer.echo(f"{key:17} {value}")
