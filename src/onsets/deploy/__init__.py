"""Deployment: networks to smaller networks and to files that run elsewhere, each verified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onsets.deploy.c.build import flash_bytes
    from onsets.deploy.calibrate import calibration_windows
    from onsets.deploy.card import card_paths, check_card, read_card, spec_of, write_card
    from onsets.deploy.check import failures, measured
    from onsets.deploy.distilling import Distilling, distil
    from onsets.deploy.equalise import equalised
    from onsets.deploy.export import FORMATS, Exported, export_network
    from onsets.deploy.fold import fold_batch_norm, strip_auxiliary
    from onsets.deploy.half import to_half
    from onsets.deploy.int8 import Quantised, agreement, layers, to_int8, to_int8_mixed
    from onsets.deploy.onnxfile import read_model, write_onnx
    from onsets.deploy.prune import prune_channels
    from onsets.deploy.qat import train_for_int8
    from onsets.deploy.verify import LIMITS, parity, peak_bytes, runner_of, seconds_a_window

_HOMES = {
    "c.build": ("flash_bytes",),
    "calibrate": ("calibration_windows",),
    "card": ("card_paths", "check_card", "read_card", "spec_of", "write_card"),
    "check": ("failures", "measured"),
    "distilling": ("Distilling", "distil"),
    "equalise": ("equalised",),
    "export": ("FORMATS", "Exported", "export_network"),
    "fold": ("fold_batch_norm", "strip_auxiliary"),
    "half": ("to_half",),
    "int8": ("Quantised", "agreement", "layers", "to_int8", "to_int8_mixed"),
    "onnxfile": ("read_model", "write_onnx"),
    "prune": ("prune_channels",),
    "qat": ("train_for_int8",),
    "verify": ("LIMITS", "parity", "peak_bytes", "runner_of", "seconds_a_window"),
}

__all__ = [
    "FORMATS",
    "LIMITS",
    "Distilling",
    "Exported",
    "Quantised",
    "agreement",
    "calibration_windows",
    "card_paths",
    "check_card",
    "distil",
    "equalised",
    "export_network",
    "failures",
    "flash_bytes",
    "fold_batch_norm",
    "layers",
    "measured",
    "parity",
    "peak_bytes",
    "prune_channels",
    "read_card",
    "read_model",
    "runner_of",
    "seconds_a_window",
    "spec_of",
    "strip_auxiliary",
    "to_half",
    "to_int8",
    "to_int8_mixed",
    "train_for_int8",
    "write_card",
    "write_onnx",
]


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            import importlib

            return getattr(importlib.import_module(f"onsets.deploy.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
