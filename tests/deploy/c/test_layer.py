"""Values know their bytes."""

from __future__ import annotations

from onsets.deploy.c.layer import Graph, Layer, Value


def test_integers_take_a_byte():
    assert (Value(3, 10).bytes, Value(3, 10, scale=0.1, zero=128).bytes) == (4, 1)


def test_a_graph_begins_empty_and_is_its_own():
    one, other = Graph(), Graph()
    one.values.append(Value(1, 1))
    one.layers.append(Layer("COPY", "a", (0,), 1))
    assert other.values == [] and other.layers == [] and one.layers[0].function == "NONE"
