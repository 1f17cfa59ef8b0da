"""Blocks that more than one network uses."""

from onsets.networks.layers.conv_norm import ConvNorm
from onsets.networks.layers.gru import TwoWayGRU
from onsets.networks.layers.inverted import Inverted
from onsets.networks.layers.padding import same_padding
from onsets.networks.layers.separable import Separable

__all__ = ["ConvNorm", "Inverted", "Separable", "TwoWayGRU", "same_padding"]
