"""``onsets export``."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onsets.errors import ConfigError, MissingExtraError

if TYPE_CHECKING:
    from onsets.spec import Spec
    from onsets.types import Record

__all__ = ["export", "read_records", "source_network"]

Json = Annotated[bool, typer.Option("--json", help="Print the card as JSON.")]


def export(
    model: Annotated[
        str,
        typer.Argument(metavar="MODEL", help="Bundled name, .safetensors file, or network of the registry."),
    ],
    form: Annotated[
        str, typer.Option("--format", help="onnx, onnx-fp16, onnx-int8, torchscript or c.")
    ] = "onnx",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File: .onnx, .pt or .c; a card goes beside it.")
    ] = None,
    weights: Annotated[Path | None, typer.Option(help="For a network of the registry.")] = None,
    data: Annotated[
        Path | None, typer.Option(help="Records to calibrate integers with: a dataset or waveforms.")
    ] = None,
    part: Annotated[
        str, typer.Option(help="Part of the dataset's split; take what the network was trained with.")
    ] = "",
    windows: Annotated[int, typer.Option(min=1, help="Windows to calibrate with.")] = 300,
    tune: Annotated[
        int, typer.Option(min=0, help="Updates of fine-tuning for integers first; needs no labels.")
    ] = 0,
    integers: Annotated[bool, typer.Option("--int8", help="C in integers; needs --data.")] = False,
    as_json: Json = False,
) -> None:
    """Write a network as ONNX, TorchScript or C, with a card.

    The card says what the file is, what it was made of, and what was checked.

    Example: onsets export default --format onnx-fp16 -o default-fp16.onnx
    """
    from onsets.deploy import FORMATS, calibration_windows, export_network, write_card
    from onsets.networks import sha256

    target = output if output is not None else Path(f"{Path(model).stem}{FORMATS.get(form, '.onnx')}")
    if integers and form != "c":
        raise ConfigError("--int8 is for --format c; the ONNX form in integers is --format onnx-int8")
    wanted = integers or form == "onnx-int8"
    if wanted and data is None:
        raise ConfigError("integers need records to calibrate with: add --data DATASET (and --part train)")
    if tune and not wanted:
        raise ConfigError("--tune is for integers: --format onnx-int8, or --format c --int8")
    network, spec, source = source_network(model, weights)
    some = None
    if wanted and data is not None:
        some = calibration_windows(read_records(data, part, spec), spec, windows)
    done = export_network(network, spec, target, form, some, tune=tune)
    facts: dict[str, Any] = {
        "model": spec.name,
        "format": form,
        "integers": wanted,
        "spec": dataclasses.asdict(done.spec),
        "source": {"model": model, "file": source.name, "sha256": sha256(source)},
        **done.facts,
    }
    if some is not None:
        facts["calibration"] = {"data": data.name if data else "", "part": part, **facts["calibration"]}
    card = write_card(target, done.files, facts)
    if as_json:
        typer.echo(json.dumps(card, indent=1, sort_keys=True))
        return
    for name, each in card["files"].items():
        typer.echo(f"{name:32} {each['bytes']:>10,} bytes  sha256 {each['sha256'][:16]}...")
    for key, value in card.get("memory", {}).items():
        typer.echo(f"{key:32} {value:>10,} bytes")
    for key, value in card.get("calibration", {}).items():
        typer.echo(f"{key.replace('_', ' '):32} {value}")
    typer.echo(f"card: {target}.card.md; check it with: onsets verify {target}")


def source_network(model: str, weights: Path | None) -> tuple[Any, Spec, Path]:
    """Return a network, its Spec and its weights file."""
    from importlib import resources

    from onsets import networks
    from onsets.errors import nearest
    from onsets.picking import bundled

    if model in bundled():
        entry = bundled()[model]
        path = Path(str(resources.files("onsets").joinpath("bundled", entry["safetensors"])))
        network, spec = networks.load(path, expected_sha256=entry["sha256"]["safetensors"])
        return network, dataclasses.replace(spec, name=model), path
    path = Path(model) if weights is None else weights
    if weights is None and (model in networks.names() or path.suffix != ".safetensors"):
        if model in networks.names():
            raise ConfigError(f"network {model!r} needs its weights: add --weights FILE.safetensors")
        known = [*bundled(), *networks.names()]
        raise ConfigError(f"unknown model {model!r}, or no .safetensors file; {nearest(model, known)}")
    try:
        network, spec = networks.load(path)
    except ImportError as error:
        raise MissingExtraError("torch", "train", "exporting") from error
    if weights is not None and spec.network != model:
        raise ConfigError(f"{weights} holds weights of {spec.network!r}, not of {model!r}")
    return network, spec, path


def read_records(path: Path, part: str, spec: Spec, most: int = 400) -> list[Record]:
    """Return records of a dataset or of waveform files at the rate of a Spec."""
    from onsets.datasets import open_dataset
    from onsets.evaluation import record_of
    from onsets.waveforms import gather, read_traces, resample

    if not path.exists():
        raise ConfigError(f"--data {path} is not there; expected a dataset or waveforms")
    holds = (path.is_dir() and any(path.glob("*metadata*"))) or (path.is_dir() and any(path.glob("*.json")))
    if not holds and path.suffix not in (".csv", ".json", ".hdf5", ".h5"):
        records, _ = gather(read_traces([str(path)])[0])
        return [resample(record, spec.rate_hz) for record in records[:most]]
    dataset = open_dataset(path)
    dataset = dataset.part(part) if part else dataset
    count = min(most, len(dataset))
    return [record_of(sample) for sample in dataset.read(range(count), rate_hz=spec.rate_hz)]
