"""A student comes nearer to its teacher."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from onsets import networks
from onsets.deploy.distilling import Distilling, distil
from onsets.errors import ConfigError


def test_a_disturbed_student_comes_back(small, windows):
    teacher, spec = small
    student = copy.deepcopy(teacher)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for p in student.head_class.parameters():
            p.add_(0.3 * torch.randn(p.shape, generator=generator))
    losses = []
    kept = {key: value.clone() for key, value in teacher.state_dict().items()}
    distil(
        student,
        teacher,
        windows,
        spec,
        Distilling(steps=40, batch=8, rate=3e-3),
        lambda _, v: losses.append(v),
    )
    assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5])
    assert all(torch.equal(kept[key], value) for key, value in teacher.state_dict().items())


def test_a_smaller_network_learns_too(small, windows):
    teacher, spec = small
    student = networks.build("lppn", width=2)
    losses = []
    distil(
        student,
        teacher,
        windows,
        spec,
        Distilling(steps=30, batch=8, rate=1e-2),
        lambda _, v: losses.append(v),
    )
    assert losses[-1] < losses[0]


def test_other_shapes_and_no_windows_are_refused(small, windows):
    teacher, spec = small
    with pytest.raises(ConfigError, match="student gives"):
        distil(networks.build("lppn", width=2, stride=16), teacher, windows, spec)
    with pytest.raises(ConfigError, match="no windows"):
        distil(teacher, teacher, windows[:0], spec)
