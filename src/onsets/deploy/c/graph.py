"""An ONNX network as a list of layers over columns: what the C source is written from."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from onsets.deploy.c.layer import Array, Graph, Layer, Value
from onsets.deploy.onnxfile import one_window
from onsets.errors import ExportError

__all__ = ["layers_of"]


@dataclass(frozen=True, slots=True, eq=False)
class _Scaled:
    """A constant in integers with what they are worth."""

    values: Array
    scale: Array


_FUNCTIONS = {
    "Relu": ("RELU", 0.0),
    "LeakyRelu": ("LEAKY", 0.01),
    "Elu": ("ELU", 1.0),
    "Sigmoid": ("SIGMOID", 0.0),
    "Tanh": ("TANH", 0.0),
    "Erf": ("ERF", 0.0),
}


class _Reader:
    """Follow the nodes and put down layers."""

    def __init__(self, model: Any) -> None:
        from onnx import numpy_helper

        self.model = model
        self.graph = Graph()
        self.constants: dict[str, Any] = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
        self.at: dict[str, int] = {}
        self.uses = Counter(name for node in model.graph.node for name in node.input)
        self.uses.update(value.name for value in model.graph.output)
        self.shapes = {
            value.name: tuple(d.dim_value for d in value.type.tensor_type.shape.dim)
            for value in [*model.graph.value_info, *model.graph.output]
        }

    def refuse(self, node: Any, why: str) -> ExportError:
        return ExportError(
            f"layer {node.name or node.output[0]!r} ({node.op_type}) cannot be written in C: {why}"
        )

    def value(self, node: Any, k: int = 0) -> int:
        """Return the number of a node's input, which must depend on the window."""
        if node.input[k] not in self.at:
            raise self.refuse(node, f"its input {k} is a constant, expected a signal")
        return self.at[node.input[k]]

    def add(self, node: Any, kind: str, inputs: tuple[int, ...], shape: tuple[int, int], **more: Any) -> None:
        """Put down a layer and the value it makes."""
        self.graph.values.append(Value(*shape))
        self.at[node.output[0]] = len(self.graph.values) - 1
        label = node.name or node.output[0]
        self.graph.layers.append(Layer(kind, label, inputs, len(self.graph.values) - 1, **more))

    def read(self) -> Graph:
        graph = self.model.graph
        _, channels, length = (d.dim_value for d in graph.input[0].type.tensor_type.shape.dim)
        self.graph.values.append(Value(channels, length))
        self.at[graph.input[0].name] = 0
        for node in graph.node:
            handler = _HANDLERS.get(node.op_type)
            if handler is None:
                raise self.refuse(node, _WHY.get(node.op_type, f"C has {', '.join(sorted(_HANDLERS))}"))
            handler(self, node)
        self.graph.outputs = tuple(self.at[value.name] for value in graph.output)
        return self.graph


def _attributes(node: Any) -> dict[str, Any]:
    import onnx

    return {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}


def _plain(constant: Any) -> Array:
    """Return a constant as floats, whatever it is stored as."""
    if isinstance(constant, _Scaled):
        return np.asarray(constant.values.astype(np.float64) * constant.scale, dtype=np.float32)
    return np.asarray(constant, dtype=np.float32)


def _convolution(self: _Reader, node: Any) -> None:
    a, x = _attributes(node), self.value(node)
    if len(a.get("kernel_shape", [0])) != 1:
        raise self.refuse(node, "it works in two dimensions; the network may have a variant in one")
    weights, up = self.constants[node.input[1]], node.op_type == "ConvTranspose"
    kernel, groups = a["kernel_shape"][0], a.get("group", 1)
    stride, dilation = a.get("strides", [1])[0], a.get("dilations", [1])[0]
    pads = a.get("pads", [0, 0])
    source = self.graph.values[x]
    if up and groups != 1:
        raise self.refuse(node, "a transposed convolution in groups")
    plain = weights.values if isinstance(weights, _Scaled) else weights
    outputs = plain.shape[1] if up else plain.shape[0]
    if up:
        length = (source.length - 1) * stride + dilation * (kernel - 1) + 1 - sum(pads)
        length += a.get("output_padding", [0])[0]
    else:
        length = (source.length + sum(pads) - dilation * (kernel - 1) - 1) // stride + 1
    order = (2, 0, 1) if up else (2, 1, 0)
    more: dict[str, Any] = {"kernel": kernel, "stride": stride, "dilation": dilation, "before": pads[0]}
    bias = self.constants[node.input[2]] if len(node.input) > 2 else np.zeros(outputs, np.float32)
    if isinstance(weights, _Scaled) and source.scale and not up:
        scale = weights.scale.reshape(-1) * source.scale
        more["scale"] = np.broadcast_to(scale, (outputs,)).astype(np.float32)
        kind, stored = "CONV_I8", plain.transpose(order)
    else:
        kind, stored = ("CONV_UP" if up else "CONV"), _plain(weights).transpose(order)
    self.add(
        node,
        kind,
        (x,),
        (outputs, length),
        groups=groups,
        weights=np.ascontiguousarray(stored),
        bias=_plain(bias),
        **more,
    )


