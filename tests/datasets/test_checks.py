import numpy as np
import pytest

from onsets.datasets.checks import checked

from .making import InMemory, labelled

NAN = float("nan")


def look(faults=None, count=1, **columns):
    data = labelled(count, **columns)
    return checked(data.rows, InMemory([]), "t.csv", faults)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"p_sample": 900.0, "s_sample": 800.0}, "S at sample 800 is not after P at 900"),
        ({"p_sample": 900.0, "s_sample": 900.0}, "S at sample 900 is not after P at 900"),
        ({"rate_hz": NAN}, "rate nan Hz, expected a positive number"),
        ({"rate_hz": -100.0}, "rate -100 Hz"),
        ({"samples": 0}, "0 samples"),
        ({"category": "noise", "p_sample": 5.0}, "noise with a label"),
        ({"category": "earthquake"}, "an earthquake without P and S label"),
        (
            {"category": "earthquake", "p_sample": 6000.0},
            "an earthquake without P and S label; P at sample 6000 lies outside its 6000 samples",
        ),
    ],
)
def test_a_record_that_would_teach_wrong_things_is_left_out(columns, said):
    data = look(**columns)
    assert len(data) == 0
    (problem,) = data.problems
    assert problem.fatal and problem.reason.startswith(f"left out: {said}")
    assert problem.where == "t.csv: r0"


@pytest.mark.parametrize("at", [-1.0, 6000.0, float("inf")])
def test_a_label_outside_is_taken_away_and_told(at):
    data = look(p_sample=700.0, s_sample=at, category="earthquake")
    assert data.rows["p_sample"].tolist() == [700.0] and np.isnan(data.rows["s_sample"]).all()
    (problem,) = data.problems
    assert not problem.fatal and "label taken away: S at sample" in problem.reason


@pytest.mark.parametrize(
    "columns", [{"p_sample": 0.0}, {"s_sample": 5999.9}, {"p_sample": 1.0, "s_sample": 2.0}, {}]
)
def test_a_missing_phase_is_no_problem(columns):
    data = look(**columns)
    assert len(data) == 1 and data.problems == ()


def test_a_name_that_comes_again_is_left_out_once():
    data = look(count=3, name=["a", "b", "a"])
    assert data.rows["name"].tolist() == ["a", "b"] and data.places.tolist() == [0, 1]
    assert [problem.reason for problem in data.problems] == ["left out: the name comes again"]


def test_the_same_name_in_two_datasets_is_two_records():
    assert len(look(count=2, name=["a", "a"], dataset=["one", "two"])) == 2


def test_cells_that_could_not_be_read_leave_their_row_out():
    data = look({1: "p is 'x', expected a number"}, count=3, station_id=["A", "B", "C"])
    assert data.places.tolist() == [0, 2]
    assert data.problems[0].station_id == "B" and data.problems[0].samples == 6000


def test_the_columns_given_are_not_changed():
    data = labelled(1, p_sample=9000.0, s_sample=10.0)
    checked(data.rows, InMemory([]), "t.csv")
    assert data.rows["p_sample"].tolist() == [9000.0]
