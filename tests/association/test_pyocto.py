"""PyOcto behind our interface."""

from __future__ import annotations

import builtins

import numpy as np
import pytest

from onsets.association.pyocto import search
from onsets.association.pyocto_options import PyoctoOptions
from onsets.association.settle import settle
from onsets.errors import MissingExtraError


def test_it_finds_the_events(world, scene):
    pytest.importorskip("pyocto")
    found = search(scene, settle(PyoctoOptions(threads=1), scene))
    assert len(found) == 12
    assert np.bincount(found.event).min() > 30
    truth = (world.origin_ns - world.picks.time_ns.min()) / 1e9
    assert np.abs(np.sort(found.time_s) - truth).max() < 1.0


def test_without_it_the_extra_is_named(scene, monkeypatch):
    real = builtins.__import__

    def absent(name, *rest):
        if name == "pyocto":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(MissingExtraError, match=r"onsets\[association\]"):
        search(scene, PyoctoOptions(picks=10))
