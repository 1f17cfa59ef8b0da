"""One network, one format, one file: what ``onsets export`` does."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onsets.deploy.c.build import compile_files, write_source
from onsets.deploy.c.emit import write_c
from onsets.deploy.c.golden import write_golden
from onsets.deploy.distilling import Distilling
from onsets.deploy.fold import fold_batch_norm, strip_auxiliary
from onsets.deploy.half import to_half
from onsets.deploy.int8 import to_int8_mixed
from onsets.deploy.onnxfile import read_model, write_onnx
from onsets.deploy.qat import train_for_int8
from onsets.errors import ConfigError, ExportError, nearest
from onsets.spec import Spec
from onsets.types import Float32

if TYPE_CHECKING:
    from torch import nn

__all__ = ["FORMATS", "Exported", "export_network"]

FORMATS = {"onnx": ".onnx", "onnx-fp16": ".onnx", "onnx-int8": ".onnx", "torchscript": ".pt", "c": ".c"}
"""Suffix of each format."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes
    ----------
    spec : Spec
        Without auxiliary outputs.
    files : list of Path
        The target first.
    facts : dict
        For the card: ``calibration`` of integers, ``memory`` of C.
    """

    spec: Spec
    files: list[Path]
    facts: dict[str, Any] = field(default_factory=dict)


def export_network(
    network: nn.Module,
    spec: Spec,
    target: str | Path,
    form: str,
    windows: Float32 | None = None,
    *,
    tune: int = 0,
) -> Exported:
    """Write a network in a deployable form.

    Parameters
    ----------
    network : Module
        Not changed.
    spec : Spec
    target : str or Path
        With the suffix of the format.
    form : str
        A key of :data:`FORMATS`. ``c`` with windows is in integers.
    windows : ndarray of float32, optional
        To calibrate with, see :func:`onsets.deploy.calibration_windows`; ``onnx-int8`` needs them.
    tune : int
        Updates of fine-tuning on the windows before they are rounded, see :func:`train_for_int8`.

    Returns
    -------
    Exported

    Raises
    ------
    ConfigError
        If the format is unknown, the suffix another's, or windows are missing.
    ExportError
        If the format cannot have the network; the layer and why are named.
    """
    path = Path(target)
    if form not in FORMATS:
        raise ConfigError(f"unknown format {form!r}; {nearest(form, list(FORMATS))}")
    if path.suffix != FORMATS[form]:
        raise ConfigError(f"{path} does not end in {FORMATS[form]}, as a file of format {form} does")
    if form == "onnx-int8" and windows is None:
        raise ConfigError("integers need windows to calibrate with; give records to train with")
    if form == "torchscript":
        return _torchscript(network, spec, path)
    facts: dict[str, Any] = {}
    if windows is not None and tune:
        network, spec = strip_auxiliary(network, spec)
        network, facts["tuned"] = train_for_int8(network, spec, windows, Distilling(steps=tune)), tune
    with tempfile.TemporaryDirectory() as folder:
        single = Path(folder) / "single.onnx"
        own = write_onnx(network, spec, path if form == "onnx" else single)
        if form == "onnx":
            return Exported(own, [path])
        if form == "onnx-fp16":
            return Exported(own, [to_half(single, path)])
        if windows is not None:
            made = path if form == "onnx-int8" else Path(folder) / "integers.onnx"
            done = to_int8_mixed(single, made, windows)
            facts["calibration"] = {
                "windows": len(windows),
                "answers_kept": done.agreement,
                "clip": done.clip,
                "single_precision": list(done.kept),
            }
            if form == "onnx-int8":
                return Exported(own, [path], facts)
            single = made
        source = write_c(read_model(single), own, path.stem)
    files = write_source(source, path)
    with tempfile.TemporaryDirectory() as folder:
        try:
            program = compile_files(path, Path(folder))
        except ExportError as error:
            facts["golden"] = {"left out": str(error)}
        else:
            files += write_golden(source, program, own, path.parent)
    facts["memory"] = {**source.memory, "ram": sum(source.memory.values()) - source.memory["weights"]}
    return Exported(own, files, facts)


def _torchscript(network: nn.Module, spec: Spec, path: Path) -> Exported:
    import torch

    stripped, own = strip_auxiliary(network, spec)
    folded = fold_batch_norm(stripped, own)
    example = torch.zeros(2, len(own.components), own.samples)
    with torch.no_grad():
        traced = torch.jit.freeze(torch.jit.trace(folded, example))  # type: ignore[no-untyped-call]
    temporary = path.with_name(path.name + ".part")
    try:
        torch.jit.save(traced, str(temporary), _extra_files={"spec": own.to_json()})
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return Exported(own, [path])
