"""Blocks that more than one network uses."""

from onsets.networks.layers.attention import AdditiveAttention, Transformer
from onsets.networks.layers.attentive import Attentive, PhaseBranch, Recurrence, start_as_keras
from onsets.networks.layers.conv_norm import ConvNorm
from onsets.networks.layers.gru import TwoWayGRU
from onsets.networks.layers.inverted import Inverted
from onsets.networks.layers.lstm import GATES, OneBiasLSTM
from onsets.networks.layers.padding import same_padding
from onsets.networks.layers.pyramid import CROPS, Ascent, Descent, crop_surplus
from onsets.networks.layers.residual import NormConv, Residual
from onsets.networks.layers.separable import Separable

__all__ = [
    "CROPS",
    "GATES",
    "AdditiveAttention",
    "Ascent",
    "Attentive",
    "ConvNorm",
    "Descent",
    "Inverted",
    "NormConv",
    "OneBiasLSTM",
    "PhaseBranch",
    "Recurrence",
    "Residual",
    "Separable",
    "Transformer",
    "TwoWayGRU",
    "crop_surplus",
    "same_padding",
    "start_as_keras",
]
