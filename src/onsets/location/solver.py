"""Linear algebra of the double difference: which events hang together, and the changes of one step."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["find_clusters", "floored", "solve_system"]

Floats = npt.NDArray[np.float64]
_DIRECT = 6000  # unknowns
_LEAST_DAMPING = 1e-3
_LEAST_SCALE = 0.05


def find_clusters(
    one: npt.NDArray[np.int64], two: npt.NDArray[np.int64], events: int, links: int
) -> npt.NDArray[np.int64]:
    """Number the groups of events tied by enough differences, the largest 1; 0 for single events."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    pair, counts = np.unique(np.minimum(one, two) * events + np.maximum(one, two), return_counts=True)
    pair = pair[counts >= links]
    graph = coo_matrix((np.ones(len(pair)), (pair // events, pair % events)), shape=(events, events))
    _, label = connected_components(graph, directed=False)
    sizes = np.bincount(label, minlength=1)
    order = np.argsort(-sizes, kind="stable")
    rank = np.empty(len(sizes), np.int64)
    rank[order] = np.arange(1, len(sizes) + 1)
    out: npt.NDArray[np.int64] = np.where(sizes[label] > 1, rank[label], 0)
    return out


def floored(scale: Floats) -> Floats:
    """Return scales of the unknowns of each event, shape (events, 4), none far below others of its kind.

    Dividing by what hardly depends on the data, such as the depth of an event at the surface whose rays all
    leave it level, would let damping move it by thousands of kilometres.
    """
    typical = [float(np.median(kind[kind > 0])) if (kind > 0).any() else 1.0 for kind in scale.T]
    return np.maximum(scale, _LEAST_SCALE * np.array(typical))


def solve_system(matrix: Any, right: Floats, scale: Floats, damping: float) -> Floats:
    """Return the changes by right-hand sides of shape (rows,) or (rows, k), shape ([k,] events, 4).

    Small systems are solved by their normal equations, many right-hand sides at once; large ones by LSMR.
    """
    if matrix.shape[1] <= _DIRECT:
        from scipy.linalg import cho_factor, cho_solve

        normal = (matrix.T @ matrix).toarray()
        normal[np.diag_indices_from(normal)] += max(damping, _LEAST_DAMPING) ** 2
        solution = cho_solve(cho_factor(normal, overwrite_a=True), matrix.T @ right).T
    else:
        from scipy.sparse.linalg import lsmr

        columns = right.reshape(len(right), -1).T
        found = [lsmr(matrix, one, damp=damping, atol=1e-7, btol=1e-7, maxiter=400)[0] for one in columns]
        solution = np.array(found) if right.ndim > 1 else found[0]
    out: Floats = (solution / scale).reshape(*solution.shape[:-1], -1, 4)
    return out
