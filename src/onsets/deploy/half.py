"""Half precision: weights of two bytes, and single precision where half would overflow or vanish."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

from onsets.deploy.onnxfile import read_model, shortened, write_model
from onsets.errors import ExportError
from onsets.runtime import read_onnx_spec

__all__ = ["SINGLE", "to_half"]

SINGLE = (
    *("Exp", "ReduceMax", "ReduceSum", "Sub", "Div", "Softmax", "Erf"),
    *("LayerNormalization", "BatchNormalization", "Resize", "LSTM", "GRU"),
)
"""Operators that stay in single precision.

The attention of EQTransformer and LEQNet divides by a sum plus 1e-7, which is 0 in half precision, so
that a row without weight becomes 0 / 0; its norms add 1e-14. A recurrence adds up the rounding of
thousands of steps. Resizing is refused by half-precision runtimes.
"""

LARGEST = 65504.0


def to_half(source: str | Path, target: str | Path) -> Path:
    """Write a half-precision twin of an ONNX file; inputs and outputs stay in single precision.

    Parameters
    ----------
    source : str or Path
        A file with its Spec in the metadata.
    target : str or Path
        Replaced whole or not at all.

    Returns
    -------
    Path

    Raises
    ------
    ExportError
        If a weight does not fit half precision.

    Notes
    -----
    Where a processor has no half-precision arithmetic (most do not), ONNX Runtime computes in single
    precision from the halved weights: the file is half as large and no slower or faster.
    """
    from onnx import numpy_helper
    from onnxruntime.transformers import float16

    spec = read_onnx_spec(source)
    model = read_model(source)
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size and np.abs(values).max() > LARGEST:
            largest = f"{np.abs(values).max():g}"
            raise ExportError(f"{source}: a weight reaches {largest}, half precision ends at {LARGEST:g}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # weights under 6e-8 become that
        half = float16.convert_float_to_float16(
            model,
            keep_io_types=True,
            force_fp16_initializers=True,
            op_block_list=[*float16.DEFAULT_OP_BLOCK_LIST, *SINGLE],
        )
    return write_model(shortened(half), spec, target)
