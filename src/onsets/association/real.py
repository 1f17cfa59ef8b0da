"""REAL: rapid earthquake association and location, as a vectorised grid search.

Every P pick may be the first sight of an event near its station. For each node of a grid around that
station the origin time follows, hence when P and S should come to every other station; the picks that
come within a window are counted. The node with most picks, of those the one whose picks agree best,
is a candidate if it passes the thresholds. At last candidates at one time and picks that two events
claim are settled.

Rules and thresholds are those of the paper and of the program's options R, V and S. What differs:

- A raster of all windows counts all nodes by one look-up a station, phase and node; only the nodes
  that may be best are then judged by exact times. The result is that of counting each.
- Nodes lie in kilometres, not degrees, and times come from any layered model.
- With ``refine`` an event is moved from its node to the best place near it.
- Removing outliers does not skip the pick behind a removed one.

References
----------
Zhang, M., Ellsworth, W. L. and Beroza, G. C. (2019). Rapid earthquake association and location.
SRL 90, 2276-2284, doi 10.1785/0220190052.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from onsets.association.real_count import Raster, thin
from onsets.association.real_grid import Around, Grids
from onsets.association.real_judge import Verdict, best_of, judge
from onsets.association.real_options import RealOptions
from onsets.association.real_select import Candidates, one_each_time, without_shared_picks
from onsets.association.scene import Floats, Found, Ints, Scene
from onsets.association.series import Series

__all__ = ["search"]


def search(scene: Scene, options: RealOptions) -> Found:
    """Find events by REAL's grid search.

    Parameters
    ----------
    scene : Scene
    options : RealOptions
        With ``range_km``, ``grid_km``, ``largest_distance_km`` and ``picks`` settled.

    Returns
    -------
    Found
        Ordered by time; no pick belongs to two events.
    """
    windows = (options.cell_km / options.p_velocity_km_s, options.cell_km / options.s_velocity_km_s)
    series = Series.of(scene, thin(scene, windows))
    grids = Grids(scene, options)
    rows = list(_candidates(scene, series, grids, options)) or np.empty((0, 6))
    interval = options.interval_s or 2 * options.windows_s[0]
    return without_shared_picks(
        one_each_time(Candidates(*np.array(rows, np.float64).T), interval), series, grids, options
    )


def _candidates(
    scene: Scene, series: Series, grids: Grids, options: RealOptions
) -> Iterator[tuple[float, float, float, float, float, float]]:
    """Yield origin, place, deviation and weight of the best node of each P that passes."""
    starts = np.flatnonzero(series.series % 2 == 0)
    starts = starts[np.argsort(series.time_s[starts], kind="stable")]
    if not len(starts):
        return
    pad_s = _longest_s(scene, grids) + 2 * options.windows_s[1]
    raster = Raster(2 * scene.stations, options.windows_s, 6 * pad_s)
    fresh = np.ones(len(series.time_s), np.bool_)
    drawn_to = -np.inf
    for index in starts.tolist():
        time = float(series.time_s[index])
        if time > drawn_to:
            raster.draw(series, time - pad_s)
            drawn_to = time + raster.seconds - 2 * pad_s
        if not fresh[index]:
            continue
        fresh[index] = False
        station = int(series.series[index]) // 2
        around = grids.around(station)
        counts = raster.count(station, around, time)
        best = _best(series, around, time, counts, options)
        if best is None:
            continue
        node, verdict = best
        yield (
            float(verdict.origin_s[0]),
            float(around.x_km[node]),
            float(around.y_km[node]),
            float(around.depth_km[node]),
            float(verdict.deviation_s[0]),
            float(verdict.share[0]),
        )
        _forget(series, around.times_s[::2, node] + verdict.origin_s[0], fresh, options)


def _longest_s(scene: Scene, grids: Grids) -> float:
    """Return a travel time that no used pair of node and station exceeds, s."""
    highest = np.array(scene.elevation_km.max())
    return 1.1 * float(np.max(scene.travel(1, np.array(grids.reach_km), grids.depths_km, highest)))


def _best(
    series: Series, around: Around, time_s: float, counts: npt.NDArray[np.uint16], options: RealOptions
) -> tuple[int, Verdict] | None:
    """Return the node with most picks and what it explains, None if that is too little."""
    most = int(counts.max())
    if most < max(options.picks or 0, options.p_picks + (options.s_picks or 0)):
        return None
    nodes = np.flatnonzero(counts == most)
    verdict = _judge(series, around, time_s, nodes, options)
    least = int(verdict.count.max())
    if least < most:
        nodes = np.flatnonzero(counts >= max(least, 1))
        verdict = _judge(series, around, time_s, nodes, options)
    best = best_of(verdict)
    if not verdict.deviation_s[best] <= (options.deviation_s or np.inf):
        return None
    one = slice(best, best + 1)
    chosen = Verdict(verdict.count[one], verdict.origin_s[one], verdict.deviation_s[one], verdict.share[one])
    return int(nodes[best]), chosen


def _judge(series: Series, around: Around, time_s: float, nodes: Ints, options: RealOptions) -> Verdict:
    origin = time_s - around.own_s[nodes]
    return judge(series, around.times_s[:, nodes], around.share[:, nodes], origin, options)


def _forget(series: Series, predicted_s: Floats, fresh: npt.NDArray[np.bool_], options: RealOptions) -> None:
    """Let no further search start from the P picks close to an event's predictions."""
    half = options.forget * options.cell_km / options.p_velocity_km_s / 2
    rows = np.flatnonzero(~np.isnan(predicted_s))
    index = series.after(2 * rows, predicted_s[rows] - half)
    for row, one in zip(rows.tolist(), index.tolist(), strict=True):
        if (
            one < len(fresh)
            and series.series[one] == 2 * row
            and series.time_s[one] < predicted_s[row] + half
        ):
            fresh[one] = False
