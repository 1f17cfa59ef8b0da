"""A small network as ONNX, once a session."""

from __future__ import annotations

import dataclasses

import pytest

from onsets import networks


@pytest.fixture(scope="session")
def small():
    """Return an untrained LPPN of width 1 and its Spec."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(3)
    spec = dataclasses.replace(networks.spec("lppn", width=1), samples=512, hop_samples=256, name="small")
    return networks.build("lppn", width=1).eval(), spec


@pytest.fixture(scope="session")
def small_onnx(small, tmp_path_factory):
    """Return its ONNX file."""
    pytest.importorskip("onnx")
    return networks.to_onnx(*small, tmp_path_factory.mktemp("onnx") / "small.onnx")
