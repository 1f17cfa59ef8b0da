import pytest

from onsets.evaluation import EDGES, grouped

from .conftest import case_of


def cases(snr, count, hit):
    return [
        case_of([10.0] if hit else [30.0], 10.0, name=f"{snr}-{k}", facts={"snr_db": snr})
        for k in range(count)
    ]


def test_each_group_is_scored_for_itself():
    rows = grouped(cases(3.0, 6, False) + cases(15.0, 8, True), "snr_db", "P", 0.5, 0.5)
    assert [(row["group"], row["records"], row["f1"]) for row in rows] == [
        ("< 5", 6, 0.0),
        ("10 to 20", 8, 1.0),
    ]


def test_a_record_on_an_edge_is_in_the_upper_group():
    assert grouped(cases(10.0, 5, True), "snr_db", "P", 0.5, 0.5)[0]["group"] == "10 to 20"


def test_few_records_and_unknown_ones_make_no_group():
    some = [*cases(3.0, 4, True), *(case_of([1.0], 1.0, facts={"snr_db": float("nan")}) for _ in range(9))]
    assert grouped(some, "snr_db", "P", 0.5, 0.5) == []


@pytest.mark.parametrize("quantity", EDGES)
def test_edges_rise(quantity):
    assert list(EDGES[quantity]) == sorted(EDGES[quantity])
    assert grouped([], quantity, "P", 0.5, 0.5) == []
