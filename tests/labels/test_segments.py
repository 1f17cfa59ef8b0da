import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
from onsets.labels import segment_targets  # noqa: E402

NAN = math.nan


def targets(*arrivals, segments=10, stride=8):
    return segment_targets(torch.tensor(arrivals, dtype=torch.float64), segments, stride)


def test_each_arrival_marks_its_segment():
    classes, offsets = targets([9.25, 40.0], [NAN, 79.5])
    assert classes.tolist() == [[0, 1, 0, 0, 0, 2, 0, 0, 0, 0], [0] * 9 + [2]]
    assert (offsets[0, 1].item(), offsets[0, 5].item(), offsets[1, 9].item()) == (1.25, 0.0, 7.5)
    assert torch.isnan(offsets).tolist() == (classes == 0).tolist()


def test_an_arrival_on_a_border_belongs_to_the_segment_it_begins():
    classes, offsets = targets([16.0, NAN])
    assert (classes[0, 2].item(), offsets[0, 2].item()) == (1, 0.0)


def test_arrivals_outside_mark_nothing():
    classes, offsets = targets([-0.5, 80.0], [-800.0, 1e6], [NAN, NAN], [-5e-324, NAN])
    assert not classes.any()
    assert offsets.isnan().all()


def test_the_later_phase_wins_a_segment():
    classes, offsets = targets([17.0, 22.0])
    assert (classes[0, 2].item(), offsets[0, 2].item()) == (2, 6.0)
    assert int((classes > 0).sum()) == 1


def test_types_are_those_of_the_losses():
    classes, offsets = targets([17.0, 22.0])
    assert (classes.dtype, offsets.dtype) == (torch.int64, torch.float32)


@given(
    st.lists(st.tuples(*[st.one_of(st.just(NAN), st.floats(-100, 500))] * 2), min_size=1, max_size=5),
    st.integers(1, 40),
    st.sampled_from([1, 8, 16]),
)
def test_segment_and_offset_say_where_the_arrival_is(arrivals, segments, stride):
    classes, offsets = targets(*arrivals, segments=segments, stride=stride)
    for row, pair in enumerate(arrivals):
        inside = {k: at for k, at in enumerate(pair, 1) if 0 <= at < segments * stride}
        found = {int(classes[row, i]): i * stride + float(offsets[row, i]) for i in classes[row].nonzero()}
        shared = len(inside) == 2 and inside[1] // stride == inside[2] // stride
        assert found.keys() == ({2} if shared else inside.keys())
        for k, at in found.items():
            assert at == pytest.approx(inside[k], abs=1e-4)
