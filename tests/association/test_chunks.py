"""Stretches of time that overlap."""

from __future__ import annotations

import numpy as np

from onsets.association.associate import settle
from onsets.association.chunks import cuts, in_chunks
from onsets.association.real import search
from onsets.association.real_options import RealOptions


def test_cuts_lie_in_pauses():
    time = np.r_[np.arange(50) * 1.0, 100 + np.arange(50) * 1.0]
    assert cuts(time, 60).tolist() == [74.5]
    assert len(cuts(time, 1000)) == 0


def test_chunks_find_what_the_whole_finds(scene):
    options = settle(RealOptions(), scene)
    whole = search(scene, options)
    parts = in_chunks(scene, lambda part: search(part, options), 40.0, 150)
    assert len(whole) == len(parts) == 12
    order = np.argsort(parts.time_s)
    assert np.allclose(parts.time_s[order], whole.time_s, atol=0.05)
    assert len(set(parts.pick.tolist())) == len(parts.pick)
