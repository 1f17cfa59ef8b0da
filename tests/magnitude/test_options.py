"""Wrong options stop at once."""

from __future__ import annotations

import pytest

from onsets.config import make
from onsets.errors import ConfigError
from onsets.magnitude import MagnitudeOptions


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"relation": "hutton-boore"}, "did you mean 'hutton-boore-1987'"),
        ({"kind": "locl"}, "did you mean 'local'"),
        ({"instrument": "wood"}, "choose from"),
        ({"duration_relation": "lee"}, "choose from michaelson-1990"),
        ({"low_hz": 30.0}, "low_hz < high_hz"),
        ({"snr": 0.5}, "1 or more"),
        ({"relatoin": "x"}, "did you mean 'relation'"),
    ],
)
def test_wrong_values(values, said):
    with pytest.raises(ConfigError, match=said):
        make(MagnitudeOptions, values)


def test_corrections_are_pairs():
    assert make(MagnitudeOptions, {"corrections": [["XX.A.", 0.2]]}).corrections == (("XX.A.", 0.2),)
