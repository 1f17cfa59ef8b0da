"""Travel times read off a table of depth and distance, where millions are needed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from onsets.earth.model import LayeredModel
from onsets.earth.travel_times import travel_times
from onsets.errors import CatalogueError, ConfigError

__all__ = ["TimeGrid", "time_grid"]

Floats = npt.NDArray[np.float64]
_VERSION = 1
_PROBES = 4000


@dataclass(frozen=True, slots=True, eq=False)
class TimeGrid:
    """First arrivals of one phase at receivers near sea level, on a regular grid.

    Attributes
    ----------
    depth_km, distance_km : ndarray of float64
        Regular axes, from their first to their last element.
    time_s, receiver_slope_s_km : ndarray of float64, shape (depths, distances)
        For a receiver at sea level; the slope carries times to a receiver's own elevation.
    error_s : tuple of float
        Largest and 99th percentile of |grid - tracer| at 4,000 random places between the nodes, with
        receivers at random elevations of 0 to 1 km and sources from 1 km below sea level downwards.
        Around shallower sources next to a high station it is up to 0.1 s: use the tracer there.
    """

    depth_km: Floats
    distance_km: Floats
    time_s: Floats
    receiver_slope_s_km: Floats
    error_s: tuple[float, float] = (float("nan"), float("nan"))

    def times(self, distance_km: Any, depth_km: Any, elevation_km: Any = 0.0) -> Floats:
        """Return travel times (s), bilinear between the nodes.

        Parameters
        ----------
        distance_km, depth_km, elevation_km : float or ndarray
            Broadcast. The elevation of the receiver enters to first order.

        Returns
        -------
        ndarray of float64
            NaN outside of the grid.
        """
        x, z, up = np.broadcast_arrays(
            *(np.asarray(value, np.float64) for value in (distance_km, depth_km, elevation_km))
        )
        columns = (x - self.distance_km[0]) / (self.distance_km[1] - self.distance_km[0])
        rows = (z - self.depth_km[0]) / (self.depth_km[1] - self.depth_km[0])
        last_row, last_column = len(self.depth_km) - 1, len(self.distance_km) - 1
        inside = (rows >= 0) & (rows <= last_row) & (columns >= 0) & (columns <= last_column)
        row = np.clip(np.nan_to_num(rows).astype(np.int64), 0, last_row - 1)
        column = np.clip(np.nan_to_num(columns).astype(np.int64), 0, last_column - 1)
        down, right = rows - row, columns - column
        corner = row * len(self.distance_km) + column

        def blend(values: Floats) -> Floats:
            flat = values.ravel()
            upper = flat[corner] * (1 - right) + flat[corner + 1] * right
            lower = corner + len(self.distance_km)
            return np.asarray(
                upper * (1 - down) + (flat[lower] * (1 - right) + flat[lower + 1] * right) * down
            )

        found = blend(self.time_s)
        if np.any(up):
            found = found - up * blend(self.receiver_slope_s_km)
        return np.where(inside, found, np.nan)


def time_grid(
    model: LayeredModel,
    phase: str,
    deepest_km: float,
    farthest_km: float,
    step_km: float = 0.5,
    folder: str | Path | None = None,
) -> TimeGrid:
    """Make (or take from the cache) the grid of a model and phase.

    Grids are cached in memory by a hash of the model, the phase and the axes, the last 16 of them, and
    in a folder as well if one is given.

    Parameters
    ----------
    model : LayeredModel
    phase : str
        As in :func:`onsets.earth.travel_times`.
    deepest_km, farthest_km : float
        The grid reaches from the top of the model or 3 km above sea level, whichever is higher, to
        this depth, and from 0 to this distance, both rounded up to whole steps.
    step_km : float
        Between nodes, both ways. The error grows with its square: see ``TimeGrid.error_s``.
    folder : str or Path, optional
        Where grids are kept between runs, as ``HASH.npz``.

    Raises
    ------
    ConfigError
        If a step or reach is not above 0, or the folder does not exist.
    CatalogueError
        If a kept grid is damaged.
    """
    if not (step_km > 0 and farthest_km > 0 and np.isfinite([deepest_km, farthest_km, step_km]).all()):
        raise ConfigError(
            f"travel-time grid of step {step_km:g} km to {farthest_km:g} km distance and {deepest_km:g} km "
            "depth; expected numbers above 0"
        )
    highest = np.floor(min(-3.0, model.depth_km[0]) / step_km) * step_km
    nodes = (
        2 + int(np.ceil(max(deepest_km - highest, step_km) / step_km)),
        2 + int(np.ceil(farthest_km / step_km)),
    )
    columns = tuple(tuple(one.tolist()) for one in (model.depth_km, model.vp_km_s, model.vs_km_s))
    return _cached(columns, phase, (highest, step_km, *nodes), None if folder is None else str(folder))


@lru_cache(maxsize=16)
def _cached(
    columns: tuple[tuple[float, ...], ...],
    phase: str,
    axes: tuple[float, float, int, int],
    folder: str | None,
) -> TimeGrid:
    if folder is None:
        return _made(LayeredModel(*map(np.array, columns)), phase, axes)
    if not Path(folder).is_dir():
        raise ConfigError(f"folder {folder} for travel-time grids does not exist; make it first")
    name = hashlib.sha256(repr((_VERSION, columns, phase, axes)).encode()).hexdigest()[:32]
    path = Path(folder, f"{name}.npz")
    if path.exists():
        return _kept(path, axes)
    grid = _made(LayeredModel(*map(np.array, columns)), phase, axes)
    draft = path.with_suffix(".tmp.npz")
    np.savez(
        draft,
        time_s=grid.time_s,
        receiver_slope_s_km=grid.receiver_slope_s_km,
        error_s=np.array(grid.error_s),
    )
    draft.replace(path)
    return grid


def _axes(axes: tuple[float, float, int, int]) -> tuple[Floats, Floats]:
    highest, step, depths, distances = axes
    return highest + step * np.arange(depths), step * np.arange(distances)


def _kept(path: Path, axes: tuple[float, float, int, int]) -> TimeGrid:
    depth, distance = _axes(axes)
    try:
        with np.load(path, allow_pickle=False) as arrays:
            time, slope, error = arrays["time_s"], arrays["receiver_slope_s_km"], arrays["error_s"]
    except (OSError, ValueError, KeyError, BadZipFile) as error_read:
        raise CatalogueError(f"travel-time grid {path} is damaged: {error_read}; delete it") from error_read
    if not time.shape == slope.shape == (len(depth), len(distance)):
        raise CatalogueError(f"travel-time grid {path} has shape {time.shape}; delete it")
    return TimeGrid(depth, distance, time, slope, (float(error[0]), float(error[1])))


def _made(model: LayeredModel, phase: str, axes: tuple[float, float, int, int]) -> TimeGrid:
    depth, distance = _axes(axes)
    arrivals = travel_times(model, phase, distance[None, :], depth[:, None], 0.0)
    grid = TimeGrid(depth, distance, arrivals.time_s, arrivals.receiver_slope_s_km)
    rng = np.random.default_rng(0)
    x = rng.uniform(distance[0], distance[-1], _PROBES)
    z, up = rng.uniform(min(1.0, depth[-2]), depth[-1], _PROBES), rng.uniform(0, 1, _PROBES)
    wrong = np.abs(grid.times(x, z, up) - travel_times(model, phase, x, z, -up).time_s)
    error = (float(wrong.max()), float(np.percentile(wrong, 99)))
    return TimeGrid(depth, distance, grid.time_s, grid.receiver_slope_s_km, error)
