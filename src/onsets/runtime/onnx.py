"""ONNX Runtime: the default, and all that the edge install needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from onsets.errors import SpecError
from onsets.runtime._outside import points_outside
from onsets.runtime.runner import cores
from onsets.spec import Spec
from onsets.types import Float32

__all__ = ["OnnxRunner", "read_onnx_spec"]


def _session(model: str | Path | bytes, threads: int | None) -> Any:
    import onnxruntime

    where = "an ONNX model" if isinstance(model, bytes) else str(model)
    try:
        data = model if isinstance(model, bytes) else Path(model).read_bytes()
    except OSError as error:
        raise SpecError(f"cannot read {where}: {error.strerror}") from error
    try:
        outside = points_outside(data)
    except ValueError as error:
        raise SpecError(f"{where} is no ONNX model that can be run: {error}") from error
    if outside:
        raise SpecError(f"{where} keeps weights in other files, which is refused; export it as one file")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads if threads is not None else cores()
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise SpecError(f"{where} is no ONNX model that can be run: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


class OnnxRunner:
    """Run an ONNX file.

    Parameters
    ----------
    model : str, Path or bytes
        The file or its content. Weights outside the file are refused.
    threads : int, optional
        Threads within an operator; the cores this process may use when not given.

    Raises
    ------
    SpecError
        If the model cannot be read or run.
    """

    def __init__(self, model: str | Path | bytes, threads: int | None = None) -> None:
        self._session = _session(model, threads)
        inputs = [each.name for each in self._session.get_inputs()]
        if len(inputs) != 1:
            raise SpecError(f"the ONNX model has {len(inputs)} inputs, expected one: the windows")
        self._input = inputs[0]

    @property
    def spec(self) -> Spec | None:
        """The Spec in the metadata, or None."""
        text = self._session.get_modelmeta().custom_metadata_map.get("spec")
        return None if text is None else Spec.from_json(text)

    def run(self, batch: Float32) -> tuple[Float32, ...]:
        """Return all outputs for windows of shape ``(batch, components, samples)``.

        Raises
        ------
        SpecError
            If the model does not take windows of this shape or fails on them.
        """
        x = np.ascontiguousarray(batch, dtype=np.float32)
        try:
            return tuple(self._session.run(None, {self._input: x}))
        except Exception as error:
            raise SpecError(f"the ONNX model fails on windows {x.shape}: {_first_line(error)}") from error


def read_onnx_spec(path: str | Path) -> Spec:
    """Return the Spec of an ONNX file.

    Raises
    ------
    SpecError
        If the file cannot be run or carries no Spec.
    """
    spec = OnnxRunner(path, threads=1).spec
    if spec is None:
        raise SpecError(f"{path} carries no Spec in its metadata; export it with onsets")
    return spec
