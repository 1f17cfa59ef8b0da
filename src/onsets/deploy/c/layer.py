"""What a network is to the C engine: values that flow, and layers between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

__all__ = ["Array", "Graph", "Layer", "Value"]

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Value:
    """What flows: so many channels at so many moments.

    Attributes
    ----------
    channels, length : int
    scale : float
        Of unsigned 8-bit integers; 0 for single precision.
    zero : int
        Integer that stands for 0.
    """

    channels: int
    length: int
    scale: float = 0.0
    zero: int = 0

    @property
    def bytes(self) -> int:
        """Bytes of one channel at one moment."""
        return 1 if self.scale else 4


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One step, from one or two values to one.

    Attributes
    ----------
    kind : str
        As in the engine: ``CONV``, ``POOL`` ...
    label : str
        The node's name in ONNX.
    inputs : tuple of int
    output : int
    kernel, stride, dilation, before, groups : int
        Of convolutions and pooling; ``before`` is the padding in front, of a slice what is left out.
    function : str
        Applied last: ``NONE``, ``RELU`` ...
    slope : float
        Of ``LEAKY`` and ``ELU``.
    weights, bias, scale : ndarray or None
        Weights as ``(kernel, inputs / groups, outputs)``, single precision or int8.
    """

    kind: str
    label: str
    inputs: tuple[int, ...]
    output: int
    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    before: int = 0
    groups: int = 1
    function: str = "NONE"
    slope: float = 0.0
    weights: Array | None = None
    bias: Array | None = None
    scale: Array | None = None


@dataclass(slots=True)
class Graph:
    """A network.

    Attributes
    ----------
    values : list of Value
        The first is the normalised window.
    layers : list of Layer
        In an order in which they can run.
    outputs : tuple of int
        Values that leave the network.
    """

    values: list[Value] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    outputs: tuple[int, ...] = ()
