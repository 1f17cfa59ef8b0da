"""The layers of a Keras ``.h5`` file: arrays by layer, sorted by kind, and what the file says of itself."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.errors import SpecError
from onsets.networks.importers.hdf5 import open_hdf5, read_array, read_member, read_names, read_text

MOST_LAYERS, MOST_ARRAYS, MOST_VALUES = 1000, 12, 4 * 2**20

# Kind of layer -> ends of its arrays' names.
KINDS = {
    "separable": ("depthwise_kernel", "pointwise_kernel", "bias"),
    "norm": ("gamma", "beta", "moving_mean", "moving_variance"),
    "layer norm": ("gamma", "beta"),
    "lstm both ways": ("kernel", "recurrent_kernel", "bias") * 2,
    "lstm": ("kernel", "recurrent_kernel", "bias"),
    "conv": ("kernel", "bias"),
    "attention": ("Add_Wt", "Add_Wx", "Add_bh", "Add_Wa", "Add_ba"),
    "feed forward": ("W1", "b1", "W2", "b2"),
}
# What the program of the EQTransformer family uses: class of layer -> values that our layers assume.
CONV = {"padding": "same", "strides": [1], "dilation_rate": [1], "data_format": "channels_last"}
LSTM = {"activation": "tanh", "go_backwards": False, "return_sequences": True}
CLASSES: dict[str, dict[str, Any]] = {
    "InputLayer": {},
    "Conv1D": CONV,
    "SeparableConv1D": CONV,
    "MaxPooling1D": {"padding": "same"},
    "UpSampling1D": {},
    "Cropping1D": {},
    "BatchNormalization": {"epsilon": 1e-3},
    "Activation": {"activation": "relu"},
    "SpatialDropout1D": {},
    "Dropout": {},
    "Add": {},
    "Bidirectional": {"merge_mode": "concat"},
    "LSTM": LSTM,
    "SeqSelfAttention": {"attention_type": "additive", "history_only": False, "units": 32},
    "LayerNormalization": {"epsilon": 1e-14},
    "FeedForward": {"activation": "relu"},
}


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A layer that has weights.

    Attributes
    ----------
    name, kind : str
        Kind is a key of KINDS.
    arrays : dict
        By the name in the file, in the file's order.
    """

    name: str
    kind: str
    arrays: dict[str, npt.NDArray[np.float32]]

    @property
    def base(self) -> tuple[str, int]:
        """Name without its number, and the number by which Keras counts layers of one class."""
        found = re.fullmatch(r"(.*?)(?:_(\d{1,9}))?", self.name, re.DOTALL)
        return (found[1], int(found[2] or 0)) if found else (self.name, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """What a file holds.

    Attributes
    ----------
    layers : list of Layer
        In the file's order.
    config : dict or None
        Class and values of each layer by its name, if the file describes its network.
    version : str
        Of Keras, empty if not said.
    """

    path: str
    layers: list[Layer]
    config: dict[str, tuple[str, dict[str, Any]]] | None
    version: str

    def of(self, kind: str) -> list[Layer]:
        """Return the layers of one kind in the file's order."""
        return [layer for layer in self.layers if layer.kind == kind]

    def counted(self, layers: list[Layer]) -> list[Layer]:
        """Return layers of one kind in the order in which the program made them."""
        bases = sorted({layer.base[0] for layer in layers})
        if len(bases) > 1:
            names = ", ".join(bases)
            raise SpecError(
                f"{self.path}: layers of kind {layers[0].kind!r} are called {names}; in what order?"
            )
        return sorted(layers, key=lambda layer: layer.base)

    def named(self, layers: list[Layer], names: tuple[str, ...]) -> list[Layer]:
        """Return layers in the order of the names that the program gives; of others in the file's order."""
        if {layer.name for layer in layers} == set(names):
            return sorted(layers, key=lambda layer: names.index(layer.name))
        return layers


def read_contents(path: str | Path) -> Contents:
    """Read all weights of a Keras file and the description of its network, and run nothing of it."""
    with open_hdf5(path) as file:
        group = read_member(file, "model_weights") if "model_weights" in file else file
        names = read_names(group, "layer_names")
        if names is None:
            raise SpecError(f"{path} has no layer_names; expected weights of Keras in an .h5 file")
        if len(names) > MOST_LAYERS or len(set(names)) < len(names):
            raise SpecError(f"{path} names {len(names)} layers, {len(set(names))} different ones")
        layers, total = [], 0
        for name in names:
            member = read_member(group, name)
            arrays = read_names(member, "weight_names") or []
            if len(arrays) > MOST_ARRAYS or len(set(arrays)) < len(arrays):
                raise SpecError(f"{path}: layer {name} has {len(arrays)} arrays, at most {MOST_ARRAYS}")
            values = {}
            for array in arrays:
                values[array] = read_array(member, array)
                total += values[array].size
                if total > MOST_VALUES:
                    raise SpecError(f"{path}: layer {name} brings the weights above {MOST_VALUES:,} values")
            if values:
                layers.append(Layer(name, _kind(values, f"{path}: layer {name}"), values))
        config = read_text(file, "model_config")
        version = read_text(group, "keras_version") or ""
    return Contents(str(path), layers, None if config is None else _configs(config, str(path)), version)


def _kind(arrays: Mapping[str, Any], where: str) -> str:
    ends = [name.rsplit("/", 1)[-1].split(":")[0] for name in arrays]
    for kind, wanted in KINDS.items():
        if len(ends) == len(wanted) and all(
            end == word or end.endswith("_" + word) for end, word in zip(ends, wanted, strict=True)
        ):
            return kind
    raise SpecError(f"{where} is unknown: it has {', '.join(ends)}")


def _configs(text: str, path: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return class and values of each layer by name; refuse classes and values that we do not build."""
    try:
        described = {}
        for layer in json.loads(text)["config"]["layers"]:
            values, kind = layer["config"], layer["class_name"].rsplit(">", 1)[-1]
            described[str(values["name"])] = (kind, values)
            if kind not in CLASSES:
                raise SpecError(f"{path}: layer {values['name']} is a {kind}, which is not known here")
            _check(kind, values, f"{path}: layer {values['name']}")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, SpecError):
            raise
        raise SpecError(f"{path}: model_config is no description of a network: {error!r}") from error
    return described


def _check(kind: str, values: Mapping[str, Any], where: str) -> None:
    inner = values["layer"]["config"] if kind == "Bidirectional" else {}
    for part, wanted in ((values, CLASSES[kind]), (inner, LSTM if kind == "Bidirectional" else {})):
        for key, expected in wanted.items():
            got = part.get(key, expected)
            same = math.isclose(got, expected) if isinstance(expected, float) else got == expected
            if not same:
                raise SpecError(f"{where} has {key} {got!r}, expected {expected!r}")
