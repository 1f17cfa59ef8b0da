"""Blocks that more than one network uses."""

from onsets.networks.layers.inverted import Inverted
from onsets.networks.layers.padding import same_padding

__all__ = ["Inverted", "same_padding"]
