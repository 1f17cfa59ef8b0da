"""Velocity models by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from onsets.earth import LayeredModel, read_model
from onsets.errors import ConfigError, nearest

__all__ = ["MODELS", "velocity_model"]


def _layers(*rows: tuple[float, ...]) -> LayeredModel:
    """Return a model of rows ``depth, vp, vs[, density, Qp, Qs]``."""
    return LayeredModel(*np.array(rows, np.float64).T)


MODELS: dict[str, LayeredModel] = {
    # One column of CRUST1.0 (Laske et al. 2013, EGU2013-2658), as used for synthetics of south-west China.
    "crust1": _layers(
        (0.0, 6.10, 3.55, 2.74, 1000.0, 500.0),
        (22.0, 6.30, 3.65, 2.78, 1000.0, 500.0),
        (41.9, 7.00, 3.99, 2.95, 1000.0, 500.0),
        (50.6, 8.00, 4.45, 3.30, 1000.0, 500.0),
    ),
    # Kennett and Engdahl (1991), doi 10.1111/j.1365-246X.1991.tb06724.x: the crust and top of the mantle.
    "iasp91": _layers((0.0, 5.80, 3.36, 2.72), (20.0, 6.50, 3.75, 2.92), (35.0, 8.04, 4.47, 3.32)),
    # Kennett, Engdahl and Buland (1995), doi 10.1111/j.1365-246X.1995.tb03540.x: the continental crust.
    "ak135": _layers((0.0, 5.80, 3.46, 2.72), (20.0, 6.50, 3.85, 2.92), (35.0, 8.04, 4.48, 3.32)),
    # Southern California: Hadley and Kanamori (1977), doi 10.1130/0016-7606(1977)88<1469:SSOTTR>2.0.CO;2,
    # with the vp/vs of 1.73 of the network's catalogue (Hutton et al. 2010, doi 10.1785/0120090130).
    "socal": _layers((0.0, 5.50, 3.18), (5.5, 6.30, 3.64), (16.0, 6.70, 3.87), (32.0, 7.80, 4.51)),
    # Northern California: GIL7 of Dreger and Romanowicz (1994, USGS Open-File Report 94-176).
    "gil7": _layers(
        (0.0, 3.20, 1.50, 2.28, 600.0, 300.0),
        (1.0, 4.50, 2.40, 2.28, 600.0, 300.0),
        (3.0, 4.80, 2.78, 2.58, 600.0, 300.0),
        (4.0, 5.51, 3.18, 2.58, 600.0, 300.0),
        (5.0, 6.21, 3.40, 2.68, 600.0, 300.0),
        (17.0, 6.89, 3.98, 3.00, 600.0, 300.0),
        (25.0, 7.83, 4.52, 3.26, 600.0, 300.0),
    ),
}
"""Name to model; densities that are not given are Brocher's, and quality factors infinite."""


def velocity_model(name: str) -> LayeredModel:
    """Return a model of :data:`MODELS`, or read one from a table.

    Parameters
    ----------
    name : str
        A name, or the path of a CSV file as :func:`onsets.earth.read_model` reads it.

    Raises
    ------
    ConfigError
        If it is neither, or the table holds an impossible model.
    CatalogueError
        If a cell is no number.

    Examples
    --------
    >>> velocity_model("crust1").layers
    4
    """
    if name in MODELS:
        return MODELS[name]
    if not Path(name).is_file():
        raise ConfigError(f"no velocity model {name!r}: no such file; {nearest(name, list(MODELS))}")
    return read_model(name)
