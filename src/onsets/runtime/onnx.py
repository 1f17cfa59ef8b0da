"""ONNX Runtime: the default, and all that the edge install needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from onsets.errors import SpecError
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
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads if threads is not None else cores()
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:  # from memory: a model that points at files outside itself is refused
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise SpecError(f"{where} is no ONNX model that can be run: {str(error).splitlines()[0]}") from error


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
        self._input = self._session.get_inputs()[0].name

    @property
    def spec(self) -> Spec | None:
        """The Spec in the metadata, or None."""
        text = self._session.get_modelmeta().custom_metadata_map.get("spec")
        return None if text is None else Spec.from_json(text)

    def run(self, batch: Float32) -> tuple[Float32, ...]:
        """Return all outputs for windows of shape ``(batch, components, samples)``."""
        return tuple(self._session.run(None, {self._input: np.ascontiguousarray(batch, dtype=np.float32)}))


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
