"""What a dataset holds, in numbers a person can check."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from onsets.datasets.dataset import Dataset
from onsets.tables import iso_time

__all__ = ["summary"]


def summary(data: Dataset) -> dict[str, Any]:
    """Return counts and ranges of a dataset as plain JSON.

    Parameters
    ----------
    data : Dataset

    Returns
    -------
    dict
        Numbers of records, stations, events, labels; ``rates_hz``, ``samples``, ``categories`` and
        ``parts`` with how many records have each; ranges (5, 50, 95 %) of S - P, magnitude,
        distance, depth and SNR where known; first and last time; left-out records.
    """
    rows = data.rows
    p, s = ~np.isnan(rows["p_sample"]), ~np.isnan(rows["s_sample"])
    with np.errstate(divide="ignore", invalid="ignore"):
        gap_s = (rows["s_sample"] - rows["p_sample"]) / rows["rate_hz"]
    times = rows["start_ns"][~np.isnat(rows["start_ns"])].astype(np.int64)
    named = ("magnitude", "distance_km", "depth_km", "snr_db")
    return {
        "records": len(data),
        "datasets": _counts(rows["dataset"].tolist()),
        "stations": len(set(rows["station_id"].tolist())),
        "events": len(set(rows["event_id"].tolist()) - {""}),
        "labels": {"P": int(p.sum()), "S": int(s.sum()), "both": int((p & s).sum())},
        "categories": _counts(rows["category"].tolist()),
        "parts": _counts(rows["split"].tolist()),
        "rates_hz": _counts(rows["rate_hz"].tolist()),
        "samples": _counts(rows["samples"].tolist()),
        "start": [iso_time(int(times.min())), iso_time(int(times.max()))] if len(times) else None,
        "s_minus_p_s": _range(gap_s),
        **{name: _range(rows[name]) for name in named},
        "left_out": sum(problem.fatal for problem in data.problems),
        "mended": sum(not problem.fatal for problem in data.problems),
    }


def _counts(values: list[Any]) -> dict[str, int]:
    found = Counter(values).most_common(20)
    return {f"{key:g}" if isinstance(key, float) else str(key) or "unknown": count for key, count in found}


def _range(values: Any) -> list[float] | None:
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    return [round(float(value), 3) for value in np.quantile(known, (0.05, 0.5, 0.95))]
