from __future__ import annotations

import pytest

from onsets.networks import multiply_adds, parameters, receptive_field
from onsets.networks.cnn3 import CNN3, build, spec


def test_counts_of_the_paper():
    network = build()
    assert isinstance(network, CNN3)
    assert parameters(network) == 52_195
    assert multiply_adds(network, 1, 1024) == pytest.approx(53e6, rel=0.01)
    assert receptive_field(network, 1, 1024) == 13


def test_parts_of_the_docstring_table():
    network = build()
    assert [parameters(part) for part in (*network.convs, network.head)] == [224, 10_368, 41_216, 387]


def test_spec_has_no_options():
    assert (spec().name, spec().options) == ("cnn3", {})
