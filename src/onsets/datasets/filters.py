"""Which records a paper trained on: named filters, each a function from columns to a mask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from onsets.datasets.dataset import Dataset, Rows
from onsets.errors import CatalogueError, ConfigError, nearest
from onsets.types import Mask

__all__ = ["FILTERS", "chosen", "lppn_region", "manual", "msnet"]

Range = tuple[float, float]


def _within(values: Any, low_high: Range) -> Mask:
    with np.errstate(invalid="ignore"):
        return np.asarray((values >= low_high[0]) & (values <= low_high[1]))


def manual(rows: Rows) -> Mask:
    """Keep records whose P and S were both picked by hand.

    Parameters
    ----------
    rows : dict of ndarray

    Returns
    -------
    ndarray of bool
        False for noise and where the status is unknown.
    """
    return np.asarray((rows["p_status"] == "manual") & (rows["s_status"] == "manual"))


def msnet(
    rows: Rows,
    *,
    magnitude: Range = (-1.0, 3.5),
    s_minus_p_s: Range = (0.5, 15.0),
    depth_to_distance: Range = (0.05, 5.0),
) -> Mask:
    """Keep what MSNet trains on: manual picks of events that look like microseismic ones.

    Parameters
    ----------
    rows : dict of ndarray
    magnitude : (float, float)
        Lowest and highest.
    s_minus_p_s : (float, float)
        Lowest and highest S - P, s.
    depth_to_distance : (float, float)
        Lowest and highest depth over epicentral distance.

    Returns
    -------
    ndarray of bool
        False where one of the quantities is unknown, and for noise.

    Notes
    -----
    As printed: only manual picks, and limits on magnitude, on S - P and on the ratio of depth to
    epicentral distance, by which 142,000 records of STEAD remain. The limits themselves are not
    printed; the defaults are ours: small events whose P and S lie well within 60 s, and paths that
    are neither vertical nor grazing.

    References
    ----------
    Feng et al. (2023). IEEE Geosci. Remote Sens. Lett. 20, 7505105. doi:10.1109/LGRS.2023.3314029
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        gap_s = (rows["s_sample"] - rows["p_sample"]) / rows["rate_hz"]
        ratio = rows["depth_km"] / rows["distance_km"]
    return (
        manual(rows)
        & _within(rows["magnitude"], magnitude)
        & _within(gap_s, s_minus_p_s)
        & _within(ratio, depth_to_distance)
    )


def lppn_region(rows: Rows, *, longitude: Range = (-126.0, -118.0), latitude: Range = (34.0, 41.0)) -> Mask:
    """Keep what LPPN trains on: stations and sources in Northern California, and all noise.

    Parameters
    ----------
    rows : dict of ndarray
    longitude, latitude : (float, float)
        Western and eastern, southern and northern edge, degrees.

    Returns
    -------
    ndarray of bool
        False for an earthquake whose station or source is unknown.

    References
    ----------
    Yu and Wang (2022). LPPN: A Lightweight Network for Fast Phase Picking. Seismological Research
    Letters. doi:10.1785/0220210309
    """
    inside = np.ones(len(rows["name"]), dtype=bool)
    for what in ("station", "source"):
        inside &= _within(rows[f"{what}_longitude"], longitude)
        inside &= _within(rows[f"{what}_latitude"], latitude)
    return np.asarray(inside | (rows["category"] == "noise"))


FILTERS: dict[str, Callable[..., Mask]] = {"manual": manual, "msnet": msnet, "lppn-region": lppn_region}
"""Name -> filter."""


def chosen(data: Dataset, name: str, **limits: Any) -> Dataset:
    """Return the records a named filter keeps.

    Parameters
    ----------
    data : Dataset
    name : str
        One of :data:`FILTERS`.
    **limits
        Of the filter.

    Raises
    ------
    ConfigError
        If there is no such filter or limit.
    CatalogueError
        If it keeps nothing.
    """
    if name not in FILTERS:
        raise ConfigError(f"unknown filter {name!r}; {nearest(name, list(FILTERS))}")
    known = list(FILTERS[name].__kwdefaults__ or ())
    for key in limits:
        if key not in known:
            hint = nearest(key, known) if known else "it has none"
            raise ConfigError(f"unknown limit {key!r} of filter {name!r}; {hint}")
    found = data.select(FILTERS[name](data.rows, **limits))
    if not len(found):
        raise CatalogueError(f"filter {name!r} keeps none of {len(data)} records; are its columns known?")
    return found
