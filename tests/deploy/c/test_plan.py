"""Rings are as large as the schedule needs, by hand for small graphs."""

from __future__ import annotations

from onsets.deploy.c.layer import Graph, Layer, Value
from onsets.deploy.c.plan import readers_of, ring_columns


def chain(*layers: Layer, lengths: tuple[int, ...]) -> Graph:
    return Graph([Value(1, n) for n in lengths], list(layers), (len(lengths) - 1,))


def test_a_convolution_needs_its_kernel():
    conv = Layer("CONV", "a", (0,), 1, kernel=5, before=2)
    assert ring_columns(chain(conv, lengths=(100, 100))) == [5, 1]


def test_dilation_and_stride():
    conv = Layer("CONV", "a", (0,), 1, kernel=3, dilation=4, before=4)
    assert ring_columns(chain(conv, lengths=(100, 100)))[0] == 9
    conv = Layer("CONV", "a", (0,), 1, kernel=4, stride=4)
    assert ring_columns(chain(conv, lengths=(100, 25))) == [4, 1]


def test_a_skip_waits_for_the_way_round():
    """Down by 4 and up by 4: the skip holds what arrives meanwhile."""
    down = Layer("CONV", "down", (0,), 1, kernel=4, stride=4)
    up = Layer("CONV_UP", "up", (1,), 2, kernel=4, stride=4)
    join = Layer("CONCAT", "join", (0, 2), 3)
    graph = Graph([Value(1, 64), Value(2, 16), Value(1, 64), Value(2, 64)], [down, up, join], (3,))
    assert ring_columns(graph) == [4, 1, 1, 1]
    assert readers_of(graph) == [[0, 2], [1], [2], []]


def test_a_gemm_needs_everything():
    whole = Layer("CONV", "all", (0,), 1, kernel=30)
    assert ring_columns(chain(whole, lengths=(30, 1))) == [30, 1]
