"""Settings of REAL's grid search."""

from __future__ import annotations

import pytest

from onsets.association.real_options import RealOptions, from_real_strings
from onsets.errors import ConfigError


def test_published_strings():
    settings = from_real_strings(
        R="0.1/20/0.04/2/5", G="1.4/20/0.01/1", V="6.2/3.3", S="3/2/12/3/0.5/0.2/1/0.25/0.2/4"
    )
    options = RealOptions(**settings)
    assert (options.p_picks, options.s_picks, options.picks, options.both) == (3, 2, 12, 3)
    assert options.largest_distance_km == pytest.approx(1.35 * 111.19)
    # the program prints p-window 1.06 s and s-window 2.00 s: both sides of the prediction together
    assert [round(2 * half, 2) for half in options.windows_s] == [1.06, 2.0]


@pytest.mark.parametrize("wrong", [{"R": "0.1/x"}, {"V": "1/2/3"}, {"S": "3/2.5"}])
def test_wrong_strings(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        from_real_strings(**wrong)


@pytest.mark.parametrize("wrong", [{"grid_km": 0.0}, {"picks": -3}, {"p_velocity_km_s": 3.0}])
def test_impossible_settings(wrong):
    with pytest.raises(ConfigError):
        RealOptions(**wrong)
