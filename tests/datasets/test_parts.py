import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onsets.datasets import check_parts, event_groups, shares_of, split_dataset
from onsets.errors import CatalogueError, ConfigError

from .making import labelled

NAN = float("nan")
HALVES = {"train": 0.5, "test": 0.5}


def times(*seconds):
    return np.array([np.datetime64("2020-01-01T00:00:00", "ns")] * len(seconds)) + np.array(
        [round(second * 1e9) for second in seconds], dtype="m8[ns]"
    )


def sets(data, **options):
    """Return the groups as sets of row numbers."""
    found = {}
    for i, group in enumerate(event_groups(data.rows, **options).tolist()):
        found.setdefault(group, set()).add(i)
    return sorted(found.values(), key=min)


def test_records_of_one_event_stay_together():
    data = labelled(5, event_id=["a", "b", "a", "c", "b"], p_sample=9.0)
    assert sets(data) == [{0, 2}, {1, 4}, {3}]


def test_records_of_one_stretch_stay_together_whatever_their_events():
    data = labelled(
        5,
        event_id=["a", "b", "c", "d", "e"],
        station_id=["S", "S", "S", "T", "S"],
        start_ns=times(0, 59, 119.5, 30, 400),
        p_sample=9.0,
    )
    assert sets(data) == [{0, 1}, {2}, {3}, {4}]


def test_a_long_record_overlaps_more_than_its_neighbour():
    data = labelled(
        3, event_id=["a", "b", "c"], station_id="S", start_ns=times(0, 10, 500), samples=[60_000, 100, 100]
    )
    assert sets(data) == [{0, 1, 2}]


def test_records_whose_event_has_no_name_are_grouped_by_time():
    data = labelled(4, station_id=["A", "B", "C", "D"], start_ns=times(0, 100, 5000, 5121), p_sample=100.0)
    assert sets(data) == [{0, 1}, {2}, {3}]
    assert sets(data, within_s=200.0) == [{0, 1}, {2, 3}]


def test_an_arrival_counts_not_the_begin_of_the_record():
    data = labelled(
        2, station_id=["A", "B"], start_ns=times(0, 130), p_sample=[5000.0, NAN], s_sample=[NAN, 10.0]
    )
    assert sets(data) == [{0, 1}]


def test_a_nameless_record_joins_the_named_event_beside_it():
    data = labelled(
        3, station_id=["A", "B", "C"], event_id=["e", "", "f"], start_ns=times(0, 50, 60), p_sample=1.0
    )
    assert sets(data) == [{0, 1, 2}]
    assert sets(data.select([0, 2])) == [{0}, {1}]  # named ones are not joined by time


def test_noise_of_a_station_and_day_stays_together():
    data = labelled(
        4, category="noise", station_id=["A", "A", "B", "A"], start_ns=times(0, 40_000, 0, 90_000)
    )
    assert sets(data) == [{0, 1}, {2}, {3}]


def test_a_labelled_record_without_event_and_time_cannot_be_split():
    data = labelled(3, event_id=["a", "", ""], p_sample=[1.0, 1.0, NAN])
    with pytest.raises(CatalogueError, match="1 labelled records have neither event nor time, such as r1"):
        event_groups(data.rows)


def catalogue(events=200, stations=3, noise=60):
    """Return events every 1000 s at some stations each, and noise between."""
    rows = list(itertools.product(range(events), range(stations)))
    count = len(rows) + noise
    return labelled(
        count,
        event_id=[f"e{event}" for event, _ in rows] + [""] * noise,
        station_id=[f"S{station}" for _, station in rows] + [f"N{k % 7}" for k in range(noise)],
        start_ns=times(*(1000 * event for event, _ in rows), *(90_000 * k for k in range(noise))),
        p_sample=[500.0] * len(rows) + [NAN] * noise,
        category=["earthquake"] * len(rows) + ["noise"] * noise,
    )


def counts(data, mask=slice(None)):
    names, sizes = np.unique(data.rows["split"][mask], return_counts=True)
    return dict(zip(names.tolist(), sizes.tolist(), strict=True))


@pytest.mark.parametrize("shares", ["85/5/10", "80/10/10"])
def test_parts_have_their_shares_of_events_and_of_noise(shares):
    data = split_dataset(catalogue(), shares_of(shares), seed=3)
    noise = data.rows["category"] == "noise"
    train, dev, test = (float(word) / 100 for word in shares.split("/"))
    assert counts(data, ~noise) == {"train": 600 * train, "dev": 600 * dev, "test": 600 * test}
    assert counts(data, noise) == {"train": 60 * train, "dev": 60 * dev, "test": 60 * test}
    check_parts(data)


