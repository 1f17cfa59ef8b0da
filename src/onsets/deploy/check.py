"""All that ``onsets verify`` measures of an exported file without labels, and what is not good enough."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from onsets.deploy.c.build import flash_bytes
from onsets.deploy.verify import LIMITS, parity, peak_bytes, seconds_a_window
from onsets.runtime import Runner
from onsets.spec import Spec
from onsets.types import Float32

__all__ = ["failures", "measured"]

EQUAL_SHARE = 0.995
LOSS = 0.01
_NOISE_WINDOWS = 8


def measured(
    target: Path, card: dict[str, Any], runners: tuple[Runner, Runner], spec: Spec, windows: Float32 | None
) -> dict[str, Any]:
    """Return parity, size, memory and speed.

    Parameters
    ----------
    target : Path
        An exported file; the others that its card names lie beside it.
    card : dict
        See :func:`onsets.deploy.check_card`.
    runners : (Runner, Runner)
        Of the network and of the file.
    spec : Spec
    windows : ndarray of float32, shape (windows, components, samples), or None
        Real ones; made-up noise is run in any case.
    """
    exact, runner = runners
    shape = (_NOISE_WINDOWS, len(spec.components), spec.samples)
    noise = np.random.default_rng(0).standard_normal(shape, dtype=np.float32)
    said: dict[str, Any] = {}
    for where, some in (("random windows", noise), ("real windows", windows)):
        if some is not None:
            said |= {f"{key} {where}": value for key, value in parity(exact, runner, some, spec).items()}
    said["bytes"] = sum(target.with_name(name).stat().st_size for name in card["files"])
    if card["format"] == "c":
        said["code_and_weights_bytes"] = flash_bytes(target)
    said["peak_memory_bytes"] = peak_bytes(target, card["format"], runner, spec)
    pace = seconds_a_window(runner, noise)
    said["ms_a_window"] = 1e3 * pace
    said["real_time_factor"] = spec.hop_samples / spec.rate_hz / pace
    return said


def failures(said: dict[str, Any], card: dict[str, Any]) -> list[str]:
    """Return what is not good enough: each number against its limit.

    Parameters
    ----------
    said : dict
        What :func:`measured` found and, of labelled records, ``picks_equal_share`` and ``*_f1_loss``.
    card : dict
    """
    form, integers = card["format"], bool(card.get("integers"))
    limit = LIMITS["onnx-int8" if integers else form]
    checks = [(key, said[key]) for key in said if key.startswith("max_dp")]
    wrong = [f"{key} is {value:.2g}, at most {limit:g}" for key, value in checks if value > limit]
    share = said.get("picks_equal_share", 1.0)
    if integers:
        losses = {key: said[key] for key in said if key.endswith("_f1_loss")}
        wrong += [f"{key} is {value:.3f}, at most {LOSS}" for key, value in losses.items() if value > LOSS]
    elif share < EQUAL_SHARE:
        wrong.append(f"{share:.2%} of the picks are equal, at least {EQUAL_SHARE:.1%} for {form}")
    return wrong
