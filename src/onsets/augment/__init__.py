"""Augmentation: batches of labelled windows to other batches that are as plausible."""

from onsets.augment.adding import Noise, Overlay, SecondEvent
from onsets.augment.faults import Glitch, Offset
from onsets.augment.filtering import BandPass, PreEmphasis, band_pass
from onsets.augment.losing import Clip, DropComponents, Gap, SwapComponents
from onsets.augment.placing import Cut, RateJitter, Shift
from onsets.augment.step import Step, augment
from onsets.augment.steps import STEPS
from onsets.augment.turning import Polarity, Rotate, Scale
from onsets.augment.waves import Draw, Waves

__all__ = [
    "STEPS",
    "BandPass",
    "Clip",
    "Cut",
    "Draw",
    "DropComponents",
    "Gap",
    "Glitch",
    "Noise",
    "Offset",
    "Overlay",
    "Polarity",
    "PreEmphasis",
    "RateJitter",
    "Rotate",
    "Scale",
    "SecondEvent",
    "Shift",
    "Step",
    "SwapComponents",
    "Waves",
    "augment",
    "band_pass",
]
