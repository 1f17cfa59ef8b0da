"""A wrong option is refused with a hint."""

import dataclasses

import pytest

from onsets.classical.options import CLASSICAL, DEFAULT_THRESHOLDS, OPTIONS, options_of
from onsets.errors import ConfigError


def test_every_kind_has_options_and_thresholds():
    assert set(OPTIONS) == set(DEFAULT_THRESHOLDS) == set(CLASSICAL)
    for kind in CLASSICAL:
        assert options_of(kind, {}) == OPTIONS[kind]()
        assert set(DEFAULT_THRESHOLDS[kind]) == {"P", "S"}
        assert min(DEFAULT_THRESHOLDS[kind].values()) > 0


@pytest.mark.parametrize("kind", CLASSICAL)
def test_every_length_must_be_positive_and_a_number(kind):
    for field in dataclasses.fields(OPTIONS[kind]):
        if field.name == "variant":
            continue
        lowest = 0.0 if field.name == "highpass_hz" else 1e-3
        for wrong in (lowest - 1.0, float("nan"), float("inf"), "1", True, None):
            with pytest.raises(ConfigError, match=field.name):
                options_of(kind, {field.name: wrong})


def test_hints():
    with pytest.raises(ConfigError, match="did you mean 'sta-lta'"):
        options_of("stalta", {})
    with pytest.raises(ConfigError, match="did you mean 'short_s'"):
        options_of("aic", {"shorts": 1.0})
    with pytest.raises(ConfigError, match="unknown option 'short_s' of baer"):
        options_of("baer", {"short_s": 1.0})
    with pytest.raises(ConfigError, match="did you mean 'recursive'"):
        options_of("sta-lta", {"variant": "recursiv"})
    with pytest.raises(ConfigError, match="below long_s"):
        options_of("sta-lta", {"short_s": 4.0})
