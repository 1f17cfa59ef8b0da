"""Modes change where windows lie and what of them counts, nothing else."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from onsets import networks
from onsets.errors import ConfigError
from onsets.picking import MODES, in_mode, load
from onsets.waveforms import Stack, window_starts


@pytest.mark.parametrize("name", networks.names())
def test_every_network_in_both_modes(name: str) -> None:
    spec = networks.spec(name)
    assert in_mode(spec, "exact") == spec
    fast = in_mode(spec, "fast")
    assert fast.hop_samples >= spec.hop_samples
    same = ("hop_samples", "blinding_samples")
    assert dataclasses.replace(fast, **{key: getattr(spec, key) for key in same}) == spec
    if fast.output_kind == "per_window":
        return
    for samples in (fast.samples - 1, 3 * fast.samples + 17):  # every sample is heard
        stack = Stack(samples, 2 if fast.output_kind == "per_segment" else 1, fast)
        starts = window_starts(samples, fast)
        values = -(-fast.samples // fast.segment_samples)
        stack.add(starts, np.ones((len(starts), len(stack.total), values), dtype=np.float32))
        assert stack.settle()[1].all()


def test_fast_needs_fewer_windows() -> None:
    for name, share in (("phasenet", 0.61), ("lppn", 0.61), ("eqtransformer", 1.0)):
        spec = networks.spec(name)
        assert spec.hop_samples / in_mode(spec, "fast").hop_samples <= share


def test_an_unknown_mode_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'fast'"):
        load("default", mode="fsat")
    with pytest.raises(ConfigError, match="unknown mode"):
        load("sta-lta", mode="quick")
    assert load("default", mode="fast").spec.hop_samples > load("default").spec.hop_samples
    assert MODES[0] == "exact"
