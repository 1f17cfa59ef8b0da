"""Picking: a record to a curve, a curve to onsets, onsets to picks."""

from onsets.picking.annotate import annotate
from onsets.picking.classic import ClassicalPicker
from onsets.picking.decode import Onsets, decode
from onsets.picking.describe import describe
from onsets.picking.models import available, bundled, load
from onsets.picking.modes import MODES, in_mode
from onsets.picking.network import NetworkPicker
from onsets.picking.picker import Picked, Picker, Progress, Stream, StreamingPicker

__all__ = [
    "MODES",
    "ClassicalPicker",
    "NetworkPicker",
    "Onsets",
    "Picked",
    "Picker",
    "Progress",
    "Stream",
    "StreamingPicker",
    "annotate",
    "available",
    "bundled",
    "decode",
    "describe",
    "in_mode",
    "load",
]
