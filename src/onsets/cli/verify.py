"""``onsets verify``."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onsets.cli.export import Json, source_network
from onsets.errors import ExportError

if TYPE_CHECKING:
    from onsets.evaluation import Agreement
    from onsets.spec import Spec
    from onsets.types import Sample

__all__ = ["verify"]

WINDOWS = 64
"""Real windows that are compared."""


def verify(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="An exported file with its card beside it.")],
    source: Annotated[
        str | None, typer.Option(help="The network it was made of, where the card's name does not find it.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Labelled dataset, not used for calibrating: picks and F1.")
    ] = None,
    part: Annotated[str, typer.Option(help="Part of its split.")] = "",
    records: Annotated[int, typer.Option(min=1, help="Records at most.")] = 400,
    as_json: Json = False,
) -> None:
    """Check an exported file against its card and its network.

    Hashes, parity, size, memory and speed; with --data also the picks and their F1.

    Example: onsets verify default-fp16.onnx
    """
    from onsets.deploy import check_card, spec_of, write_card
    from onsets.networks import sha256

    card = check_card(target)
    spec = spec_of(card)
    network, own, path = source_network(source or card["source"]["model"], None)
    if sha256(path) != card["source"]["sha256"]:
        raise ExportError(
            f"{path} has sha256 {sha256(path)[:16]}..., the card of {target} names "
            f"{card['source']['sha256'][:16]}...; give the right network by --source"
        )
    from onsets.deploy import calibration_windows, failures, measured, runner_of, strip_auxiliary
    from onsets.evaluation import agreement_of, record_of
    from onsets.runtime import TorchRunner

    exact = TorchRunner(strip_auxiliary(network, own)[0])
    said: dict[str, Any] = {"hashes": "as in the card"}
    with tempfile.TemporaryDirectory() as folder:
        runner = runner_of(target, card["format"], spec, folder)
        samples = [] if data is None else _samples(data, part, records, spec)
        windows = calibration_windows(map(record_of, samples), spec, WINDOWS) if samples else None
        said |= measured(target, card, (exact, runner), spec, windows)
        if samples:
            said |= _rows(agreement_of(spec, exact, runner, samples))
    failed = failures(said, card)
    said["passed"] = not failed
    files = [target.with_name(name) for name in card.pop("files")]
    card = write_card(target, files, {**card, "verification": said})
    if as_json:
        typer.echo(json.dumps(card, indent=1, sort_keys=True))
    else:
        for key, value in said.items():
            text = f"{value:.4g}" if isinstance(value, float) else str(value)
            typer.echo(f"{key.replace('_', ' '):36} {text}")
    for why in failed:
        typer.echo(f"failed: {why}", err=True)
    raise typer.Exit(1 if failed else 0)


def _samples(data: Path, part: str, most: int, spec: Spec) -> list[Sample]:
    from onsets.datasets import open_dataset

    dataset = open_dataset(data)
    dataset = dataset.part(part) if part else dataset
    return dataset.read(range(min(most, len(dataset))), rate_hz=spec.rate_hz)


def _rows(found: Agreement) -> dict[str, Any]:
    """Return what labelled records showed, as the card has it."""
    said: dict[str, Any] = {
        "records": found.records,
        "picks": found.picks,
        "picks_equal_share": found.equal_share,
    }
    for label, (network, export) in found.f1.items():
        loss, low, high = found.loss[label]
        said |= {f"{label}_f1_network": network, f"{label}_f1": export, f"{label}_f1_loss": loss}
        said[f"{label}_f1_loss_interval"] = f"{low:.4f} to {high:.4f}"
    return said
