"""Settings of PyOcto."""

from __future__ import annotations

import pytest

from onsets.association.pyocto_options import PyoctoOptions
from onsets.errors import ConfigError


@pytest.mark.parametrize("wrong", [{"depth_km": 0.0}, {"match_s": -1.0}, {"picks": -1}, {"queue": 0}])
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        PyoctoOptions(**wrong)


def test_windows():
    assert PyoctoOptions(match_s=0.8).windows_s == (0.8, 0.8)
