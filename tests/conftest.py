"""Fixtures of the whole suite."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with real data and published weights for development; the test is skipped without it."""
    root = Path(os.environ.get("ONSETS_SHARED", Path(__file__).parents[2] / "shared"))
    if not (root / "data").is_dir():
        pytest.skip(f"no development data at {root}; set ONSETS_SHARED")
    return root
