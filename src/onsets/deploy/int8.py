"""Eight-bit integers: weights a channel, activations a tensor, and single precision where it costs picks.

A seismogram's onset may be a thousandth of what follows it. In 8 bits between the extremes of a window
the first arrival can be less than one step, so plain quantisation of everything loses picks, of P
first. All channels of a signal are given one range (:mod:`onsets.deploy.equalise`), and
:func:`to_int8_mixed` measures what more is needed: finer steps at the price of cut peaks, and the first
layers in single precision.
"""

from __future__ import annotations

import copy
import logging
import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.deploy.equalise import equalised
from onsets.deploy.onnxfile import read_model, shortened, write_model
from onsets.deploy.verify import probabilities
from onsets.errors import ConfigError
from onsets.runtime import OnnxRunner, read_onnx_spec
from onsets.spec import Spec
from onsets.types import Float32

__all__ = ["Quantised", "agreement", "layers", "to_int8", "to_int8_mixed"]

OPERATORS = (
    *("Conv", "Relu", "Gemm", "MatMul", "Add", "Mul", "Concat"),
    *("MaxPool", "Resize", "LeakyRelu", "Sigmoid"),
)
"""What has an integer kernel in ONNX Runtime."""
WEIGHTED = ("Conv", "ConvTranspose", "Gemm", "MatMul")
PREFIXES = (0, 3, 6, 9, 12)
CLIPS = (1.0, 0.7, 0.5)
MOST_SINGLE = 0.15
"""Of all weights, what may stay in single precision: a file in integers is to be small."""
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
        Share of onsets that stayed, on the calibration windows.
    clip : float
        What the ranges of the calibration windows were cut to.
    """

    path: Path
    kept: tuple[str, ...]
    agreement: float
    clip: float = 1.0


class _Batches:
    """Windows in batches, as ONNX Runtime's calibration asks for them."""

    def __init__(self, name: str, windows: Float32) -> None:
        self.left: Iterator[dict[str, Float32]] = iter(
            [{name: windows[k : k + _BATCH]} for k in range(0, len(windows), _BATCH)]
        )

    def get_next(self) -> dict[str, Float32] | None:
        return next(self.left, None)


def _ranges(source: Path, windows: Float32) -> Any:
    """Return the extremes of every value over the calibration windows, cuts included."""
    from onnxruntime.quantization import CalibrationMethod
    from onnxruntime.quantization.calibrate import create_calibrator

    with tempfile.TemporaryDirectory() as folder:
        calibrator = create_calibrator(
            source,
            [*OPERATORS, "Clip"],
            augmented_model_path=str(Path(folder) / "augmented.onnx"),
            calibrate_method=CalibrationMethod.MinMax,
        )
        calibrator.collect_data(_Batches(read_model(source).graph.input[0].name, windows))
        found = calibrator.compute_data()
        del calibrator
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Ready:
    """A network ready for integers.

    Attributes
    ----------
    model : ModelProto
        Without the cuts that fine-tuning put in: integers end where these end.
    ranges : TensorsData
        Of every value.
    fixed : frozenset of str
        Values whose range a cut gave.
    """

    model: Any
    ranges: Any
    fixed: frozenset[str]

    @classmethod
    def of(cls, source: Path, windows: Float32) -> _Ready:
        """Give channels one range, unless the network was tuned to the ranges it has; look for ranges."""
        model, cuts = _without_cuts(read_model(source))
        if cuts:
            ranges = _ranges(source, windows)
        else:
            model = equalised(model, windows)
            with tempfile.TemporaryDirectory() as folder:
                even = write_model(model, read_onnx_spec(source), Path(folder) / "even.onnx")
                ranges = _ranges(even, windows)
        for name, (low, high) in cuts.items():
            ranges.data[name].lowest = np.asarray(low, dtype=np.float32)
            ranges.data[name].highest = np.asarray(high, dtype=np.float32)
        return cls(model, ranges, frozenset(cuts))

    def clipped(self, share: float) -> Any:
        """Return narrower ranges: the largest values are cut off, the small ones get finer steps."""
        narrow = copy.deepcopy(self.ranges)
        for name, each in narrow.data.items():
            if name not in self.fixed:
                each.lowest = np.asarray(each.lowest * share, dtype=np.float32)
                each.highest = np.asarray(each.highest * share, dtype=np.float32)
        return narrow


