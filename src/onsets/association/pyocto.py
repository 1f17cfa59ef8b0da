"""PyOcto behind our interface: the one file that knows it and its DataFrames.

PyOcto looks for events by splitting space and time into ever smaller boxes and keeping those that enough
picks can come from. It runs here in our frame of kilometres and seconds, with travel times of our own
tracer, so that neither a projection nor its (GPL) table maker is needed.

References
----------
Münchmeyer, J. (2024). PyOcto: a high-throughput seismic phase associator. Seismica 3(1),
doi 10.26443/seismica.v3i1.1130.
"""

from __future__ import annotations

import logging
import os
import struct
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from onsets.association.pyocto_options import PyoctoOptions
from onsets.association.scene import Floats, Found, Scene
from onsets.errors import MissingExtraError

__all__ = ["search"]

_STEP_KM = 0.5


def search(scene: Scene, options: PyoctoOptions) -> Found:
    """Find events with PyOcto.

    Parameters
    ----------
    scene : Scene
    options : PyoctoOptions
        With nothing left None.

    Returns
    -------
    Found

    Raises
    ------
    MissingExtraError
        If PyOcto is not installed.
    """
    try:
        import pandas
        import pyocto
    except ImportError as error:
        raise MissingExtraError("pyocto", "association", "associating by pyocto") from error
    picks = pandas.DataFrame(
        {
            "station": scene.station.astype(str),
            "time": scene.time_s,
            "phase": np.where(scene.phase == 0, "P", "S"),
        }
    )
    stations = pandas.DataFrame(
        {
            "id": [str(row) for row in range(scene.stations)],
            "x": scene.x_km,
            "y": scene.y_km,
            "z": -scene.elevation_km,
        }
    )
    logger = logging.getLogger("pyocto")
    level = logger.level
    with tempfile.TemporaryDirectory(prefix="onsets-") as folder:
        path = Path(folder, "times")
        _write_times(scene, options, path)
        logger.setLevel(logging.ERROR)  # it warns of thresholds that the engine raises by itself
        try:
            found, assigned = _engine(pyocto, scene, options, path).associate(picks, stations)
        finally:
            logger.setLevel(level)
    if not len(found):
        return Found.none()
    event = np.searchsorted(np.sort(found["idx"]), assigned["event_idx"].to_numpy())
    found = found.sort_values("idx")
    time, x, y, z = (found[name].to_numpy(np.float64) for name in ("time", "x", "y", "z"))
    return Found(time, x, y, z, event.astype(np.int64), assigned["pick_idx"].to_numpy(np.int64))


def _engine(pyocto: Any, scene: Scene, options: PyoctoOptions, path: Path) -> Any:
    speed = 1 / _slowness(scene, options.depth_km / 2)
    tolerance = options.tolerance_s or 0.0
    model = pyocto.VelocityModel1D(
        str(path), tolerance, options.largest_distance_km, float(speed[0]), float(speed[1])
    )
    margin = options.margin_km or 0.0
    reach = np.array(min(options.largest_distance_km or np.inf, _widest_km(scene, options)))
    longest = float(scene.travel(1, reach, np.array(options.depth_km), np.array(0.0)))
    return pyocto.OctoAssociator(
        xlim=(float(scene.x_km.min() - margin), float(scene.x_km.max() + margin)),
        ylim=(float(scene.y_km.min() - margin), float(scene.y_km.max() + margin)),
        zlim=(0.0, float(options.depth_km)),
        velocity_model=model,
        time_before=longest + tolerance,
        min_node_size=options.node_km,
        min_node_size_location=options.place_km,
        pick_match_tolerance=options.match_s,
        min_interevent_time=options.interval_s,
        n_picks=options.picks,
        n_p_picks=options.p_picks,
        n_s_picks=options.s_picks,
        n_p_and_s_picks=options.both,
        min_pick_fraction=options.near_share,
        time_slicing=options.slice_s,
        queue_memory_protection_dfs_size=options.queue,
        n_threads=options.threads or os.cpu_count() or 1,
    )


def _slowness(scene: Scene, depth_km: float) -> Floats:
    """Return the slowness of P and S under the stations, s/km: what a kilometre of elevation adds."""
    zero, depth, up = np.array(0.0), np.array(depth_km), np.array([0.0, 1.0])
    return np.array([np.diff(scene.travel(phase, zero, depth, up))[0] for phase in (0, 1)])


def _widest_km(scene: Scene, options: PyoctoOptions) -> float:
    """Return the longest way from the searched box to a station."""
    margin = 2 * (options.margin_km or 0.0)
    return float(np.hypot(np.ptp(scene.x_km) + margin, np.ptp(scene.y_km) + margin))


def _write_times(scene: Scene, options: PyoctoOptions, path: Path) -> None:
    """Write the travel times from the surface as PyOcto reads them: nodes, step, P, S by distance, depth."""
    distance = np.arange(0.0, _widest_km(scene, options) + 2 * _STEP_KM, _STEP_KM)
    depth = np.arange(0.0, options.depth_km + 2 * _STEP_KM, _STEP_KM)
    with open(path, "wb") as file:
        file.write(struct.pack("iid", len(distance), len(depth), _STEP_KM))
        for phase in (0, 1):
            times = scene.travel(phase, distance[:, None], depth, np.array(0.0))
            file.write(np.ascontiguousarray(times, np.float64).tobytes())
