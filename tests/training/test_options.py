"""Tables of a recipe: defaults that are right, and a plain form that is taken back."""

from __future__ import annotations

import dataclasses

import pytest

from onsets import config
from onsets.training import options

WITH_DEFAULTS = ("Loss", "Optimiser", "Schedule", "Start", "Stop", "Teacher", "Run")


@pytest.mark.parametrize("name", WITH_DEFAULTS)
def test_each_table_may_be_left_out(name: str) -> None:
    kind = getattr(options, name)
    assert config.make(kind, {}) == kind()
    assert config.make(kind, config.plain(kind())) == kind()


@pytest.mark.parametrize("name", options.__all__)
def test_every_key_is_described(name: str) -> None:
    kind = getattr(options, name)
    for field in dataclasses.fields(kind):
        assert f"    {field.name}" in kind.__doc__, field.name
