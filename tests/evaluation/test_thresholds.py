import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.errors import CatalogueError
from onsets.evaluation import best_threshold, score

CANDIDATES = [0.1, 0.3, 0.5, 0.7, 0.9]
ROWS = st.lists(st.tuples(st.floats(0, 10), st.floats(0, 1)), max_size=6)


def f1_at(records, threshold):
    kept = [([s for s, v in zip(*row[:2], strict=True) if v >= threshold], row[2]) for row in records]
    return score(kept, 0.5).f1


def test_a_false_pick_is_shut_out():
    assert best_threshold([([1.0, 4.0], [0.95, 0.6], [1.0])], 0.5, CANDIDATES) == 0.7


def test_the_middle_one_of_equals_is_taken():
    records = [([1.0], [1.0], [1.0])]
    assert best_threshold(records, 0.5, CANDIDATES) == 0.5
    assert best_threshold(records, 0.5, CANDIDATES[:4]) == 0.3


def test_a_pick_at_the_threshold_counts():
    records = [([1.0, 2.0, 5.0], [0.5, 0.5, 0.4], [1.0, 2.0])]
    assert best_threshold(records, 0.5, [0.3, 0.5, 0.6]) == 0.5


@given(st.lists(st.tuples(ROWS, st.lists(st.floats(0, 10), max_size=4)), min_size=1, max_size=4))
def test_no_other_candidate_has_a_higher_f1(drawn):
    records = [([s for s, _ in rows], [v for _, v in rows], labels) for rows, labels in drawn]
    records.append(([], [], [5.0]))
    best = best_threshold(records, 0.5, CANDIDATES)
    assert best in CANDIDATES
    assert f1_at(records, best) >= max(f1_at(records, other) for other in CANDIDATES) - 1e-12


def test_arrays_will_do():
    records = [(np.array([1.0, 4.0]), np.array([0.95, 0.6]), np.array([1.0]))]
    assert best_threshold(records, 0.5, np.array(CANDIDATES)) == 0.7


@pytest.mark.parametrize(
    ("records", "candidates"),
    [([], CANDIDATES), ([([1.0], [0.5], [])], CANDIDATES), ([([1.0], [0.5], [1.0])], [])],
)
def test_without_labels_or_candidates_there_is_no_best(records, candidates):
    with pytest.raises(CatalogueError, match="needs labels and candidates"):
        best_threshold(records, 0.5, candidates)


def test_each_phase_gets_its_best_threshold_of_the_grid():
    from onsets.evaluation import Case, choose_thresholds
    from onsets.picking import Onsets

    def onsets(*seconds):
        return Onsets(np.array(seconds, dtype=float), np.ones(len(seconds)))

    picks = {"P": {0.2: onsets(1, 5), 0.4: onsets(1), 0.6: onsets(1), 0.8: onsets(1), 0.9: onsets()}}
    case = Case("r", "d", "e", 0.1, 0.0, {"P": 1.0}, False, picks, {})
    assert choose_thresholds([case], 0.5) == {"P": 0.6}
    noise = Case("n", "d", "n", 0.1, 0.0, {}, True, picks, {})
    with pytest.raises(CatalogueError, match="need labels"):
        choose_thresholds([noise], 0.5)
