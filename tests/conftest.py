"""Fixtures of the whole suite."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with real data and published weights for development; the test is skipped without it."""
    root = Path(os.environ.get("ONSETS_SHARED", Path(__file__).parents[2] / "shared"))
    if not (root / "data").is_dir():
        pytest.skip(f"no development data at {root}; set ONSETS_SHARED")
    return root


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep exported networks away from the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ONSETS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def small():
    """Return an untrained LPPN of width 1 and its Spec."""
    torch = pytest.importorskip("torch")
    from onsets import networks

    torch.manual_seed(3)
    spec = dataclasses.replace(networks.spec("lppn", width=1), samples=512, hop_samples=256, name="small")
    return networks.build("lppn", width=1).eval(), spec


@pytest.fixture(scope="session")
def small_onnx(small, tmp_path_factory):
    """Return its ONNX file."""
    pytest.importorskip("onnx")
    from onsets import networks

    return networks.to_onnx(*small, tmp_path_factory.mktemp("onnx") / "small.onnx")
