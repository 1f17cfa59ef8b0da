"""What a labelled record must satisfy, and what becomes of one that does not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from onsets.datasets.dataset import Dataset, Rows, Waveforms
from onsets.types import Mask, Problem

__all__ = ["checked"]

SHOWN = ("rate_hz", "samples", "p_sample", "s_sample")


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
    rows, reasons = dict(rows), dict(faults or {})
    outside = _outside(rows)
    for mask, words in _rules(rows):
        for i in np.flatnonzero(mask).tolist():
            said = words.format(**{key: rows[key][i] for key in SHOWN})
            reasons.setdefault(i, f"{said}; {outside[i]}" if i in outside else said)
    keep = np.ones(len(rows["name"]), dtype=bool)
    keep[list(reasons)] = False
    problems = []
    for i in sorted({*reasons, *outside}):
        lost = i in reasons
        reason = f"left out: {reasons[i]}" if lost else f"label taken away: {outside[i]}"
        where, station = f"{source}: {rows['name'][i]}", str(rows["station_id"][i])
        problems.append(Problem(where, reason, station, max(0, int(rows["samples"][i])) * lost, lost))
    return Dataset(rows, waveforms, np.arange(len(keep)), tuple(problems)).select(keep)


def _outside(rows: Rows) -> dict[int, str]:
    """Take labels outside their record away, and say which."""
    said: dict[int, str] = {}
    samples = rows["samples"]
    for phase in ("P", "S"):
        at = rows[f"{phase.lower()}_sample"]
        out = ~np.isnan(at) & ~((at >= 0) & (at < samples))
        for i in np.flatnonzero(out).tolist():
            word = f"{phase} at sample {at[i]:g} lies outside its {samples[i]} samples"
            said[i] = f"{said[i]}; {word}" if i in said else word
        rows[f"{phase.lower()}_sample"] = np.where(out, np.nan, at)
    return said


def _rules(rows: Rows) -> list[tuple[Mask, str]]:
    """Return which records break each rule, and how it is said."""
    p, s, rate = rows["p_sample"], rows["s_sample"], rows["rate_hz"]
    bare = np.isnan(p) & np.isnan(s)
    names = np.char.add(np.char.add(rows["dataset"], "/"), rows["name"])
    again = np.ones(len(p), dtype=bool)
    again[np.unique(names, return_index=True)[1]] = False
    return [
        (again, "the name comes again"),
        (~(np.isfinite(rate) & (rate > 0)), "rate {rate_hz:g} Hz, expected a positive number"),
        (rows["samples"] <= 0, "{samples} samples"),
        (s <= p, "S at sample {s_sample:g} is not after P at {p_sample:g}"),
        ((rows["category"] == "noise") & ~bare, "noise with a label"),
        ((rows["category"] == "earthquake") & bare, "an earthquake without P and S label"),
    ]
