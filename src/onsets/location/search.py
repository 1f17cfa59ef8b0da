"""A start for the iteration: nested grids over the misfit of all picks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.earth import LayeredModel, TimeGrid, time_grid
from onsets.location.differential import log_density
from onsets.location.observed import Observed
from onsets.location.options import LocateOptions

__all__ = ["Grids", "search"]

Floats = npt.NDArray[np.float64]
_FIRST = (15, 15, 7)
_NEXT = (7, 7, 7)
_LEVELS = 6
_WIDENINGS = 3
_SPEED_KM_S = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Grids:
    """Travel times of P and S for quick looking up."""

    p: TimeGrid
    s: TimeGrid

    @classmethod
    def of(cls, model: LayeredModel, options: LocateOptions) -> Grids:
        """Make the grids of a model."""
        reach = min(options.far_km * 1.5, 1500.0)
        step = 0.5 if reach <= 50 else 1.0
        p, s = (time_grid(model, phase, options.depths_km[1] + step, reach, step) for phase in "PS")
        return cls(p, s)


def search(observed: Observed, grids: Grids, options: LocateOptions) -> tuple[Floats, bool]:
    """Return the best place of a nested grid search.

    The first grid covers the stations with picks and ``reach_km`` around them; while the best node lies
    on its border the reach is doubled, three times at most. Each next grid spans four cells of the
    one before, around its best node.

    Parameters
    ----------
    observed : Observed
    grids : Grids
    options : LocateOptions

    Returns
    -------
    source : ndarray, shape (3,)
        x, y, depth, km.
    inside : bool
        False when the best node still lies on the border of the widest grid.
    """
    depths = options.depths_km if options.fixed_depth_km is None else (options.fixed_depth_km,) * 2
    reach = options.reach_km
    for _ in range(_WIDENINGS + 1):
        low = np.array([observed.x_km.min() - reach, observed.y_km.min() - reach, depths[0]])
        high = np.array([observed.x_km.max() + reach, observed.y_km.max() + reach, depths[1]])
        best, cell = _best(observed, grids, options, low, high, _FIRST)
        inside = bool(((best[:2] > low[:2] + 1e-9) & (best[:2] < high[:2] - 1e-9)).all())
        if inside:
            break
        reach *= 2
    for _ in range(_LEVELS):
        low, high = best - 2 * cell, best + 2 * cell
        low[2], high[2] = max(low[2], depths[0]), min(high[2], depths[1])
        best, cell = _best(observed, grids, options, low, high, _NEXT)
    return best, inside


def _best(
    observed: Observed,
    grids: Grids,
    options: LocateOptions,
    low: Floats,
    high: Floats,
    nodes: tuple[int, int, int],
) -> tuple[Floats, Floats]:
    """Return the best node of one grid and the size of its cells."""
    axes = [np.linspace(low[i], high[i], nodes[i] if high[i] > low[i] else 1) for i in range(3)]
    flat_x, flat_y = (axis.ravel() for axis in np.meshgrid(axes[0], axes[1], indexing="ij"))
    distance = np.hypot(flat_x[:, None] - observed.x_km, flat_y[:, None] - observed.y_km)
    shear = np.char.startswith(observed.phase, "S")
    # equal differential times are blurred by what they change across a cell, or narrow peaks are missed
    cell = np.array([axis[1] - axis[0] if len(axis) > 1 else 0.0 for axis in axes])
    blur = float(np.linalg.norm(cell)) / 2 / _SPEED_KM_S
    misfit = np.empty((len(axes[2]), len(flat_x)))
    for level, depth in enumerate(axes[2]):
        time = np.empty(distance.shape)
        for grid, mine in ((grids.p, ~shear), (grids.s, shear)):
            if mine.any():
                time[:, mine] = grid.times(distance[:, mine], depth, -observed.depth_km[mine])
        misfit[level] = _misfit(observed, time, options, blur)
    deep, place = divmod(int(np.nanargmin(misfit)), misfit.shape[1])
    return np.array([flat_x[place], flat_y[place], axes[2][deep]]), cell


def _misfit(observed: Observed, time: Floats, options: LocateOptions, blur: float) -> Floats:
    """Return the misfit at each node: of the origin times by L1 or L2, or of equal differential times."""
    time = np.where(np.isnan(time), 1e3, time)
    deviation = observed.deviation_s
    weight = observed.near / deviation + 1e-9
    origin = observed.time_s - time
    if options.method == "edt":
        return -log_density(observed, time, options, blur)
    if options.norm == "l2":
        square = weight**2
        middle = (origin @ square / square.sum())[:, None]
        return np.asarray((origin - middle) ** 2 @ square)
    order = np.argsort(origin, axis=1)
    ordered, shares = np.take_along_axis(origin, order, 1), weight[order].cumsum(axis=1)
    at = (shares < shares[:, -1:] / 2).sum(axis=1)
    middle = ordered[np.arange(len(at)), at][:, None]
    return np.asarray(np.abs(origin - middle) @ weight)
