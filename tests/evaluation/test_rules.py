import math

import numpy as np
import pytest

from onsets.evaluation import RULES, retained_share
from onsets.tables import Picks
from onsets.types import Pick

from .conftest import case_of

RIGHT, LATE, NOISE = case_of([10.05, 20.0], 10.0), case_of([10.3], 10.0), case_of([4.0], None)


def counts(rule, *cases):
    found = RULES[rule](cases, "P", 0.5)
    return found.true_positives, found.false_positives, found.false_negatives


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("strict", (2, 2, 0)),
        ("phasenet", (1, 2, 1)),  # noise is no part of it
        ("eqtransformer", (2, 1, 0)),  # one pick a record
        ("leqnet", (2, 1, 0)),  # false only in noise
        ("yu2020", (2, 0, 0)),
    ],
)
def test_how_each_paper_counts(rule, expected):
    assert counts(rule, RIGHT, LATE, NOISE) == expected


def test_a_wrong_pick_in_an_earthquake():
    wrong = case_of([20.0], 10.0)
    assert counts("leqnet", wrong) == (0, 0, 1)
    assert counts("eqtransformer", wrong) == (0, 1, 1)


def test_first_and_highest():
    case = case_of([5.0, 10.0], 10.0, values=[0.6, 0.9])
    assert counts("leqnet", case) == (0, 0, 1)
    assert counts("eqtransformer", case) == counts("yu2020", case) == (1, 0, 0)


def test_the_tolerance_of_yu_is_three_samples_of_a_fifth_of_a_second():
    assert counts("yu2020", case_of([10.6], 10.0)) == (1, 0, 0)
    assert counts("yu2020", case_of([10.61], 10.0)) == (0, 1, 1)


def test_every_rule_is_explained_and_takes_nothing():
    for name, rule in RULES.items():
        assert len(rule.count.__doc__) > 40, name
        empty = rule([], "P", 0.5)
        assert math.isnan(empty.f1) and len(empty.residuals_s) == 0


def test_the_share_that_association_keeps():
    def table(*rows):
        return Picks.of(Pick(station, "HH", phase, round(s * 1e9)) for station, phase, s in rows)

    every = table(("A", "P", 1.0), ("A", "P", 9.0), ("B", "P", 1.0), ("B", "S", 2.0), ("A", "S", 3.0))
    kept = table(("A", "P", 1.0), ("B", "S", 2.0), ("A", "S", 3.0))
    assert retained_share(every, kept) == {"P": (1, 3, 1 / 3), "S": (2, 2, 1.0)}
    assert retained_share(every, table())["P"] == (0, 3, 0.0)
    assert np.isclose(retained_share(every, every)["S"][2], 1)
