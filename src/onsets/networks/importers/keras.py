"""EQTransformer and LEQNet as their authors publish them: Keras ``.h5`` files.

Only arrays are read; which network it is follows from their number and shapes. Layers of one class
are taken in the order of Keras's numbers, which is the order in which the authors' programs make
them: encoder, blocks, recurrences, decoders of detection, P and S. A description of the network
(``model_config``) is read as plain JSON: it tells the gates of the LSTMs, and a class of layer, an
epsilon, a padding or an input length other than ours is an error. Custom layers are known by their
arrays; no class in the file is looked up and nothing is run. The optimiser's state is left out.

An EQTransformer gets the thresholds with which its authors' program picks continuous records, lower
than the paper's: there are published files, tuned to a region in their last layers only, whose P and S
never reach the paper's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from onsets.errors import SpecError
from onsets.networks import eqtransformer, leqnet
from onsets.networks.importers._keras_layers import Contents, Layer, read_contents
from onsets.networks.importers._state import fill
from onsets.networks.layers import GATES
from onsets.spec import Spec

__all__ = ["import_keras"]

SAMPLES = 6000
PROGRAM_THRESHOLDS = {"detection": 0.3, "P": 0.1, "S": 0.1}
HEADS = ("detector", "picker_P", "picker_S")
ATTENTIONS = ("attentionD0", "attentionD", "attentionP", "attentionS")
DECODERS = ("decoder_detection", "branch_p.decoder", "branch_s.decoder")

# Our names in the order of Keras's arrays.
CONV, LAYER_NORM = ("weight", "bias"), ("weight", "bias")
SEPARABLE = ("filter.weight", "mix.weight", "mix.bias")
NORM = ("weight", "bias", "running_mean", "running_var")
LSTM = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0")
ATTENTION = ("query.weight", "key.weight", "key.bias", "score.weight", "score.bias")
FEED_FORWARD = ("widen.weight", "widen.bias", "narrow.weight", "narrow.bias")


def import_keras(path: str | Path, gates: str | None = None) -> tuple[nn.Module, Spec]:
    """Read a network of the EQTransformer family from a Keras file; needs h5py, not Keras.

    Parameters
    ----------
    path : str or Path
        Whole model or weights only (``.h5``, not Keras 3's ``.keras``).
    gates : str, optional
        ``sigmoid`` or ``hard_sigmoid``, for a file that does not describe its network (weights only).

    Returns
    -------
    network : EQTransformer or LEQNet
        In evaluation mode.
    spec : Spec
        Of the paper, named after the network and the file; thresholds of an EQTransformer are those of
        its program, 0.3 of detection and 0.1 of P and S.

    Raises
    ------
    SpecError
        If the file is cut, altered or leads elsewhere, a layer is unknown or of a wrong shape, or the
        gates are not known; the message names file and layer.
    MissingExtraError
        Without h5py.
    """
    contents = read_contents(path)
    gates = _gates(contents, gates)
    _check_samples(contents)
    parts = _Parts(contents)
    build = _leqnet if contents.of("separable") else _eqtransformer
    network, spec = build(contents, parts, gates)
    fill(network, parts.tensors, parts.names, str(path))
    return network, dataclasses.replace(spec, name=f"{spec.network}-{Path(path).stem}")


class _Parts:
    """Tensors by our names, gathered layer by layer."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self.tensors: dict[str, Tensor] = {}
        self.names: dict[str, str] = {}

    def take(self, ours: Sequence[str], layers: Sequence[Layer], names: tuple[str, ...], kind: str) -> None:
        """Give each of our modules the arrays of its layer, with our axes."""
        if len(layers) != len(ours):
            raise SpecError(
                f"{self.contents.path} has {len(layers)} layers of kind {kind!r}, expected {len(ours)}"
            )
        for module, layer in zip(ours, layers, strict=True):
            for name, (theirs, array) in zip(names, layer.arrays.items(), strict=True):
                axes = (1, 2, 0) if name == "filter.weight" else (2, 1, 0)
                turned = array.transpose(axes) if array.ndim == 3 else array.T
                self.tensors[f"{module}.{name}"] = torch.from_numpy(np.ascontiguousarray(turned))
                self.names[f"{module}.{name}"] = f"{layer.name}/{theirs}"
                if name.startswith("bias_ih"):  # Keras has one bias
                    zeros = torch.zeros(array.shape)
                    self.tensors[f"{module}.{name.replace('ih', 'hh')}"] = zeros

    def take_graph(self, heads: list[Layer]) -> int:
        """Take what EQTransformer and LEQNet share; return the number of recurrences."""
        contents, branches = self.contents, ("branch_p", "branch_s")
        both = contents.counted(contents.of("lstm both ways"))
        for layer in both:
            ways = ["backward" in array for array in layer.arrays]
            if ways != [False] * 3 + [True] * 3:
                raise SpecError(f"{contents.path}: layer {layer.name} is not forward, then backward")
        recurrences = [f"recurrences.{k}.lstm" for k in range(len(both))]
        self.take(recurrences, both, (*LSTM, *(f"{name}_reverse" for name in LSTM)), "lstm both ways")
        for kind, names, ours in (
            ("lstm", LSTM, [f"{branch}.lstm" for branch in branches]),
            ("feed forward", FEED_FORWARD, [f"transformers.{k}" for k in range(2)]),
            (
                "layer norm",
                LAYER_NORM,
                [f"transformers.{k}.{norm}" for k in range(2) for norm in ("norm_attention", "norm")],
            ),
        ):
            self.take(ours, contents.counted(contents.of(kind)), names, kind)
        attentions = [f"{part}.attention" for part in ("transformers.0", "transformers.1", *branches)]
        self.take(attentions, contents.named(contents.of("attention"), ATTENTIONS), ATTENTION, "attention")
        self.take([f"{decoder}.head" for decoder in DECODERS], contents.named(heads, HEADS), CONV, "head")
        return len(both)


def _convs(contents: Contents) -> tuple[list[Layer], list[Layer]]:
    """Return the convolutions in the program's order, and those that give one channel apart."""
    for layer in contents.of("conv"):
        if next(iter(layer.arrays.values())).ndim != 3:
            raise SpecError(f"{contents.path}: layer {layer.name} is no convolution in time")
    heads = [layer for layer in contents.of("conv") if next(iter(layer.arrays.values())).shape[2] == 1]
    others = [layer for layer in contents.of("conv") if layer not in heads]
    return contents.counted(others), heads


def _eqtransformer(contents: Contents, parts: _Parts, gates: str) -> tuple[nn.Module, Spec]:
    convs, heads = _convs(contents)
    recurrences = parts.take_graph(heads)
    depth = len(eqtransformer.WIDTHS)
    blocks = max(0, len(convs) - 4 * depth - recurrences) // 2
    shapes = [next(iter(layer.arrays.values())).shape for layer in convs]
    residual = [f"blocks.{k}.{j}" for k in range(blocks) for j in range(2)]
    recurrent = [f"recurrences.{k}" for k in range(recurrences)]
    stages = [f"{part}.convs.{k}" for part in ("encoder", *DECODERS) for k in range(depth)]
    parts.take(
        stages[:depth] + [f"{part}.conv" for part in residual + recurrent] + stages[depth:],
        convs,
        CONV,
        "conv",
    )
    norms = [f"{part}.norm" for part in residual + recurrent]
    parts.take(norms, contents.counted(contents.of("norm")), NORM, "norm")
    kernels = [shape[0] for shape in shapes[depth : depth + 2 * blocks : 2]]
    if not all(0 < kernel < 10 for kernel in kernels):
        raise SpecError(f"{contents.path}: residual blocks have kernels {kernels}, expected 1 to 9")
    options = {
        "blocks": "".join(map(str, kernels)),
        "recurrences": recurrences,
        "gates": gates,
        "components": _components(contents, convs[0]),
    }
    spec = dataclasses.replace(eqtransformer.spec(**options), thresholds=dict(PROGRAM_THRESHOLDS))
    return eqtransformer.build(**options), spec


def _leqnet(contents: Contents, parts: _Parts, gates: str) -> tuple[nn.Module, Spec]:
    convs, heads = _convs(contents)
    parts.take_graph(heads)
    inner = [f"blocks.{k}.{j}" for k in range(len(leqnet.BLOCKS)) for j in range(3)]
    inner += [f"recurrences.{k}" for k in range(2)]
    parts.take([f"{part}.conv" for part in inner], convs, CONV, "conv")
    norms = contents.counted(contents.of("norm"))
    parts.take([f"{part}.norm" for part in inner], norms, NORM, "norm")
    separables = contents.counted(contents.of("separable"))
    options = {"gates": gates, "components": _components(contents, separables[0])}
    network = leqnet.build(**options)
    ours = [f"{part}.convs.{k}" for part in ("encoder", *DECODERS) for k in range(4)]
    parts.take(ours, _by_shape(network, ours, separables, contents.path), SEPARABLE, "separable")
    return network, leqnet.spec(**options)


def _components(contents: Contents, layer: Layer) -> int:
    """Return the input rows of the first convolution."""
    shape = next(iter(layer.arrays.values())).shape
    if len(shape) != 3 or shape[1] not in (1, 3):
        raise SpecError(f"{contents.path}: layer {layer.name} has shape {shape}, expected 3 or 1 components")
    return int(shape[1])


def _by_shape(network: nn.Module, ours: list[str], layers: list[Layer], path: str) -> list[Layer]:
    """Return for each module the first unused layer of its shape.

    A program may make the layer that two stages share before or between the others; shapes tell the
    eight separable convolutions of encoder and decoder apart, numbers the three decoders.
    """
    free, found = list(layers), []
    for name in ours:
        module = network.get_submodule(name)
        channels, _, kernel = module.get_parameter("filter.weight").shape
        wanted = [(kernel, channels, 1), (1, channels, module.get_parameter("mix.bias").shape[0])]
        fits = [x for x in free if [array.shape for array in x.arrays.values()][:2] == wanted]
        if not fits:
            left = ", ".join(layer.name for layer in free[:6]) or "none"
            raise SpecError(f"{path}: no separable convolution of shapes {wanted} is left; there are {left}")
        found.append(fits[0])
        free.remove(fits[0])
    return found + free


def _gates(contents: Contents, given: str | None) -> str:
    """Return the activation of all LSTM gates, from the file's description or from the caller."""
    if given is not None and given not in GATES:
        raise SpecError(f"gates are {' or '.join(GATES)}, got {given!r}")
    said: dict[str, str] = {}
    for name, (kind, values) in (contents.config or {}).items():
        inner = values.get("layer", {}).get("config", {}) if kind == "Bidirectional" else values
        if kind in ("LSTM", "Bidirectional"):
            said.setdefault(str(inner.get("recurrent_activation")), name)
    if len(said) > 1 or any(gates not in GATES for gates in said):
        raise SpecError(f"{contents.path}: gates are {said}, expected {' or '.join(GATES)} throughout")
    found = next(iter(said), given)
    if found is None:
        raise SpecError(f"{contents.path} does not say its gates; give gates='sigmoid' or 'hard_sigmoid'")
    if given not in (None, found):
        raise SpecError(f"{contents.path}: layer {said[found]} has gates {found!r}, not {given!r}")
    if found == "hard_sigmoid" and contents.version.startswith("3"):
        raise SpecError(
            f"{contents.path} is of Keras {contents.version}, whose hard_sigmoid has another slope"
        )
    return found


def _check_samples(contents: Contents) -> None:
    for name, (kind, values) in (contents.config or {}).items():
        shape = values.get("batch_input_shape") or values.get("batch_shape") or [None, SAMPLES]
        if kind == "InputLayer" and list(shape)[1:2] not in ([SAMPLES], [None]):
            raise SpecError(f"{contents.path}: layer {name} reads {shape}, expected {SAMPLES} samples")
