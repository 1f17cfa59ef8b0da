"""Velocity models by name."""

from __future__ import annotations

from pathlib import Path

from onsets.earth import LayeredModel, read_model
from onsets.errors import ConfigError, nearest

__all__ = ["MODELS", "velocity_model"]

MODELS: dict[str, LayeredModel] = {
    # One column of CRUST1.0 (Laske et al. 2013, EGU2013-2658), as used for synthetics of south-west China.
    "crust1": LayeredModel(
        [0.0, 22.0, 41.9, 50.6],  # type: ignore[arg-type]
        [6.10, 6.30, 7.00, 8.00],  # type: ignore[arg-type]
        [3.55, 3.65, 3.99, 4.45],  # type: ignore[arg-type]
        [2.74, 2.78, 2.95, 3.30],  # type: ignore[arg-type]
        [1000.0] * 4,  # type: ignore[arg-type]
        [500.0] * 4,  # type: ignore[arg-type]
    ),
}
"""Name to model; the four layers of ``crust1`` have Qp 1000 and Qs 500."""


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
