"""Options that cannot be meant are refused."""

from __future__ import annotations

import pytest

from onsets.errors import ConfigError
from onsets.location import LocateOptions, RelocateOptions, WeightSet


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"norm": "l3"}, "norm is 'l3'"),
        ({"method": "edtt"}, "did you mean 'edt'"),
        ({"depths_km": (5.0, 5.0)}, "a shallow and a deeper depth"),
        ({"p_error_s": 0.0}, "p_error_s is 0.0, expected above 0"),
    ],
)
def test_locations(values, message):
    with pytest.raises(ConfigError, match=message):
        LocateOptions(**values)


def test_relocations():
    with pytest.raises(ConfigError, match="at least one iteration"):
        RelocateOptions(())
    with pytest.raises(ConfigError, match="damping of at least 0"):
        RelocateOptions((WeightSet(damping=-1.0),))
