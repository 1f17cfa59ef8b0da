"""ONNX files as small as they go: folded, without the arithmetic of shapes, short names, the Spec inside."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onsets.deploy.fold import fold_batch_norm, strip_auxiliary
from onsets.errors import ExportError, MissingExtraError
from onsets.networks import to_onnx
from onsets.spec import Spec

if TYPE_CHECKING:
    from torch import nn

__all__ = ["one_window", "read_model", "shortened", "simplified", "write_model", "write_onnx"]


def read_model(path: str | Path) -> Any:
    """Return an ONNX file as a message.

    Raises
    ------
    ExportError
        If it is missing, or is no ONNX file.
    MissingExtraError
        Without the package ``onnx``.
    """
    try:
        import onnx
    except ImportError as error:
        raise MissingExtraError("onnx", "train", f"reading {path}") from error
    try:
        return onnx.load(str(path))
    except Exception as error:
        raise ExportError(f"{path} cannot be read as ONNX: {error}") from error


def write_model(model: Any, spec: Spec, path: str | Path) -> Path:
    """Write a message with its Spec, whole or not at all."""
    import onnx

    target = Path(path)
    temporary = target.with_name(target.name + ".part")
    model.producer_name, model.producer_version = "onsets", ""
    onnx.helper.set_model_props(model, {"spec": spec.to_json()})
    try:
        onnx.save(model, str(temporary))
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    return target


def write_onnx(network: nn.Module, spec: Spec, path: str | Path) -> Spec:
    """Write a network as a small ONNX file: auxiliary decoders and batch-norms gone.

    Parameters
    ----------
    network : Module
        Of the registry; not changed.
    spec : Spec
    path : str or Path
        Target; replaced whole or not at all.

    Returns
    -------
    Spec
        That of the file: without what was only trained with.
    """
    network, spec = strip_auxiliary(network, spec)
    with tempfile.TemporaryDirectory() as folder:
        folded = fold_batch_norm(network, spec)
        first = to_onnx(folded, spec, Path(folder) / "first.onnx", fast=False)
        model = simplified(read_model(first))
    write_model(model, spec, path)
    return spec


def simplified(model: Any) -> Any:
    """Return a model that says the same with fewer nodes and shorter names.

    ONNX Runtime's basic optimiser computes what does not depend on the input and joins paddings with
    convolutions; only standard operators come out. Inputs and outputs keep their names.
    """
    import onnx
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.log_severity_level = 3
    with tempfile.TemporaryDirectory() as folder:
        options.optimized_model_filepath = str(Path(folder) / "optimised.onnx")
        onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        better = onnx.load(options.optimized_model_filepath)
    return shortened(better)


def shortened(model: Any) -> Any:
    """Number the values of a model and keep equal constants once, in place.

    A path of modules a value is half of a small network's file.
    """
    del model.graph.value_info[:]
    own = [each for each in model.opset_import if each.domain in ("", "ai.onnx")]
    del model.opset_import[:]
    model.opset_import.extend(own)
    graph = model.graph
    names = {each.name: each.name for each in [*graph.input, *graph.output]}
    names[""] = ""
    seen: dict[bytes, str] = {}
    kept = []
    for tensor in graph.initializer:
        name, tensor.name = tensor.name, ""
        content = tensor.SerializeToString()
        if content not in seen:
            seen[content] = tensor.name = f"w{len(names)}"
            kept.append(tensor)
        names[name] = seen[content]
    unique = [type(tensor).FromString(tensor.SerializeToString()) for tensor in kept]
    del graph.initializer[:]
    graph.initializer.extend(unique)
    for k, node in enumerate(graph.node):
        node.name, node.doc_string = f"n{k}", ""
        for values in (node.input, node.output):
            for k, value in enumerate(values):
                values[k] = names.setdefault(value, f"v{len(names)}")
    return model


def one_window(model: Any) -> Any:
    """Return a model for one window at a time, with nothing left that depends on the batch.

    That is what a converter to other languages wants: every length is a number.
    """
    import onnx

    fixed = onnx.ModelProto()
    fixed.CopyFrom(model)
    for value in [*fixed.graph.input, *fixed.graph.output]:
        value.type.tensor_type.shape.dim[0].dim_value = 1
    return onnx.shape_inference.infer_shapes(simplified(fixed))
