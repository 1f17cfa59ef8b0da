"""The registry of steps: the name a recipe uses -> the step."""

from __future__ import annotations

from onsets.augment.adding import Noise, Overlay, SecondEvent
from onsets.augment.faults import Glitch, Offset
from onsets.augment.filtering import BandPass, PreEmphasis
from onsets.augment.losing import Clip, DropComponents, Gap, SwapComponents
from onsets.augment.placing import Cut, RateJitter, Shift
from onsets.augment.step import Step
from onsets.augment.turning import Polarity, Rotate, Scale

__all__ = ["STEPS"]

STEPS: dict[str, type[Step]] = {
    "cut": Cut,
    "shift": Shift,
    "rate-jitter": RateJitter,
    "second-event": SecondEvent,
    "overlay": Overlay,
    "noise": Noise,
    "gap": Gap,
    "drop-components": DropComponents,
    "swap-components": SwapComponents,
    "clip": Clip,
    "scale": Scale,
    "polarity": Polarity,
    "rotate": Rotate,
    "pre-emphasis": PreEmphasis,
    "band-pass": BandPass,
    "glitch": Glitch,
    "offset": Offset,
}
"""Name in a recipe's ``[[augment]]`` -> step."""

Step.VARIANTS.update(STEPS)
