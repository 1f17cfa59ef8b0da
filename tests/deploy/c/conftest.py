"""Compiled pickers."""

from __future__ import annotations

import shutil

import pytest

if shutil.which("gcc") is None:
    pytest.skip("no gcc", allow_module_level=True)
