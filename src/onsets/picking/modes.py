"""Named ways to run a network: exactly as its Spec says, or faster with a loss that is measured."""

from __future__ import annotations

import dataclasses

from onsets.errors import ConfigError, nearest
from onsets.spec import Spec

__all__ = ["MODES", "in_mode"]

MODES = ("exact", "fast")
"""``exact``: windows, normalisation, stacking and thresholds of the reference; ``fast``: fewer windows."""
BLIND_SHARE = 12


def in_mode(spec: Spec, mode: str) -> Spec:
    """Return the Spec by which a network runs in a mode.

    ``fast`` lets windows overlap by a sixth only, and the twelfth at each end, where a network knows
    least, does not count: three windows instead of five where windows overlap by half. What that costs
    on labelled records is measured by :func:`onsets.evaluation.mode_rows` and stands in a network's card.

    Parameters
    ----------
    spec : Spec
    mode : str
        One of :data:`MODES`.

    Raises
    ------
    ConfigError
        For an unknown mode.

    Examples
    --------
    >>> spec = Spec(name="x", network="x", rate_hz=100.0, samples=3000, hop_samples=1500, outputs=("P",))
    >>> in_mode(spec, "exact") == spec, in_mode(spec, "fast").hop_samples
    (True, 2500)
    """
    if mode not in MODES:
        raise ConfigError(f"unknown mode {mode!r}; {nearest(mode, MODES)}")
    if mode == "exact" or spec.output_kind == "per_window":
        return spec
    blind = spec.samples // BLIND_SHARE // spec.segment_samples * spec.segment_samples
    blind = max(blind, spec.blinding_samples)
    hop = (spec.samples - 2 * blind) // spec.segment_samples * spec.segment_samples
    if hop <= spec.hop_samples:
        return spec
    return dataclasses.replace(spec, blinding_samples=blind, hop_samples=hop)
