"""Eight-bit integers: weights a channel, activations a tensor, and single precision where it costs picks.

A seismogram's onset may be a thousandth of what follows it. In 8 bits between the extremes of a window
the first arrival can be less than one step, so plain quantisation of everything loses picks, of P
first. :func:`to_int8_mixed` measures which layers do the harm and leaves those in single precision.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from onsets.deploy.onnxfile import read_model, shortened, write_model
from onsets.errors import ConfigError
from onsets.runtime import OnnxRunner, read_onnx_spec
from onsets.spec import Spec
from onsets.types import Float32

__all__ = ["Quantised", "agreement", "layers", "sensitivity", "to_int8", "to_int8_mixed"]

OPERATORS = ("Conv", "Gemm", "MatMul", "Add", "Mul", "Concat", "MaxPool", "Resize", "LeakyRelu", "Sigmoid")
"""What has an integer kernel in ONNX Runtime."""
WEIGHTED = ("Conv", "ConvTranspose", "Gemm", "MatMul")
_BATCH = 16


@dataclass(frozen=True, slots=True)
class Quantised:
    """What became of a network in integers.

    Attributes
    ----------
    path : Path
    kept : tuple of str
        Nodes left in single precision.
    agreement : float
        Share of windows and labels whose answer stayed, on the calibration windows.
    sensitivity : dict
        Mean change of probability by each weighted node alone.
    """

    path: Path
    kept: tuple[str, ...]
    agreement: float
    sensitivity: dict[str, float] = field(default_factory=dict)


class _Batches:
    """Windows in batches, as ONNX Runtime's calibration asks for them."""

    def __init__(self, name: str, windows: Float32) -> None:
        self.left: Iterator[dict[str, Float32]] = iter(
            [{name: windows[k : k + _BATCH]} for k in range(0, len(windows), _BATCH)]
        )

    def get_next(self) -> dict[str, Float32] | None:
        return next(self.left, None)


def _ranges(source: Path, windows: Float32) -> Any:
    """Return the extremes of every value over the calibration windows."""
    from onnxruntime.quantization import CalibrationMethod
    from onnxruntime.quantization.calibrate import create_calibrator

    with tempfile.TemporaryDirectory() as folder:
        calibrator = create_calibrator(
            source,
            list(OPERATORS),
            augmented_model_path=str(Path(folder) / "augmented.onnx"),
            calibrate_method=CalibrationMethod.MinMax,
        )
        calibrator.collect_data(_Batches(read_model(source).graph.input[0].name, windows))
        found = calibrator.compute_data()
        del calibrator
    return found


def layers(source: str | Path) -> list[str]:
    """Return the names of the nodes with weights, in their order."""
    return [node.name for node in read_model(source).graph.node if node.op_type in WEIGHTED]


def _quantised(source: Path, ranges: Any, keep: Sequence[str], only: Sequence[str] = ()) -> Any:
    """Return a model with the nodes but those kept (or only some) in integers."""
    import onnx
    from onnxruntime.quantization import QuantType
    from onnxruntime.quantization.qdq_quantizer import QDQQuantizer

    model = onnx.shape_inference.infer_shapes(read_model(source))
    quiet = logging.getLogger()
    level = quiet.level
    quiet.setLevel(logging.ERROR)  # it advises on every call to preprocess, which is done
    try:
        quantizer = QDQQuantizer(
            model,
            per_channel=True,
            reduce_range=False,
            weight_qType=QuantType.QInt8,
            activation_qType=QuantType.QUInt8,
            tensors_range=ranges,
            nodes_to_quantize=list(only),
            nodes_to_exclude=list(keep),
            op_types_to_quantize=list(OPERATORS),
            extra_options={},
        )
        quantizer.quantize_model()
    finally:
        quiet.setLevel(level)
    return shortened(quantizer.model.model)


