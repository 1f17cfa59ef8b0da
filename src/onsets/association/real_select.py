"""From many overlapping candidates to events that share no pick."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.association.real_grid import Grids
from onsets.association.real_judge import enough, members, spread
from onsets.association.real_options import RealOptions
from onsets.association.scene import Floats, Found, Ints
from onsets.association.series import Series

__all__ = ["Candidates", "one_each_time", "without_shared_picks"]

_P_TO_S = 1.731  # what turns a P travel time into that of S, as in REAL
_BLOCK = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Origins that passed the thresholds, each array of shape (n,)."""

    origin_s: Floats
    x_km: Floats
    y_km: Floats
    depth_km: Floats
    deviation_s: Floats
    share: Floats

    def take(self, index: npt.NDArray[np.bool_] | Ints) -> Candidates:
        """Return some of them."""
        return Candidates(
            self.origin_s[index],
            self.x_km[index],
            self.y_km[index],
            self.depth_km[index],
            self.deviation_s[index],
            self.share[index],
        )


def one_each_time(candidates: Candidates, interval_s: float) -> Candidates:
    """Keep the best of the candidates that lie closer in time than an interval, ordered by time.

    The better one has the larger sum of weights or, where those differ by less than 1, the smaller
    deviation.
    """
    candidates = candidates.take(np.argsort(candidates.origin_s, kind="stable"))
    time, share = candidates.origin_s, candidates.share
    deviation = candidates.deviation_s
    first = np.searchsorted(time, time - interval_s, side="right")
    last = np.searchsorted(time, time + interval_s, side="left")
    alive = np.ones(len(time), np.bool_)
    for i in range(1, len(time)):
        for k in range(first[i], last[i]):
            if k == i or not alive[k] or not alive[i]:
                continue
            if share[i] > share[k] or (abs(share[i] - share[k]) < 1 and deviation[i] < deviation[k]):
                alive[k] = False
            else:
                alive[i] = False
                break
    return candidates.take(alive)


def without_shared_picks(candidates: Candidates, series: Series, grids: Grids, options: RealOptions) -> Found:
    """Give each candidate its picks, each pick one candidate, and keep those that still suffice.

    Returns
    -------
    found : Found
        ``pick`` is a row of the scene.
    """
    parts = [
        _claims(
            candidates.take(np.arange(begin, min(begin + _BLOCK, len(candidates.origin_s)))),
            series,
            grids,
            options,
        )
        for begin in range(0, len(candidates.origin_s), _BLOCK)
    ]
    if not parts:
        return Found.none()
    chosen, residual, share = (np.concatenate(columns, axis=1) for columns in zip(*parts, strict=True))
    chosen = _undisputed(chosen, residual, share, candidates.deviation_s)
    has = chosen >= 0
    p, s = np.count_nonzero(has[::2], axis=0), np.count_nonzero(has[1::2], axis=0)
    both = np.count_nonzero(has[::2] & has[1::2], axis=0)
    weight = (share * has[::2]).sum(axis=0) + (share * has[1::2]).sum(axis=0)
    _, deviation = spread(np.where(has, residual, np.inf), p + s)
    good = enough(p, s, both, weight, options) & (deviation <= (options.deviation_s or np.inf))
    event, row = np.nonzero(has.T)
    found = Found(
        candidates.origin_s,
        candidates.x_km,
        candidates.y_km,
        candidates.depth_km,
        event.astype(np.int64),
        series.pick[chosen[row, event]],
    )
    return found.keep(good)


def _claims(
    candidates: Candidates, series: Series, grids: Grids, options: RealOptions
) -> tuple[Ints, Floats, Floats]:
    """Return the picks, residuals and distance weights of candidates, outliers left out."""
    times, distance = grids.at(candidates.x_km, candidates.y_km, candidates.depth_km)
    limit = options.outlier * candidates.deviation_s
    chosen = members(series, times, candidates.origin_s, options, limit)
    residual = series.time_s[chosen] - candidates.origin_s - times
    scale = np.where(np.arange(len(times)) % 2 == 0, _P_TO_S, 1.0)[:, None]
    travelled = (series.time_s[chosen] - candidates.origin_s) * scale
    nearest = np.where(chosen >= 0, travelled, np.inf).min(axis=0) * options.s_velocity_km_s
    chosen[:, nearest > options.nearest * grids.reach_km] = -1
    for _ in range(2):
        chosen[travelled > _farthest(np.where(chosen >= 0, travelled, np.inf), options)] = -1
    return chosen, residual, grids.share(distance)


def _farthest(travelled_s: Floats, options: RealOptions) -> Floats:
    """Return the S travel time beyond which a pick is far from all others, shape (events,)."""
    there = np.isfinite(travelled_s)
    count = np.count_nonzero(there, axis=0)
    median, _ = spread(travelled_s, count)
    longest = np.argmax(np.where(there, travelled_s, -np.inf), axis=0)
    columns = np.arange(len(count))
    with np.errstate(invalid="ignore"):
        squares = np.where(there, (travelled_s - median) ** 2, 0.0)
    squares[longest, columns] = 0.0
    deviation = np.sqrt(squares.sum(axis=0) / np.maximum(count - 1, 1))
    return np.where(count > 0, median + 0.75 * options.outlier * deviation, np.inf)


def _undisputed(chosen: Ints, residual: Floats, share: Floats, deviation_s: Floats) -> Ints:
    """Give a pick that several events claim to the one of the largest weight."""
    has = chosen >= 0
    total = (share * has[::2]).sum(axis=0) + (share * has[1::2]).sum(axis=0)
    row, event = np.nonzero(has)
    order = np.lexsort((event, chosen[row, event]))
    row, event = row[order], event[order]
    pick = chosen[row, event]
    out = chosen.copy()
    holder = 0
    for i in range(1, len(pick)):
        if pick[i] != pick[holder]:
            holder = i
            continue
        old, new = event[holder], event[i]
        if total[old] < total[new] and residual[row[i], new] < 2 * deviation_s[new]:
            out[row[holder], old] = -1
            holder = i
        else:
            out[row[i], new] = -1
    return out
