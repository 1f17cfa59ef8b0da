"""Fixtures of the whole suite."""

from __future__ import annotations

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
