"""Windows for calibrating: what the network will see, normalised as it will be."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from onsets.errors import WaveformError
from onsets.spec import Spec
from onsets.types import Float32, Record
from onsets.waveforms import cut, in_band, normalise

__all__ = ["calibration_windows"]


def calibration_windows(records: Iterable[Record], spec: Spec, most: int = 200, seed: int = 0) -> Float32:
    """Return windows of records, at most a few of each, as the network gets them.

    Records to train with or unlabelled ones, never those that the result is judged by.

    Parameters
    ----------
    records : iterable of Record
        At the rate of the Spec.
    spec : Spec
    most : int
        Windows wanted; fewer where the records have fewer.
    seed : int
        Of the drawing: first one window of every record, then the rest.

    Returns
    -------
    ndarray of float32, shape (windows, components, samples)

    Raises
    ------
    WaveformError
        If no record has a window, or one has another rate.
    """
    rng = np.random.default_rng(seed)
    first, rest = [], []
    for record in records:
        if abs(record.rate_hz / spec.rate_hz - 1) > 1e-4:
            raise WaveformError(
                f"{record.station_id} has {record.rate_hz:g} Hz, {spec.name} needs {spec.rate_hz:g} Hz; "
                "resample it first"
            )
        own = [row for w in cut(in_band(record, spec), spec) for row in normalise(w.data, w.valid, spec)]
        order = rng.permutation(len(own))
        first += [own[k] for k in order[:1]]
        rest += [own[k] for k in order[1:4]]
    if not first:
        raise WaveformError(
            f"no record holds a window of {spec.samples} samples to calibrate {spec.name} with"
        )
    drawn = [first[k] for k in rng.permutation(len(first))] + [rest[k] for k in rng.permutation(len(rest))]
    return np.stack(drawn[:most])