def _pool(self: _Reader, node: Any) -> None:
    a, x = _attributes(node), self.value(node)
    if len(a["kernel_shape"]) != 1:
        raise self.refuse(node, "it works in two dimensions; the network may have a variant in one")
    more = {
        "kernel": a["kernel_shape"][0],
        "stride": a.get("strides", [1])[0],
        "before": a.get("pads", [0])[0],
    }
    source = self.graph.values[x]
    room = source.length + sum(a.get("pads", [0, 0])) - more["kernel"]
    steps = math.ceil(room / more["stride"]) if a.get("ceil_mode", 0) else room // more["stride"]
    self.add(node, "POOL", (x,), (source.channels, steps + 1), dilation=a.get("dilations", [1])[0], **more)


def _function(self: _Reader, node: Any) -> None:
    """Apply a function where the value is made if nobody else reads it."""
    x = self.value(node)
    name, slope = _FUNCTIONS[node.op_type]
    slope = float(_attributes(node).get("alpha", slope))
    source = self.graph.values[x]
    made = next((k for k, each in enumerate(self.graph.layers) if each.output == x), None)
    alone = self.uses[node.input[0]] == 1 and not source.scale
    if made is not None and alone and self.graph.layers[made].function == "NONE":
        self.graph.layers[made] = replace(self.graph.layers[made], function=name, slope=slope)
        self.at[node.output[0]] = x
    else:
        self.add(node, "COPY", (x,), (source.channels, source.length), function=name, slope=slope)


def _arithmetic(self: _Reader, node: Any) -> None:
    signals = [k for k in (0, 1) if node.input[k] in self.at]
    if len(signals) == 2:
        x, y = self.value(node, 0), self.value(node, 1)
        a, b = self.graph.values[x], self.graph.values[y]
        if node.op_type not in ("Add", "Mul") or (a.channels, a.length) != (b.channels, b.length):
            raise self.refuse(node, "two signals can be added or multiplied, of one shape")
        self.add(node, node.op_type.upper(), (x, y), (a.channels, a.length))
        return
    k = signals[0]
    x = self.value(node, k)
    source = self.graph.values[x]
    constant = _plain(self.constants[node.input[1 - k]])
    if constant.ndim > 1 and (constant == constant[..., :1]).all():
        constant = constant[..., :1]  # the same at all times
    if constant.size not in (1, source.channels):
        raise self.refuse(node, f"a constant of shape {constant.shape}, expected one number a channel")
    number = np.broadcast_to(constant.reshape(-1), (source.channels,)).astype(np.float32)
    factor, shift = np.ones_like(number), np.zeros_like(number)
    if node.op_type == "Mul":
        factor = number
    elif node.op_type == "Div" and k == 0:
        factor = (1 / number.astype(np.float64)).astype(np.float32)
    elif node.op_type == "Div":
        raise self.refuse(node, "a constant divided by a signal")
    elif node.op_type == "Add":
        shift = number
    elif k == 0:
        shift = -number
    else:
        factor, shift = -factor, number
    self.add(node, "AFFINE", (x,), (source.channels, source.length), weights=factor, bias=shift)


def _norm(self: _Reader, node: Any) -> None:
    x = self.value(node)
    gamma, beta, mean, variance = (_plain(self.constants[n]).astype(np.float64) for n in node.input[1:5])
    factor = gamma / np.sqrt(variance + _attributes(node).get("epsilon", 1e-5))
    source = self.graph.values[x]
    shift = (beta - mean * factor).astype(np.float32)
    shape = (source.channels, source.length)
    self.add(node, "AFFINE", (x,), shape, weights=factor.astype(np.float32), bias=shift)


def _concat(self: _Reader, node: Any) -> None:
    if _attributes(node)["axis"] not in (1, -2):
        raise self.refuse(node, "signals can be joined by channels only")
    inputs = [self.value(node, k) for k in range(len(node.input))]
    joined = inputs[0]
    for other in inputs[1:]:
        a, b = self.graph.values[joined], self.graph.values[other]
        self.add(node, "CONCAT", (joined, other), (a.channels + b.channels, a.length))
        joined = self.at[node.output[0]]
    self.at[node.output[0]] = joined


def _slice(self: _Reader, node: Any) -> None:
    x = self.value(node)
    source = self.graph.values[x]
    starts, ends, axes, *steps = (self.constants[name].tolist() for name in node.input[1:])
    if axes not in ([2], [-1]) or (steps and steps[0] != [1]):
        raise self.refuse(node, "a signal can be cut in time only, without steps")
    first, end, _ = slice(starts[0], ends[0]).indices(source.length)
    self.add(node, "SLICE", (x,), (source.channels, end - first), before=first)


def _pad(self: _Reader, node: Any) -> None:
    x, a = self.value(node), _attributes(node)
    source, pads = self.graph.values[x], self.constants[node.input[1]].tolist()
    filled = float(self.constants[node.input[2]]) if len(node.input) > 2 and node.input[2] else 0.0
    if a.get("mode", b"constant") != b"constant" or filled or any(pads[k] for k in (0, 1, 3, 4)):
        raise self.refuse(node, "a signal can be padded in time only, with zeros")
    self.add(node, "PAD", (x,), (source.channels, source.length + pads[2] + pads[5]), before=pads[2])