def to_int8(source: str | Path, target: str | Path, windows: Float32, keep: Sequence[str] = ()) -> Path:
    """Write an 8-bit twin of an ONNX file (QDQ form: unsigned activations, signed weights a channel).

    Parameters
    ----------
    source : str or Path
        A file that :func:`onsets.deploy.write_onnx` wrote.
    target : str or Path
        Replaced whole or not at all.
    windows : ndarray of float32, shape (windows, components, samples)
        See :func:`onsets.deploy.calibration_windows`.
    keep : sequence of str
        Nodes left in single precision.

    Returns
    -------
    Path

    Raises
    ------
    ConfigError
        If a node to keep is not there.
    """
    spec = read_onnx_spec(source)
    known = {node.name for node in read_model(source).graph.node}
    if missing := sorted(set(keep) - known):
        raise ConfigError(f"{source} has no node {missing[0]!r} to keep in single precision")
    model = _quantised(Path(source), _ranges(Path(source), windows), keep)
    return write_model(model, spec, target)


def _answers(runner: OnnxRunner, windows: Float32, spec: Spec) -> Float32:
    """Return the probability of each label, shape (windows, labels, values)."""
    logits = np.concatenate([runner.run(windows[k : k + _BATCH])[0] for k in range(0, len(windows), _BATCH)])
    if spec.activation == "softmax":
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        logits = e / e.sum(axis=1, keepdims=True)
    elif spec.activation == "sigmoid":
        logits = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
    return np.asarray(logits[:, [spec.outputs.index(label) for label in spec.labels]])


def agreement(first: Float32, second: Float32, spec: Spec, within_s: float = 0.1) -> float:
    """Return the share of windows and labels in which two networks say the same.

    The same is: the highest value of both is below the threshold, or above it and at the same time.

    Parameters
    ----------
    first, second : ndarray of float32, shape (windows, labels, values)
        Probabilities.
    spec : Spec
        Its thresholds, 0.3 where it has none.
    within_s : float
        What counts as the same time.
    """
    limits = np.array([spec.thresholds.get(label, 0.3) for label in spec.labels])
    over = [values.max(axis=2) >= limits for values in (first, second)]
    steps = np.abs(first.argmax(axis=2) - second.argmax(axis=2)) * spec.segment_samples
    near = steps <= max(within_s * spec.rate_hz, spec.segment_samples)
    return float(np.mean((over[0] == over[1]) & (near | ~over[0])))


def sensitivity(source: str | Path, windows: Float32) -> dict[str, float]:
    """Return by how much each weighted node alone, in integers, changes the probabilities on average.

    Parameters
    ----------
    source : str or Path
    windows : ndarray of float32, shape (windows, components, samples)
    """
    path, spec = Path(source), read_onnx_spec(source)
    ranges, exact = _ranges(path, windows), _answers(OnnxRunner(path), windows, spec)
    found = {}
    for node in layers(path):
        model = _quantised(path, ranges, (), [node])
        change = _answers(OnnxRunner(model.SerializeToString()), windows, spec) - exact
        found[node] = float(np.abs(change).max(axis=2).mean())
    return found


def to_int8_mixed(
    source: str | Path, target: str | Path, windows: Float32, wanted: float = 0.99, probes: int = 48
) -> Quantised:
    """Write an 8-bit twin in which the layers that do most harm stay in single precision.

    As few layers as needed, the worst first, are kept until the answers on the calibration windows
    stay the same in the wanted share.

    Parameters
    ----------
    source, target, windows
        As for :func:`to_int8`.
    wanted : float
        Least share of windows and labels whose answer stays, see :func:`agreement`.
    probes : int
        Windows each layer is probed with.

    Returns
    -------
    Quantised
        Its ``agreement`` may be less than wanted when even all layers but one do not reach it.
    """
    path, spec = Path(source), read_onnx_spec(source)
    harm = sensitivity(path, windows[:probes])
    order = sorted(harm, key=lambda node: -harm[node])
    ranges, exact = _ranges(path, windows), _answers(OnnxRunner(path), windows, spec)
    best: tuple[float, Any, tuple[str, ...]] | None = None
    for count in _counts(len(order)):
        kept = tuple(order[:count])
        model = _quantised(path, ranges, kept)
        share = agreement(exact, _answers(OnnxRunner(model.SerializeToString()), windows, spec), spec)
        if best is None or share > best[0]:
            best = share, model, kept
        if share >= wanted:
            break
    assert best is not None  # for type checkers: there is at least one count
    write_model(best[1], spec, target)
    return Quantised(Path(target), best[2], best[0], harm)


def _counts(layers: int) -> list[int]:
    """Return how many layers to try to keep: few at first, at most all but one."""
    steps = [0, 1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64]
    return [n for n in steps if n < max(1, layers)]
