"""What a labelled record must satisfy, and what becomes of one that does not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from onsets.datasets.dataset import Dataset, Rows, Waveforms
from onsets.types import Problem

__all__ = ["checked"]


def checked(
    rows: Rows,
    waveforms: Waveforms,
    source: str,
    faults: Mapping[int, str] | None = None,
) -> Dataset:
    """Make a dataset of the records that can be used; the others become problems.

    Parameters
    ----------
    rows : dict of ndarray
        All columns; row ``k`` belongs to record ``k`` of ``waveforms``.
    waveforms : Waveforms
    source : str
        Where they come from, for messages.
    faults : dict, optional
        Row -> why its cells could not be read.

    Returns
    -------
    Dataset

    Notes
    -----
    Left out (a fatal problem): cells that are no number or time, a rate that is not positive, no
    samples, a name that comes again, S not after P, noise that has a label, and an earthquake none of
    whose labels lies in the record, since such a record would teach that an onset is noise. A label
    outside the record is taken away, the record kept, and a problem says so. A missing P or S is no
    problem.
    """
    count = len(rows["name"])
    reasons: dict[int, str] = dict(faults or {})
    rows = dict(rows)
    samples, outside = rows["samples"], {}
    for phase in ("p", "s"):
        at = rows[f"{phase}_sample"].copy()
        out = ~np.isnan(at) & ~((at >= 0) & (at < samples))
        for i in np.flatnonzero(out).tolist():
            word = f"{phase.upper()} at sample {at[i]:g} lies outside its {samples[i]} samples"
            outside[i] = f"{outside[i]}; {word}" if i in outside else word
        at[out] = np.nan
        rows[f"{phase}_sample"] = at
    p, s = rows["p_sample"], rows["s_sample"]
    bare = np.isnan(p) & np.isnan(s)
    names = np.char.add(np.char.add(rows["dataset"], "/"), rows["name"])
    _, firsts = np.unique(names, return_index=True)
    again = np.ones(count, dtype=bool)
    again[firsts] = False
    rate = rows["rate_hz"]
    with np.errstate(invalid="ignore"):
        rules = (
            (again, lambda i: "the name comes again"),
            (~(np.isfinite(rate) & (rate > 0)), lambda i: f"rate {rate[i]:g} Hz, expected a positive number"),
            (samples <= 0, lambda i: f"{samples[i]} samples"),
            (s <= p, lambda i: f"S at sample {s[i]:g} is not after P at {p[i]:g}"),
            ((rows["category"] == "noise") & ~bare, lambda i: "noise with a label"),
            (
                (rows["category"] == "earthquake") & bare,
                lambda i: outside.get(i, "an earthquake without P and S label"),
            ),
        )
    for mask, reason in rules:
        for i in np.flatnonzero(mask).tolist():
            reasons.setdefault(i, reason(i))
    keep = np.ones(count, dtype=bool)
    keep[list(reasons)] = False
    problems = []
    for i in sorted({*reasons, *outside}):
        where, lost = f"{source}: {rows['name'][i]}", i in reasons
        reason = f"left out: {reasons[i]}" if lost else f"label taken away: {outside[i]}"
        station, size = str(rows["station_id"][i]), int(samples[i]) if lost else 0
        problems.append(Problem(where, reason, station, max(0, size), lost))
    return Dataset(rows, waveforms, np.arange(count), tuple(problems)).select(keep)
