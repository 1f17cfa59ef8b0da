"""Pauses are left out and put back."""

from __future__ import annotations

import dataclasses

import numpy as np

from onsets.association.pauses import without_pauses
from onsets.association.scene import Found


def test_events_come_back_to_their_time(scene):
    late = dataclasses.replace(scene, time_s=scene.time_s + np.where(scene.time_s > 400, 1e7, 0.0))
    seen = {}

    def engine(part):
        seen["span"] = float(np.ptp(part.time_s))
        last = int(np.argmax(part.time_s))
        return Found(part.time_s[[last]] - 5.0, *(np.zeros((3, 1))), np.array([0]), np.array([last]))

    found = without_pauses(late, engine, 30.0)
    assert seen["span"] < 1500
    assert np.isclose(found.time_s[0], late.time_s.max() - 5.0)