def _without_cuts(model: Any) -> tuple[Any, dict[str, tuple[float, float]]]:
    """Return a model without ``Clip`` by constants, and the range of each value that was cut."""
    import onnx
    from onnx import numpy_helper

    bare = onnx.ModelProto()
    bare.CopyFrom(model)
    scalars = {t.name: float(numpy_helper.to_array(t)) for t in bare.graph.initializer if not t.dims}
    names: dict[str, str] = {}
    kept, cuts = [], {}
    for node in bare.graph.node:
        for k, name in enumerate(node.input):
            node.input[k] = names.get(name, name)
        if node.op_type == "Clip" and len(node.input) == 3 and set(node.input[1:]) <= set(scalars):
            names[node.output[0]] = node.input[0]
            cuts[node.input[0]] = (scalars[node.input[1]], scalars[node.input[2]])
        else:
            kept.append(node)
    del bare.graph.node[:]
    bare.graph.node.extend(kept)
    used = {name for node in kept for name in node.input}
    constants = [each for each in bare.graph.initializer if each.name in used]
    del bare.graph.initializer[:]
    bare.graph.initializer.extend(constants)
    return bare, cuts


def layers(source: str | Path) -> list[str]:
    """Return the names of the nodes with weights, in their order."""
    return _weighted(read_model(source))


def _weighted(model: Any) -> list[str]:
    return [node.name for node in model.graph.node if node.op_type in WEIGHTED]


def _quantised(model: Any, ranges: Any, keep: Sequence[str]) -> Any:
    """Return a model with all nodes but those kept in integers."""
    import onnx
    from onnxruntime.quantization import QuantType
    from onnxruntime.quantization.qdq_quantizer import QDQQuantizer

    model = onnx.shape_inference.infer_shapes(model)
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
            nodes_to_quantize=[],
            nodes_to_exclude=list(keep),
            op_types_to_quantize=list(OPERATORS),
            extra_options={},
        )
        quantizer.quantize_model()
    finally:
        quiet.setLevel(level)
    made = shortened(quantizer.model.model)
    for (
        node
    ) in made.graph.node:  # names of nodes were for choosing among them; they are a fortieth of the file
        node.ClearField("name")
    return made


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
    ready = _Ready.of(Path(source), windows)
    return write_model(_quantised(ready.model, ready.ranges, keep), spec, target)


def _answers(runner: OnnxRunner, windows: Float32, spec: Spec) -> Float32:
    """Return the probability of each label, shape (windows, labels, values)."""
    parts = [probabilities(runner.run(windows[k : k + _BATCH]), spec) for k in range(0, len(windows), _BATCH)]
    return np.concatenate(parts)[:, [spec.outputs.index(label) for label in spec.labels]]


def agreement(first: Float32, second: Float32, spec: Spec, within_s: float = 0.1) -> float:
    """Return the share of onsets that two networks have in common.

    An onset is the highest value of a stretch above the threshold; of a network with segments, of the
    sum over three of them, as :func:`onsets.picking.annotate` has it.

    Parameters
    ----------
    first, second : ndarray of float32, shape (windows, labels, values)
        Probabilities.
    spec : Spec
        Its thresholds, 0.3 where it has none.
    within_s : float
        What counts as the same time.

    Returns
    -------
    float
        Twice the onsets in common by the onsets of both; 1 where there is none.
    """
    reach = max(within_s * spec.rate_hz / spec.segment_samples, 1)
    common = every = 0
    for row, label in enumerate(spec.labels):
        limit = spec.thresholds.get(label, 0.3)
        for one, other in zip(first[:, row], second[:, row], strict=True):
            places = [_onsets(_joined(values, spec), limit) for values in (one, other)]
            every += len(places[0]) + len(places[1])
            if len(places[0]) and len(places[1]):
                near = np.abs(places[0][:, None] - places[1]) <= reach
                common += int(near.any(axis=0).sum() + near.any(axis=1).sum())
    return common / every if every else 1.0


