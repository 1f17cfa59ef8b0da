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
    from onsets.runtime import Runner
    from onsets.spec import Spec
    from onsets.types import Sample

__all__ = ["verify"]

WITHIN_S = 0.1
TOLERANCE_S = 0.5


def verify(
    target: Annotated[Path, typer.Argument(help="An exported file with its card beside it.")],
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
    """Check an exported file: hashes, parity with its network, picks, size, memory, speed.

    Example: onsets verify default-fp16.onnx
    """
    import numpy as np

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
    from onsets.deploy import (
        LIMITS,
        flash_bytes,
        parity,
        peak_bytes,
        runner_of,
        seconds_a_window,
        strip_auxiliary,
    )
    from onsets.runtime import TorchRunner

    exact = TorchRunner(strip_auxiliary(network, own)[0])
    form, integers = card["format"], bool(card.get("integers"))
    said: dict[str, Any] = {"hashes": "as in the card"}
    with tempfile.TemporaryDirectory() as folder:
        runner = runner_of(target, form, spec, folder)
        noise = np.random.default_rng(0).standard_normal((8, len(spec.components), spec.samples))
        said |= _named(parity(exact, runner, noise.astype(np.float32), spec), "random windows")
        if data is not None:
            said |= _on_records(exact, runner, spec, _samples(data, part, records, spec))
        said["bytes"] = sum(target.with_name(name).stat().st_size for name in card["files"])
        if form == "c":
            said["code_and_weights_bytes"] = flash_bytes(target, folder)
        said["peak_memory_bytes"] = peak_bytes(target, form, runner, spec)
        pace = seconds_a_window(runner, noise.astype(np.float32))
        said["ms_a_window"] = 1e3 * pace
        said["real_time_factor"] = spec.hop_samples / spec.rate_hz / pace
    limit = LIMITS["onnx-int8" if integers else form]
    failed = _failures(said, limit, form, integers)
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


def _named(said: dict[str, float], where: str) -> dict[str, float]:
    return {f"{key} {where}": value for key, value in said.items()}


def _samples(data: Path, part: str, most: int, spec: Spec) -> list[Sample]:
    from onsets.datasets import open_dataset

    dataset = open_dataset(data)
    dataset = dataset.part(part) if part else dataset
    return dataset.read(range(min(most, len(dataset))), rate_hz=spec.rate_hz)


def _on_records(exact: Runner, runner: Runner, spec: Spec, samples: list[Sample]) -> dict[str, Any]:
    """Return parity on real windows, how many picks agree, and what is lost against the labels."""
    from onsets.deploy import calibration_windows, parity
    from onsets.evaluation import judge_samples, match, record_of, score
    from onsets.picking import NetworkPicker

    windows = calibration_windows([record_of(sample) for sample in samples], spec, 64)
    said: dict[str, Any] = {**_named(parity(exact, runner, windows, spec), "real windows")}
    limits = {label: spec.thresholds[label] for label in ("P", "S") if label in spec.thresholds}
    grid = {label: (limit,) for label, limit in limits.items()}
    cases = [judge_samples(samples, NetworkPicker(spec, each, limits), grid) for each in (exact, runner)]
    same = every = 0
    for label, limit in limits.items():
        for one, other in zip(*cases, strict=True):
            picks = [case.picks[label][limit].seconds for case in (one, other)]
            same += 2 * len(match(picks[0], picks[1], WITHIN_S))
            every += len(picks[0]) + len(picks[1])
        rows = [[case.row(label, limit) for case in each if case.counts(label)] for each in cases]
        f1 = [score(row, TOLERANCE_S).f1 for row in rows]
        said |= {f"{label}_f1_network": f1[0], f"{label}_f1": f1[1], f"{label}_f1_loss": f1[0] - f1[1]}
    return {**said, "records": len(samples), "picks": every // 2, "picks_equal_share": same / max(1, every)}


def _failures(said: dict[str, Any], limit: float, form: str, integers: bool) -> list[str]:
    """Return what is not good enough: each number against its limit."""
    checks = [(key, said[key], limit) for key in said if key.startswith("max_dp")]
    wrong = [f"{key} is {value:.2g}, at most {most:g}" for key, value, most in checks if value > most]
    if "picks_equal_share" not in said:
        return wrong
    share = said["picks_equal_share"]
    if not integers and share < 0.995:
        wrong.append(f"{share:.2%} of the picks are equal, at least 99.5 % for {form}")
    losses = {key: said[key] for key in said if key.endswith("_f1_loss")}
    if integers:
        wrong += [f"{key} is {value:.3f}, at most .010" for key, value in losses.items() if value > 0.01]
    return wrong
