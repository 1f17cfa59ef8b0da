"""Rewrite an ONNX graph so that ONNX Runtime takes its fastest kernels for it; the numbers stay.

ONNX Runtime has blocked convolutions for pictures only, so a convolution over time becomes one over a
picture of height one, and so does what stands between two of them. Padding and cropping, which torch
writes as operators of their own, become attributes of the convolution they belong to; a batch-norm
behind a transposed convolution goes into its weights. Stretching by a whole number is told by that number,
not by a length that has to be computed first.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import onnx

__all__ = ["joined", "planar"]

_Arrays = dict[str, npt.NDArray[Any]]

CONVOLUTIONS = ("Conv", "ConvTranspose")
POOLS = ("MaxPool", "AveragePool")
ELEMENTWISE = ("Relu", "BatchNormalization", "Add")
_MOST_FOLDED = 1 << 16  # values of a constant that is worth computing beforehand


def planar(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a model with the same inputs, outputs and metadata whose convolutions are planar.

    Parameters
    ----------
    model : ModelProto
        With convolutions over one axis. One with branches (``If``, ``Loop``) is returned as it is.

    Returns
    -------
    ModelProto
        Outputs differ by rounding only.
    """
    import onnx

    if _has_branches(model):
        return model
    model, arrays = _joined(model)
    plane = _Plane(arrays, _lengths(model))
    nodes = plane.rewrite(list(model.graph.node), {out.name for out in model.graph.output})
    model = _rebuilt(model, _needed(nodes, model), arrays)
    onnx.checker.check_model(model)
    del model.graph.value_info[:]
    return model


