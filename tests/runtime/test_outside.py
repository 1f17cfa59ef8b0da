import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.runtime._outside import points_outside

onnx = pytest.importorskip("onnx")
helper = onnx.helper


def tensor(outside):
    made = onnx.numpy_helper.from_array(np.ones(40, np.float32), "w")
    if outside == "location":
        made.data_location = onnx.TensorProto.EXTERNAL
    if outside == "entry":
        entry = made.external_data.add()
        entry.key, entry.value = "location", "weights.bin"
    return made


def graph(nodes=(), tensors=()):
    return helper.make_graph(list(nodes), "g", [], [], list(tensors))


def sparse(values):
    made = onnx.SparseTensorProto()
    made.values.CopyFrom(values)
    return made


def model_of(place, values):
    """Return a model that holds a tensor in one of the places in which a model can."""
    constant = helper.make_node("Constant", [], ["y"], value=values)
    if place == "initializer":
        return helper.make_model(graph(tensors=[tensor(""), values]))
    if place == "constant":
        return helper.make_model(graph([constant]))
    if place == "tensors of an attribute":
        node = helper.make_node("X", [], [])
        node.attribute.add(name="many", type=onnx.AttributeProto.TENSORS).tensors.append(values)
        return helper.make_model(graph([node]))
    if place == "branch":
        return helper.make_model(
            graph([helper.make_node("If", ["c"], ["y"], then_branch=graph(tensors=[values]))])
        )
    if place == "sparse initializer":
        inner = graph()
        inner.sparse_initializer.append(sparse(values))
        return helper.make_model(inner)
    if place == "sparse attribute":
        node = helper.make_node("X", [], [])
        node.attribute.add(name="s", type=onnx.AttributeProto.SPARSE_TENSOR).sparse_tensor.CopyFrom(
            sparse(values)
        )
        return helper.make_model(graph([node]))
    if place == "training":
        made = helper.make_model(graph())
        made.training_info.add().algorithm.CopyFrom(graph(tensors=[values]))
        return made
    function = helper.make_function("d", "f", [], ["y"], [constant], [helper.make_opsetid("", 17)])
    return helper.make_model(graph(), functions=[function])


PLACES = [
    "initializer",
    "constant",
    "tensors of an attribute",
    "branch",
    "sparse initializer",
    "sparse attribute",
    "training",
    "function",
]


@pytest.mark.parametrize("place", PLACES)
def test_every_place_is_looked_at(place):
    assert not points_outside(model_of(place, tensor("")).SerializeToString())
    assert points_outside(model_of(place, tensor("location")).SerializeToString())
    assert points_outside(model_of(place, tensor("entry")).SerializeToString())


def test_a_second_graph_field_is_looked_at_too():
    # protocol buffers join a field that comes twice
    parts = [model_of("initializer", tensor(kind)).SerializeToString() for kind in ("", "location")]
    assert points_outside(parts[0] + parts[1])


def test_weights_that_look_like_a_message_are_not_walked():
    raw = onnx.numpy_helper.from_array(np.frombuffer(b"\x70\x01" * 80, np.float32).copy(), "w")
    assert not points_outside(helper.make_model(graph(tensors=[raw])).SerializeToString())


def answer(data):
    """Return the answer, None for a ValueError; anything else that is raised fails the test."""
    try:
        return points_outside(data)
    except ValueError:
        return None


@given(st.binary(max_size=200))
def test_any_bytes_give_an_answer_or_a_value_error(data):
    assert answer(data) in (True, False, None)


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_changed_byte_gives_an_answer_or_a_value_error(place, value):
    data = bytearray(model_of("branch", tensor("")).SerializeToString())
    data[place % len(data)] = value
    assert answer(bytes(data)) in (True, False, None)
