import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.errors import CatalogueError
from onsets.evaluation import Case, choose_thresholds, score
from onsets.picking import Onsets

CANDIDATES = (0.1, 0.3, 0.5, 0.7, 0.9)
ROWS = st.lists(st.tuples(st.floats(0, 10), st.floats(0, 1)), max_size=6)


def case(rows, label=None, candidates=CANDIDATES, noise=False):
    """Return a record with picks of P (seconds, values), which a threshold shuts out below it."""
    picks = {}
    for threshold in candidates:
        kept = sorted((s, v) for s, v in rows if v >= threshold)
        picks[threshold] = Onsets(np.array([s for s, _ in kept]), np.array([v for _, v in kept]))
    labels = {} if label is None else {"P": label}
    return Case("r", "d", "e", 0.1, 0.0, labels, noise, {"P": picks}, {})


def test_a_false_pick_is_shut_out():
    assert choose_thresholds([case([(1.0, 0.95), (4.0, 0.6)], 1.0)], 0.5) == {"P": 0.7}
    quiet = case([(3.0, 0.8)], noise=True)
    assert choose_thresholds([case([(1.0, 0.95)], 1.0), quiet], 0.5) == {"P": 0.9}


def test_the_middle_one_of_equals_is_taken():
    assert choose_thresholds([case([(1.0, 1.0)], 1.0)], 0.5) == {"P": 0.5}
    assert choose_thresholds([case([(1.0, 1.0)], 1.0, CANDIDATES[:4])], 0.5) == {"P": 0.3}


@given(st.lists(st.tuples(ROWS, st.none() | st.floats(0, 10)), max_size=4))
def test_no_other_candidate_has_a_higher_f1(drawn):
    cases = [case(rows, label) for rows, label in drawn] + [case([], 5.0)]

    def f1(threshold):
        labelled = [some for some in cases if some.labels]
        kept = [(some.picks["P"][threshold].seconds, [some.labels["P"]]) for some in labelled]
        return score(kept, 0.5).f1

    chosen = choose_thresholds(cases, 0.5)
    assert chosen.keys() == {"P"} and chosen["P"] in CANDIDATES
    assert f1(chosen["P"]) >= max(map(f1, CANDIDATES)) - 1e-12


def test_without_labels_there_is_no_best():
    for cases in ([], [case([(1.0, 0.5)])], [case([(1.0, 0.5)], noise=True)]):
        with pytest.raises(CatalogueError, match=f"thresholds need labels, got {len(cases)} development"):
            choose_thresholds(cases, 0.5)
