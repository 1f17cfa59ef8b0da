"""Clusters, and the two ways to solve a damped system."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.location.solver import find_clusters, floored, solve_system


def test_clusters_are_numbered_by_size():
    one, two = np.array([0, 1, 1, 3, 5]), np.array([1, 2, 0, 4, 6])
    assert find_clusters(one, two, 8, 1).tolist() == [1, 1, 1, 2, 2, 3, 3, 0]
    assert find_clusters(one, two, 8, 2).tolist() == [1, 1, 0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("direct", [0, 6000])
def test_both_ways_solve_the_damped_system(monkeypatch, direct):
    from scipy.sparse import csr_matrix

    monkeypatch.setattr("onsets.location.solver._DIRECT", direct)
    rng = np.random.default_rng(0)
    matrix, right, scale = rng.normal(size=(40, 8)), rng.normal(size=(40, 3)), rng.uniform(1, 2, 8)
    expected = np.linalg.solve(matrix.T @ matrix + 4 * np.eye(8), matrix.T @ right).T / scale
    found = solve_system(csr_matrix(matrix), right, scale, 2.0)
    np.testing.assert_allclose(found, expected.reshape(3, 2, 4), atol=1e-5)
    single = solve_system(csr_matrix(matrix), right[:, 0], scale, 2.0)
    np.testing.assert_allclose(single, expected[0].reshape(2, 4), atol=1e-5)


def test_what_hardly_depends_on_the_data_is_not_divided_by() -> None:
    """Rays that all leave level say nothing of an event's depth; its scale is that of the others."""
    scale = np.array([[1.0, 2.0, 1e-9, 1.0], [3.0, 2.0, 0.5, 1.0], [2.0, 2.0, 1.5, 1.0]])
    found = floored(scale)
    np.testing.assert_allclose(found[0], [1.0, 2.0, 0.025, 1.0])
    np.testing.assert_array_equal(found[1:], scale[1:])
    np.testing.assert_array_equal(floored(np.zeros((2, 4))), np.full((2, 4), 0.05))