def _resize(self: _Reader, node: Any) -> None:
    x, a = self.value(node), _attributes(node)
    mode = a.get("mode", b"nearest").decode(), a.get("coordinate_transformation_mode", b"half_pixel").decode()
    ways = {("nearest", "asymmetric"): 0, ("linear", "align_corners"): 1, ("linear", "half_pixel"): 2}
    ways[("linear", "pytorch_half_pixel")] = 2
    if mode not in ways or (ways[mode] == 0 and a.get("nearest_mode", b"round_prefer_floor") != b"floor"):
        raise self.refuse(node, f"resizing {' '.join(mode)}")
    self.add(node, "RESIZE", (x,), self.shapes[node.output[0]][1:], groups=ways[mode])


def _gemm(self: _Reader, node: Any) -> None:
    """Weigh the whole signal: a convolution as long as it."""
    x, a = self.value(node), _attributes(node)
    source = self.graph.values[x]
    matrix = _plain(self.constants[node.input[1]])
    matrix = matrix if a.get("transB", 0) else matrix.T
    weights = matrix.reshape(len(matrix), source.channels, source.length) * a.get("alpha", 1.0)
    self.add(
        node,
        "CONV",
        (x,),
        (len(matrix), 1),
        kernel=source.length,
        weights=np.ascontiguousarray(weights.transpose(2, 1, 0), dtype=np.float32),
        bias=_plain(self.constants[node.input[2]]) * np.float32(a.get("beta", 1.0)),
    )


def _same(self: _Reader, node: Any) -> None:
    """Give a value a second name: shapes mean nothing to columns."""
    if node.input[0] in self.constants:
        self.constants[node.output[0]] = self.constants[node.input[0]]
    else:
        self.at[node.output[0]] = self.value(node)


def _quantise(self: _Reader, node: Any) -> None:
    x = self.value(node)
    source = self.graph.values[x]
    scale, zero = (np.asarray(self.constants[name]).reshape(-1) for name in node.input[1:3])
    if zero.dtype != np.uint8 or scale.size != 1:
        raise self.refuse(node, f"signals are unsigned 8-bit integers with one scale, got {zero.dtype}")
    made = next((k for k, each in enumerate(self.graph.layers) if each.output == x), None)
    integers = replace(source, scale=float(scale[0]), zero=int(zero[0]))
    if made is not None and self.uses[node.input[0]] == 1:
        self.graph.values[x] = integers
        self.at[node.output[0]] = x
        return
    self.add(node, "COPY", (x,), (source.channels, source.length))
    self.graph.values[-1] = integers


def _dequantise(self: _Reader, node: Any) -> None:
    if node.input[0] in self.at:
        self.at[node.output[0]] = self.at[node.input[0]]
        return
    values = self.constants[node.input[0]]
    scale = np.asarray(self.constants[node.input[1]])
    axis = _attributes(node).get("axis", 1)
    if scale.ndim == 1 and scale.size > 1:
        scale = scale.reshape([-1 if k == axis else 1 for k in range(values.ndim)])
    zero = np.asarray(self.constants[node.input[2]]) if len(node.input) > 2 and node.input[2] else np.zeros(1)
    if zero.any():  # as ONNX Runtime rounds weights of layers that stay in single precision
        shifted = values.astype(np.float64) - zero.reshape(scale.shape)
        self.constants[node.output[0]] = (shifted * scale).astype(np.float32)
    else:
        self.constants[node.output[0]] = _Scaled(values, scale)


_HANDLERS: dict[str, Callable[[_Reader, Any], None]] = {
    "Conv": _convolution,
    "ConvTranspose": _convolution,
    "MaxPool": _pool,
    **dict.fromkeys(_FUNCTIONS, _function),
    **dict.fromkeys(("Add", "Sub", "Mul", "Div"), _arithmetic),
    "BatchNormalization": _norm,
    "Concat": _concat,
    "Slice": _slice,
    "Pad": _pad,
    "Resize": _resize,
    "Gemm": _gemm,
    **dict.fromkeys(("Flatten", "Unsqueeze", "Squeeze", "Identity"), _same),
    "QuantizeLinear": _quantise,
    "DequantizeLinear": _dequantise,
}
_WHY = {
    **dict.fromkeys(("LSTM", "GRU"), "recurrence needs the whole window at once, backwards too"),
    **dict.fromkeys(("Transpose", "Reshape"), "it turns moments into channels, for attention or recurrence"),
    **dict.fromkeys(
        ("MatMul", "ReduceMax", "ReduceSum", "LayerNormalization", "Softmax", "Exp"),
        "attention compares every moment with every other; its memory grows with their product",
    ),
}


def layers_of(model: Any) -> Graph:
    """Read a network from an ONNX message, in single precision or with quantised nodes (QDQ).

    Parameters
    ----------
    model : ModelProto

    Returns
    -------
    Graph

    Raises
    ------
    ExportError
        Naming the layer that C cannot have, and why.
    """
    return _Reader(one_window(model)).read()
