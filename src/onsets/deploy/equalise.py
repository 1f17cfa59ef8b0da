"""Give all channels of a signal one range, so that eight bits between its extremes serve each of them.

A signal in integers has one step for all its channels, and the loudest sets it. What a convolution puts
out may be divided by a number a channel and what reads it multiplied by the same: with nothing but ReLU,
sums, pooling and repeats in between the network says the same. Weights in integers have a step a channel,
so a depthwise convolution bears that for nothing.

References
----------
Nagel, M. et al. (2019), Data-free quantization through weight equalization and bias correction,
doi:10.1109/ICCV.2019.00141. There the numbers come from weights; here from what signals reach on
calibration windows, and sums and concatenations are gone through too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.runtime import OnnxRunner
from onsets.types import Float32

__all__ = ["equalised"]

CONVOLUTIONS = ("Conv", "ConvTranspose")
KEEPING = ("Relu", "LeakyRelu", "MaxPool", "Resize", "Slice", "Pad")
"""What a positive factor a channel goes through."""
LEAST = 1e-3
"""Of the loudest channel's range: quieter ones are not made louder than as if they had that."""
_BATCH = 16


class _Channels:
    """Which channels must have one factor: sets that are joined."""

    def __init__(self) -> None:
        self.parent: list[int] = []
        self.of: dict[str, npt.NDArray[np.int64]] = {}
        self.fixed: set[int] = set()

    def add(self, name: str, count: int) -> None:
        self.of[name] = np.arange(len(self.parent), len(self.parent) + count)
        self.parent += self.of[name].tolist()

    def root(self, k: int) -> int:
        while self.parent[k] != k:
            self.parent[k] = self.parent[self.parent[k]]
            k = self.parent[k]
        return k

    def join(self, first: npt.NDArray[np.int64], second: npt.NDArray[np.int64]) -> None:
        for a, b in zip(first.tolist(), second.tolist(), strict=True):
            self.parent[self.root(a)] = self.root(b)

    def fix(self, name: str) -> None:
        self.fixed.update(self.of.get(name, np.zeros(0, np.int64)).tolist())

    def roots(self, name: str) -> list[int]:
        return [self.root(k) for k in self.of[name].tolist()]


def equalised(model: Any, windows: Float32) -> Any:
    """Return a model that says the same with channels of one range.

    Parameters
    ----------
    model : ModelProto
        In single precision, convolutions over one axis; see :func:`onsets.deploy.write_onnx`.
    windows : ndarray of float32, shape (windows, components, samples)
        See :func:`onsets.deploy.calibration_windows`.

    Returns
    -------
    ModelProto
        With the same inputs and outputs; they differ by rounding only.
    """
    import onnx

    new = onnx.ModelProto()
    new.CopyFrom(model)
    peaks = _peaks(model, windows)
    channels = _joined(new, peaks)
    fixed = {channels.root(k) for k in channels.fixed}
    reach: dict[int, float] = {}
    for name, values in peaks.items():
        floor = LEAST * float(values.max(initial=0.0))
        for root, value in zip(channels.roots(name), values.tolist(), strict=True):
            reach[root] = max(reach.get(root, 0.0), value, floor)
    factors = {root: 1.0 if root in fixed or value <= 0 else value for root, value in reach.items()}
    _scale(new, {name: np.array([factors[r] for r in channels.roots(name)]) for name in channels.of})
    return new


def _peaks(model: Any, windows: Float32) -> dict[str, npt.NDArray[np.float64]]:
    """Return the largest absolute value of each channel of each signal (windows, channels, values)."""
    import onnx

    shown = onnx.ModelProto()
    shown.CopyFrom(model)
    known = {value.name for value in shown.graph.output}
    names = [name for node in shown.graph.node for name in node.output if name and name not in known]
    shown.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    runner = OnnxRunner(shown.SerializeToString(), threads=1)
    order = [value.name for value in shown.graph.output]
    found = {shown.graph.input[0].name: np.abs(windows).max(axis=(0, 2)).astype(np.float64)}
    for k in range(0, len(windows), _BATCH):
        some = windows[k : k + _BATCH]
        for name, value in zip(order, runner.run(some), strict=True):
            if value.ndim == 3 and len(value) == len(some) and value.dtype == np.float32:
                peak = np.abs(value).max(axis=(0, 2)).astype(np.float64)
                found[name] = np.maximum(found[name], peak) if name in found else peak
    return found


def _joined(model: Any, peaks: dict[str, npt.NDArray[np.float64]]) -> _Channels:
    """Join the channels that nothing but a convolution parts; fix those that something else reads."""
    channels = _Channels()
    for name, values in peaks.items():
        channels.add(name, len(values))
    graph, weights = model.graph, {each.name for each in model.graph.initializer}
    for node in graph.node:
        signals = [name for name in node.input if name in channels.of]
        out = node.output[0]
        plain = out in channels.of and len(node.output) == 1
        if node.op_type in CONVOLUTIONS and plain and node.input[1] in weights and len(signals) == 1:
            continue
        if node.op_type == "Concat" and plain and len(signals) == len(node.input):
            at = 0
            for name in signals:
                count = len(channels.of[name])
                channels.join(channels.of[name], channels.of[out][at : at + count])
                at += count
        elif (node.op_type in KEEPING and plain and len(signals) == 1) or (
            node.op_type == "Add" and plain and len(signals) == 2
        ):
            for name in signals:
                channels.join(channels.of[name], channels.of[out])
        else:
            for name in [*signals, *node.output]:
                channels.fix(name)
    for value in [*graph.input, *graph.output]:
        channels.fix(value.name)
    return channels


def _scale(model: Any, factors: dict[str, npt.NDArray[np.float64]]) -> None:
    """Divide what convolutions put out by the factors of its channels, and multiply what they read."""
    from onnx import helper, numpy_helper

    graph = model.graph
    arrays = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    made = {}
    for count, node in enumerate(graph.node):
        if node.op_type not in CONVOLUTIONS or node.input[0] not in factors:
            continue
        groups = next((helper.get_attribute_value(a) for a in node.attribute if a.name == "group"), 1)
        before, after = factors[node.input[0]], factors[node.output[0]]
        weight = arrays[node.input[1]].astype(np.float64)
        if node.op_type == "ConvTranspose":  # (inputs, outputs / groups, kernel)
            rows = np.repeat(after.reshape(groups, 1, -1), len(before) // groups, axis=1)
            weight = weight * before[:, None, None] / rows.reshape(len(before), -1)[:, :, None]
        else:  # (outputs, inputs / groups, kernel)
            rows = np.repeat(before.reshape(groups, 1, -1), len(after) // groups, axis=1)
            weight = weight * rows.reshape(len(after), -1)[:, :, None] / after[:, None, None]
        made[f"e{count}w"] = weight
        node.input[1] = f"e{count}w"
        if len(node.input) > 2 and node.input[2]:
            made[f"e{count}b"] = arrays[node.input[2]].astype(np.float64) / after
            node.input[2] = f"e{count}b"
    used = {name for node in graph.node for name in node.input}
    kept = [each for each in graph.initializer if each.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    graph.initializer.extend(
        numpy_helper.from_array(np.ascontiguousarray(value, dtype=np.float32), name)
        for name, value in made.items()
    )