def test_the_seed_decides():
    one, two, three = (
        split_dataset(catalogue(), HALVES, seed=seed).rows["split"].tolist() for seed in (1, 1, 2)
    )
    assert one == two != three


def test_by_time_the_parts_follow_each_other():
    data = split_dataset(
        catalogue(noise=0).select(np.random.default_rng(0).permutation(600)), shares_of("80/10/10"), "time"
    )
    starts = {part: data.rows["start_ns"][data.rows["split"] == part] for part in ("train", "dev", "test")}
    assert starts["train"].max() < starts["dev"].min() <= starts["dev"].max() < starts["test"].min()
    assert counts(data) == {"train": 480, "dev": 60, "test": 60}


def test_by_time_needs_times():
    with pytest.raises(CatalogueError, match="2 records have no time, such as r0; split by event"):
        split_dataset(labelled(2, event_id=["a", "b"]), HALVES, "time")


def test_an_empty_part_is_refused():
    with pytest.raises(CatalogueError, match="part 'test' is empty: 2 groups"):
        split_dataset(labelled(2, event_id=["a", "b"], p_sample=1.0), {"train": 0.9, "test": 0.1})
    with pytest.raises(CatalogueError, match="part 'train' is empty: 0 groups"):
        split_dataset(labelled(0), HALVES)


@pytest.mark.parametrize(
    ("shares", "by", "said"),
    [
        ({"train": 0.5, "test": 0.4}, "event", "sum to 0.9"),
        ({"train": 1.2, "test": -0.2}, "event", "expected 1"),
        (HALVES, "trace", "unknown way to split 'trace'; choose from event, time"),
        (HALVES, "tme", r"did you mean 'time'\?"),
    ],
)
def test_wrong_options_are_refused(shares, by, said):
    with pytest.raises(ConfigError, match=said):
        split_dataset(catalogue(), shares, by)


@pytest.mark.parametrize("text", ["", "80/20", "80/10/20", "a/b/c", "90/20/-10", "80-10-10"])
def test_shares_that_are_none_are_refused(text):
    with pytest.raises(ConfigError, match="expected train/dev/test such as 85/5/10 or 80/10/10"):
        shares_of(text)


def test_shares_by_name_or_number():
    assert shares_of("85/5/10") == {"train": 0.85, "dev": 0.05, "test": 0.10}
    assert shares_of("0.7/0.1/0.2") == pytest.approx({"train": 0.7, "dev": 0.1, "test": 0.2})


def test_an_event_in_both_parts_is_named():
    data = labelled(3, event_id=["a", "b", "a"], split=["train", "train", "test"])
    with pytest.raises(CatalogueError, match="event a is in both 'train' and 'test'"):
        check_parts(data)
    check_parts(data.assign(split=["train", "train", ""]))


def test_a_record_in_both_parts_is_named():
    data = labelled(2, name="x", split=["train", "test"])
    with pytest.raises(CatalogueError, match="record set/x is in both"):
        check_parts(data)


def test_one_stretch_in_both_parts_is_named():
    data = labelled(
        2, event_id=["a", "b"], station_id="XX.S.", start_ns=times(0, 59), split=["train", "test"]
    )
    with pytest.raises(CatalogueError, match=r"XX\.S\.: r0 \(train\) and r1 \(test\) overlap in time"):
        check_parts(data)
    check_parts(data.assign(start_ns=times(0, 60)))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "a", "b", "c", "d", "e"]),
            st.sampled_from(["S", "T"]),
            st.integers(0, 4000),
            st.booleans(),
        ),
        max_size=30,
    ),
    st.sampled_from(["event", "time"]),
    st.integers(0, 5),
)
def test_no_split_leaks(rows, by, seed):
    rows += [(f"x{k}", f"X{k}", 100_000 + 1000 * k, True) for k in range(40)]  # so that no part is empty
    data = labelled(
        len(rows),
        event_id=[event for event, *_ in rows],
        station_id=[station for _, station, *_ in rows],
        start_ns=times(*(second for _, _, second, _ in rows)),
        p_sample=[50.0 if label else NAN for *_, label in rows],
    )
    out = split_dataset(data, HALVES, by, seed)
    check_parts(out)
    for i, j in itertools.combinations(range(len(rows)), 2):
        one, two = rows[i], rows[j]
        linked = (one[0] and one[0] == two[0]) or (one[1] == two[1] and abs(one[2] - two[2]) < 60)
        linked = linked or (not one[0] and one[3] and two[3] and abs(one[2] - two[2]) <= 120)
        if linked:
            assert out.rows["split"][i] == out.rows["split"][j]
