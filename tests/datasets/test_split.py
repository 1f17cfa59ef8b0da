import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.datasets import assign_events, check_leaks, split_by_event
from onsets.errors import CatalogueError
from onsets.types import Sample

NAN = math.nan


def sample(name, event="", dataset="set"):
    return Sample(name, dataset, "XX.ABC.", event, np.zeros((3, 4), np.float32), 100.0)


def samples(*events):
    return [sample(f"r{k}", event) for k, event in enumerate(events)]


def groups(assigned):
    found = {}
    for k, each in enumerate(assigned):
        found.setdefault(each.event_id, set()).add(k)
    return found


def test_arrivals_close_in_time_share_an_event():
    out = assign_events(samples("", "", "", ""), [1000.0, 5000.0, 1060.0, 1170.0])
    assert groups(out) == {"t1000": {0, 2, 3}, "t5000": {1}}
    assert [each.name for each in out] == ["r0", "r1", "r2", "r3"]


def test_the_limit_is_included():
    assert len(groups(assign_events(samples("", ""), [0.0, 120.0]))) == 1
    assert len(groups(assign_events(samples("", ""), [0.0, 120.1]))) == 2
    assert len(groups(assign_events(samples("", ""), [0.0, 8.0], within_s=5.0))) == 2


def test_records_of_one_name_are_one_event_however_far_their_arrivals():
    out = assign_events(samples("far", "far", "", ""), [0.0, 900.0, 950.0, 5000.0])
    assert groups(out) == {"t0": {0, 1, 2}, "t5000": {3}}


def test_a_record_without_time_stays_with_its_name():
    out = assign_events(samples("one", "one", "two", "two", ""), [NAN, 40.0, NAN, NAN, NAN])
    assert groups(out) == {"t40": {0, 1}, "two": {2, 3}, "": {4}}


def test_names_are_linked_through_times_and_times_through_names():
    out = assign_events(samples("a", "b", "b", "c", "c"), [0.0, 100.0, 7000.0, 7100.0, 20_000.0])
    assert len(groups(out)) == 1


def test_nothing_is_changed_in_place():
    given_samples = samples("a", "")
    assign_events(given_samples, [0.0, 10.0])
    assert [each.event_id for each in given_samples] == ["a", ""]


def test_there_is_one_time_for_each_record():
    with pytest.raises(CatalogueError, match="2 records have 1 times"):
        assign_events(samples("", ""), [0.0])


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "a", "b", "c"]), st.one_of(st.just(NAN), st.integers(0, 3000))),
        min_size=1,
        max_size=12,
    )
)
def test_no_name_and_no_time_is_cut(rows):
    out = assign_events(samples(*(name for name, _ in rows)), [float(time) for _, time in rows])
    for (name, time), one in zip(rows, out, strict=True):
        assert bool(one.event_id) == (bool(name) or not math.isnan(time))
        for (other_name, other_time), other in zip(rows, out, strict=True):
            if (name and name == other_name) or abs(time - other_time) <= 120:
                assert one.event_id == other.event_id


def test_each_event_is_in_one_part():
    members = samples(*(f"e{k % 40}" for k in range(100)))
    parts = split_by_event(members, {"train": 0.7, "development": 0.1, "test": 0.2}, seed=1)
    check_leaks(parts)
    assert {part: len({m.event_id for m in some}) for part, some in parts.items()} == {
        "train": 28,
        "development": 4,
        "test": 8,
    }
    assert sorted(m.name for some in parts.values() for m in some) == sorted(m.name for m in members)


def test_the_seed_decides_and_the_order_does_not():
    members = samples(*(f"e{k}" for k in range(50)))
    shares = {"train": 0.5, "test": 0.5}

    def events(some, seed):
        return {m.event_id for m in split_by_event(some, shares, seed)["train"]}

    assert events(members, 3) == events(members[::-1], 3)
    assert events(members, 3) != events(members, 4)


@pytest.mark.parametrize("shares", [{"train": 0.5, "test": 0.4}, {"train": 1.2, "test": -0.2}, {}])
def test_shares_must_sum_to_one(shares):
    with pytest.raises(CatalogueError, match="sum to"):
        split_by_event(samples("a", "b"), shares, seed=0)


def test_records_without_an_event_cannot_be_split():
    with pytest.raises(CatalogueError, match="1 records have no event, such as r1"):
        split_by_event(samples("a", "", "b"), {"train": 0.5, "test": 0.5}, seed=0)


def test_an_empty_part_is_refused():
    with pytest.raises(CatalogueError, match="part 'test' is empty: 2 events"):
        split_by_event(samples("a", "b"), {"train": 0.9, "test": 0.1}, seed=0)


def test_a_leaking_event_is_named():
    parts = {"train": [sample("a", "e1")], "test": [sample("b", "e1")]}
    with pytest.raises(CatalogueError, match="e1 is in both 'train' and 'test'"):
        check_leaks(parts)


def test_a_leaking_record_is_named():
    parts = {"train": [sample("a", "e1")], "test": [sample("a", "e2")]}
    with pytest.raises(CatalogueError, match="set/a is in both 'train' and 'test'"):
        check_leaks(parts)


def test_noise_without_an_event_does_not_leak_by_that():
    parts = {"train": [sample("a")], "test": [sample("b")]}
    check_leaks(parts)
    parts["test"].append(sample("a", dataset="another"))
    check_leaks(parts)
    parts["test"].append(sample("a"))
    with pytest.raises(CatalogueError, match="set/a"):
        check_leaks(parts)
