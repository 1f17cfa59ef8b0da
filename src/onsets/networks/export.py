"""ONNX files from networks: dynamic batch, the Spec in the metadata, a graph that runs fast.

The graph is another form of the same numbers: decoders at half rate (:mod:`onsets.networks.halfrate`),
convolutions in the form for which ONNX Runtime has blocked kernels (:mod:`onsets.networks.planar`).
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from onsets.errors import MissingExtraError
from onsets.networks.halfrate import half_rate
from onsets.networks.planar import joined, planar
from onsets.spec import Spec

if TYPE_CHECKING:
    from torch import nn

__all__ = ["to_onnx"]

OPSET = 17


def to_onnx(network: nn.Module, spec: Spec, path: str | Path, *, fast: bool = True) -> Path:
    """Write a network as ONNX with inputs ``(batch, components, samples)``.

    Parameters
    ----------
    network : Module
        Switched to evaluation mode.
    spec : Spec
        Stored under the metadata key ``spec``.
    path : str or Path
        Target; replaced whole or not at all.
    fast : bool
        In the form that ONNX Runtime runs fastest; otherwise layer by layer as the network is, for
        programs that read the graph.

    Returns
    -------
    Path
        The file.
    """
    try:
        import onnx
    except ImportError as error:
        raise MissingExtraError("onnx", "train", "exporting to ONNX") from error
    target = Path(path)
    temporary = target.with_name(target.name + ".part")
    try:
        _trace(half_rate(network.eval()) if fast else network.eval(), spec, temporary)
        model = onnx.load(str(temporary))
        model = planar(model) if fast else joined(model)
        model.producer_name, model.producer_version = "onsets", ""
        onnx.helper.set_model_props(model, {"spec": spec.to_json()})
        onnx.save(model, str(temporary))
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    return target


def _trace(network: nn.Module, spec: Spec, path: Path) -> None:
    example = torch.zeros(2, len(spec.components), spec.samples)
    with torch.no_grad():
        out = network(example)
    outputs = [f"output_{k}" for k in range(len(out) if isinstance(out, tuple) else 1)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (example,),
            str(path),
            input_names=["waveform"],
            output_names=outputs,
            dynamic_axes={name: {0: "batch"} for name in ["waveform", *outputs]},
            opset_version=OPSET,
            dynamo=False,
        )
