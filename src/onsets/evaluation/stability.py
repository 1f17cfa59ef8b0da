"""Whether picks stay where they are when a record begins later, so that windows start elsewhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from onsets.picking import Picker
from onsets.types import Record

__all__ = ["stays"]


def stays(
    picker: Picker,
    record: Record,
    later: Sequence[int],
    *,
    sure: float = 0.5,
    near_s: float = 0.02,
    ends_s: tuple[float, float] = (0.0, 0.0),
) -> tuple[int, int]:
    """Pick a record again without its first samples and count the picks that are found again.

    Parameters
    ----------
    picker : Picker
    record : Record
    later : sequence of int
        How many samples the record begins later, each in turn.
    sure : float
        Probability above which a pick of the whole record counts.
    near_s : float
        How far from it one of the same phase may be found, s.
    ends_s : tuple of float
        What is left out after the later begin and before the end, s.

    Returns
    -------
    tuple of int
        Picks that stay, and picks that count, over all later begins.
    """
    stay = count = 0
    whole = picker.pick(record)
    before_ns = record.end_ns - ends_s[1] * 1e9
    for samples in later:
        part = dataclasses.replace(
            record,
            data=record.data[:, samples:],
            valid=record.valid[:, samples:],
            start_ns=record.time_ns(samples),
        )
        again = picker.pick(part)
        kept = (whole.probability > sure) & (whole.time_ns < before_ns)
        kept &= whole.time_ns > part.start_ns + ends_s[0] * 1e9
        for phase, time_ns in zip(whole.phase[kept].tolist(), whole.time_ns[kept].tolist(), strict=True):
            away = np.abs(again.time_ns[again.phase == phase] - time_ns)
            count += 1
            stay += bool((away <= near_s * 1e9).any())
    return stay, count