def joined(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a model whose convolutions pad and crop for themselves, still over one axis."""
    return model if _has_branches(model) else _joined(model)[0]


def _has_branches(model: onnx.ModelProto) -> bool:
    return any(a.type in (a.GRAPH, a.GRAPHS) for node in model.graph.node for a in node.attribute)


def _joined(model: onnx.ModelProto) -> tuple[onnx.ModelProto, _Arrays]:
    from onnx import numpy_helper

    arrays = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    model = _rebuilt(model, _pad(_fold(list(model.graph.node), arrays), arrays, model), arrays)
    return _rebuilt(model, _crop(list(model.graph.node), arrays, model), arrays), arrays


def _rebuilt(model: onnx.ModelProto, nodes: list[Any], arrays: _Arrays) -> onnx.ModelProto:
    """Return the model with other nodes, the constants they use, and the shapes that follow."""
    import onnx
    from onnx import numpy_helper

    used = {name for node in nodes for name in node.input} | {out.name for out in model.graph.output}
    new = onnx.ModelProto()
    new.CopyFrom(model)
    del new.graph.node[:], new.graph.initializer[:], new.graph.value_info[:]
    new.graph.node.extend(nodes)
    new.graph.initializer.extend(
        numpy_helper.from_array(np.asarray(value, order="C"), name)
        for name, value in arrays.items()
        if name in used
    )
    return onnx.shape_inference.infer_shapes(new, data_prop=True)


def _needed(nodes: list[Any], model: onnx.ModelProto) -> list[Any]:
    """Return the nodes on which the outputs depend."""
    wanted, kept = {out.name for out in model.graph.output}, []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            kept.append(node)
    return kept[::-1]


def _fold(nodes: list[Any], arrays: _Arrays) -> list[Any]:
    """Compute what depends on constants only; its values go to the arrays."""
    from onnx import helper, numpy_helper
    from onnx.reference import ReferenceEvaluator

    kept = []
    for node in nodes:
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            arrays[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        elif node.domain == "" and node.input and all(not name or name in arrays for name in node.input):
            given = {name: arrays[name] for name in node.input if name}
            if sum(value.size for value in given.values()) > _MOST_FOLDED:
                kept.append(node)
                continue
            inputs = [helper.make_tensor_value_info(n, _type(v), v.shape) for n, v in given.items()]
            outputs = [helper.make_empty_tensor_value_info(name) for name in node.output]
            graph = helper.make_graph([node], "constant", inputs, outputs)
            model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
            results = ReferenceEvaluator(model).run(None, given)
            arrays.update(zip(node.output, (np.asarray(value) for value in results), strict=True))
        else:
            kept.append(node)
    return kept


def _type(value: npt.NDArray[Any]) -> int:
    from onnx import helper

    return int(helper.np_dtype_to_tensor_dtype(value.dtype))


def _attribute(node: Any, name: str, default: Any) -> Any:
    from onnx import helper

    found = [helper.get_attribute_value(one) for one in node.attribute if one.name == name]
    return found[0] if found else default


def _set(node: Any, **values: Any) -> None:
    from onnx import helper

    kept = [one for one in node.attribute if one.name not in values]
    del node.attribute[:]
    node.attribute.extend(kept + [helper.make_attribute(name, value) for name, value in values.items()])


def _users(nodes: list[Any], model: onnx.ModelProto) -> defaultdict[str, list[Any]]:
    """Return the nodes that read each tensor; an output of the model is read by None."""
    users: defaultdict[str, list[Any]] = defaultdict(list)
    for node in nodes:
        for name in node.input:
            users[name].append(node)
    for out in model.graph.output:
        users[out.name].append(None)
    return users


def _pad(nodes: list[Any], arrays: _Arrays, model: onnx.ModelProto) -> list[Any]:
    """Let convolutions pad for themselves."""
    users = _users(nodes, model)
    kept = []
    for node in nodes:
        readers = users[node.output[0]]
        pads = arrays.get(node.input[1]) if node.op_type == "Pad" else None
        if (
            pads is None
            or len(pads) != 6
            or pads[[0, 1, 3, 4]].any()
            or (pads < 0).any()
            or _attribute(node, "mode", b"constant") != b"constant"
            or (len(node.input) > 2 and node.input[2] and arrays.get(node.input[2], np.ones(1)).any())
            or not all(one is not None and one.op_type == "Conv" for one in readers)
        ):
            kept.append(node)
            continue
        for one in readers:
            left, right = _attribute(one, "pads", [0, 0])
            _set(one, pads=[left + int(pads[2]), right + int(pads[5])])
            one.input[0] = node.input[0]
    return kept


def _crop(nodes: list[Any], arrays: _Arrays, model: onnx.ModelProto) -> list[Any]:
    """Let transposed convolutions crop for themselves and scale by the batch-norm behind."""
    users, makers = _users(nodes, model), {node.output[0]: node for node in nodes}
    gone: set[str] = set()
    lengths = _lengths(model)
    for node in nodes:
        conv = makers.get(node.input[0]) if node.input else None
        if conv is None or conv.op_type != "ConvTranspose" or len(users[conv.output[0]]) != 1:
            continue
        if node.op_type == "Slice" and _attribute(conv, "pads", [0, 0]) == [0, 0]:
            length = lengths.get(conv.output[0])
            start, end, axes, *steps = (arrays.get(name) for name in node.input[1:])
            if (
                length is None
                or start is None
                or end is None
                or axes is None
                or list(axes) not in ([2], [-1])
            ):
                continue
            if steps and (steps[0] is None or list(steps[0]) != [1]):
                continue
            first, last = (int(v) + length if v < 0 else min(int(v), length) for v in (start[0], end[0]))
            _set(conv, pads=[first, length - last])
        elif node.op_type == "BatchNormalization" and conv.input[1] in arrays and len(conv.input) == 2:
            scale, shift, mean, variance = (arrays[name] for name in node.input[1:5])
            factor = scale / np.sqrt(variance + _attribute(node, "epsilon", 1e-5))
            weight, bias = f"{conv.input[1]}_scaled", f"{conv.output[0]}_bias"
            arrays[weight] = (arrays[conv.input[1]] * factor[None, :, None]).astype(np.float32)
            arrays[bias] = (shift - mean * factor).astype(np.float32)
            conv.input[1] = weight
            conv.input.append(bias)
        else:
            continue
        gone.add(node.output[0])
        users[node.output[0]], makers[node.output[0]] = users[node.output[0]], conv
        users[conv.output[0]] = users[node.output[0]]
        conv.output[0] = node.output[0]
    return [node for node in nodes if node.op_type == "ConvTranspose" or node.output[0] not in gone]


def _lengths(model: onnx.ModelProto) -> dict[str, int]:
    """Return the samples of each tensor of three axes where they are fixed."""
    shapes = {info.name: info.type.tensor_type.shape.dim for info in model.graph.value_info}
    return {
        name: int(shape[2].dim_value)
        for name, shape in shapes.items()
        if len(shape) == 3 and shape[2].dim_value
    }


class _Plane:
    """Gives tensors of three axes a fourth, of length one, before the last.

    Parameters
    ----------
    arrays : dict
        Constants; weights of convolutions are replaced by planar ones.
    lengths : dict
        Samples of tensors where they are fixed.
    """

    def __init__(self, arrays: _Arrays, lengths: dict[str, int]) -> None:
        self.arrays, self.lengths = arrays, lengths
        self.nodes: list[Any] = []
        self.flat: dict[str, str] = {}
        """Name of the planar form of a tensor that has one."""
        self.lined: set[str] = set()
        """Tensors whose own form is there."""
        arrays["_height_axis"] = np.array([2], dtype=np.int64)

    def rewrite(self, nodes: list[Any], outputs: set[str]) -> list[Any]:
        """Return the nodes of the planar graph."""
        for node in nodes:
            if self._suits(node):
                self._convert(node)
            else:
                for name in node.input:
                    self._line(name)
                self.nodes.append(node)
        for name in sorted(outputs):
            self._line(name)
        return self.nodes

    def _suits(self, node: Any) -> bool:
        """Whether a node can be planar and has a reason to be."""
        if node.op_type in CONVOLUTIONS:
            weight = self.arrays.get(node.input[1])
            return weight is not None and weight.ndim == 3
        planes = [name in self.flat for name in node.input]
        if not any(planes):
            return False
        if node.op_type in POOLS:
            return len(node.output) == 1 and len(_attribute(node, "kernel_shape", [])) == 1
        if node.op_type == "Concat":
            return bool(_attribute(node, "axis", 0) == 1)
        if node.op_type == "Add":
            return all(planes)
        if node.op_type == "Resize":  # by whole numbers: what blocked kernels are there for
            return planes[0] and self._times(node) is not None
        return node.op_type in ELEMENTWISE and planes[0]

    def _times(self, node: Any) -> int | None:
        """Return how many times as long a node makes its input, where that is a whole number."""
        before, after = (self.lengths.get(name) for name in (node.input[0], node.output[0]))
        if before is None or after is None or after % before:
            return None
        return after // before

    def _convert(self, node: Any) -> None:
        """Append a node with its planar inputs and output."""
        import onnx

        new = onnx.NodeProto()
        new.CopyFrom(node)
        many = node.op_type in ("Concat", "Add")
        for k, name in enumerate(node.input):
            if k == 0 or many:
                new.input[k] = self._plane(name)
        if node.op_type in CONVOLUTIONS:
            weight = f"{node.input[1]}_planar"
            self.arrays[weight] = self.arrays[node.input[1]][:, :, None]
            new.input[1] = weight
        if node.op_type == "Resize":  # by a constant, whatever computed the length
            scales = f"{node.output[0]}_scales"
            self.arrays[scales] = np.array([1, 1, 1, self._times(node)], dtype=np.float32)
            new.input[:] = [new.input[0], "", scales]
        if node.op_type in CONVOLUTIONS + POOLS:
            for key in ("kernel_shape", "strides", "dilations", "output_padding", "output_shape"):
                if (values := _attribute(node, key, None)) is not None:
                    _set(new, **{key: [0 if key == "output_padding" else 1, *values]})
            if (pads := _attribute(node, "pads", None)) is not None:
                _set(new, pads=[0, pads[0], 0, pads[1]])
        new.output[0] = self.flat[node.output[0]] = f"{node.output[0]}_planar"
        self.nodes.append(new)

    def _plane(self, name: str) -> str:
        """Return the planar form of a tensor, made where it is not there yet."""
        from onnx import helper

        if name not in self.flat:
            self.flat[name] = f"{name}_planar"
            self.lined.add(name)
            self.nodes.append(helper.make_node("Unsqueeze", [name, "_height_axis"], [self.flat[name]]))
        return self.flat[name]

    def _line(self, name: str) -> None:
        """See to it that a tensor is there in its own form."""
        from onnx import helper

        if name in self.flat and name not in self.lined:
            self.lined.add(name)
            self.nodes.append(helper.make_node("Squeeze", [self.flat[name], "_height_axis"], [name]))