def _joined(values: Float32, spec: Spec) -> Float32:
    if spec.output_kind != "per_segment":
        return values
    return np.minimum(np.convolve(values, np.ones(3, np.float32), "same"), np.float32(1))


def _onsets(values: Float32, limit: float) -> npt.NDArray[np.int64]:
    """Return where the highest value of each stretch above a limit is."""
    above = np.concatenate([[False], values >= limit, [False]])
    edges = np.flatnonzero(above[1:] != above[:-1]).reshape(-1, 2)
    return np.array([a + values[a:b].argmax() for a, b in edges.tolist()], dtype=np.int64)


def to_int8_mixed(
    source: str | Path, target: str | Path, windows: Float32, wanted: float = 0.99
) -> Quantised:
    """Write an 8-bit twin that keeps in single precision as many layers as its picks need.

    Tried in turn, until the wanted share of onsets on the calibration windows stays: more and more
    layers from the input on, and the last ones, each with ranges cut to less and less.

    Parameters
    ----------
    source, target, windows
        As for :func:`to_int8`.
    wanted : float
        Least share of onsets that stay, see :func:`agreement`.

    Returns
    -------
    Quantised
        The best found; its ``agreement`` may be less than wanted.

    Notes
    -----
    Leaving out the layers that do most harm one by one was tried first: it scatters conversions over
    the network and kept fewer picks than a block at the input, at twice the time.
    """
    path, spec = Path(source), read_onnx_spec(source)
    ready, exact = _Ready.of(path, windows), _answers(OnnxRunner(path), windows, spec)
    names, weighted = [node.name for node in ready.model.graph.node], _weighted(ready.model)
    found: list[tuple[float, Any, tuple[str, ...], float]] = []
    for count in [n for n in PREFIXES if n < max(1, len(weighted) - 2)]:
        kept = tuple(names[: names.index(weighted[count])]) if count else ()
        kept += tuple(_last(ready.model)) if len(weighted) > 3 and count else ()
        if _share_of_weights(ready.model, kept) > MOST_SINGLE:
            break
        for clip in CLIPS:
            model = _quantised(ready.model, ready.clipped(clip), kept)
            share = agreement(exact, _answers(OnnxRunner(model.SerializeToString()), windows, spec), spec)
            found.append((share, model, kept, clip))
            if share >= wanted:
                break
        if found[-1][0] >= wanted:
            break
    share, model, kept, clip = max(found, key=lambda each: each[0])
    write_model(model, spec, target)
    floating = tuple(name for name in kept if name in weighted)
    return Quantised(Path(target), floating, share, clip)


def _share_of_weights(model: Any, names: Sequence[str]) -> float:
    """Return the share of all weights that some nodes hold."""
    sizes = {each.name: math.prod(each.dims) for each in model.graph.initializer}
    held = {name for node in model.graph.node if node.name in set(names) for name in node.input}
    return float(sum(sizes.get(name, 0) for name in held) / max(1, sum(sizes.values())))


def _last(model: Any) -> list[str]:
    """Return the nodes that make the outputs."""
    graph = model.graph
    wanted, found = {value.name for value in graph.output}, []
    for node in reversed(graph.node):
        if wanted & set(node.output):
            found.append(node.name)
            if node.op_type not in WEIGHTED:
                wanted |= set(node.input)
    return found
