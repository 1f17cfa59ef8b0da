"""The nouns every room speaks: one frozen dataclass for one thing.

Axes are always ``(batch, components, samples)``; times are integer nanoseconds UTC; rates are in
Hz; component order is Z N E unless a Spec says otherwise. Unknown is ``None`` or NaN.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "COMPONENTS",
    "Curve",
    "Float32",
    "Mask",
    "Pick",
    "Problem",
    "Record",
    "Sample",
    "Trace",
    "Windows",
]

COMPONENTS = "ZNE"
"""Order of the rows of a Record."""

Float32 = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """One contiguous run of samples of one channel, as a file holds it.

    Attributes
    ----------
    station_id : str
        ``NET.STA.LOC``; an empty location keeps the last dot.
    channel : str
        Channel code as read, such as ``HHZ``.
    start_ns : int
        Time of the first sample, ns since 1970 UTC.
    rate_hz : float
        Samples a second, > 0.
    data : ndarray, shape (samples,)
        Integers or floats as stored.
    source : str
        The file (or server) it came from, for messages.
    """

    station_id: str
    channel: str
    start_ns: int
    rate_hz: float
    data: npt.NDArray[Any]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be used, kept so that nothing is lost silently.

    Attributes
    ----------
    where : str
        Station, channel or file.
    reason : str
        What failed, got -> expected, what to do.
    station_id : str
        ``NET.STA.LOC`` when known, else empty.
    samples : int
        Number of samples given up (0 when unknown).
    fatal : bool
        True when data asked for was lost (a file or station failed: exit code 1);
        False for a repaired or harmless matter (masked NaN, merged overlap).
    time_ns : int or None
        When it begins, ns UTC, if known: the ledger books it to that day.
    """

    where: str
    reason: str
    station_id: str = ""
    samples: int = 0
    fatal: bool = False
    time_ns: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """All components of one station on one time grid.

    Attributes
    ----------
    station_id : str
        ``NET.STA.LOC``.
    channel_prefix : str
        Band and instrument code, such as ``HH``.
    data : ndarray of float32, shape (3, samples)
        Rows Z, N, E; an absent component is zeros. Masked samples are zeros. Unit as read.
    valid : ndarray of bool, shape (3, samples)
        False in gaps, on conflicting overlaps, NaN or Inf, and everywhere on absent components.
    start_ns : int
        Time of sample 0, ns since 1970 UTC.
    rate_hz : float
        Samples a second.
    flags : frozenset of str
        Of the whole record: ``1C``, ``2C``, ``dead``, ``clipped``, ``resampled``, ``short``, ``gap``...
    channels : tuple of str
        The channel code behind each row, empty where absent.
    """

    station_id: str
    channel_prefix: str
    data: Float32
    valid: Mask
    start_ns: int
    rate_hz: float
    flags: frozenset[str] = frozenset()
    channels: tuple[str, str, str] = ("", "", "")

    @property
    def samples(self) -> int:
        """Number of samples of each component."""
        return int(self.data.shape[1])

    @property
    def end_ns(self) -> int:
        """Time of the last sample, ns since 1970 UTC."""
        return self.time_ns(self.samples - 1)

    @property
    def live(self) -> Mask:
        """Which of Z, N, E hold at least one valid sample, shape (3,)."""
        return np.asarray(self.valid.any(axis=1))

    def time_ns(self, sample: float) -> int:
        """Return the time of a (fractional) sample index, ns since 1970 UTC."""
        return self.start_ns + round(sample * 1e9 / self.rate_hz)


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Equal cuts of a Record, as views where possible.

    Attributes
    ----------
    data : ndarray of float32, shape (windows, components, samples)
        Not normalised; masked and padded samples are zeros.
    valid : ndarray of bool, shape (windows, components, samples)
        Mask of the samples that were recorded.
    starts : ndarray of int64, shape (windows,)
        Index of each window's first sample in the record; negative where padded in front.
    """

    data: Float32
    valid: Mask
    starts: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A characteristic function: a network's probabilities or a classical picker's ratio.

    Attributes
    ----------
    station_id, channel_prefix : str
        As in the Record.
    labels : tuple of str
        One name a row: ``P``, ``S``, ``detection``.
    values : ndarray of float32, shape (labels, n)
        Probability (0 to 1) or ratio; 0 where not computed.
    start_ns : int
        Time of value 0, ns since 1970 UTC.
    rate_hz : float
        Values a second.
    kind : str
        ``probability`` or ``ratio``.
    offsets_s : ndarray of float32, shape (labels, n), or None
        Seconds from the time of a value to the onset it speaks of (per-segment networks only).
    model : str
        Which network or picker made it.
    """

    station_id: str
    channel_prefix: str
    labels: tuple[str, ...]
    values: Float32
    start_ns: int
    rate_hz: float
    kind: str = "probability"
    offsets_s: Float32 | None = None
    model: str = ""

    def row(self, label: str) -> Float32:
        """Return the values of one label, shape (n,)."""
        return np.asarray(self.values[self.labels.index(label)])


@dataclass(frozen=True, slots=True)
class Pick:
    """One onset at one station; a row of :class:`onsets.tables.Picks`.

    ``probability``, ``uncertainty_s``, ``snr_db`` and ``amplitude`` are NaN when unknown;
    ``polarity`` is ``U``, ``D`` or empty.
    """

    station_id: str
    channel_prefix: str
    phase: str
    time_ns: int
    probability: float = float("nan")
    uncertainty_s: float = float("nan")
    snr_db: float = float("nan")
    amplitude: float = float("nan")
    polarity: str = ""
    model: str = ""
    flags: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One labelled record of a dataset.

    Attributes
    ----------
    name : str
        Unique in its dataset.
    dataset, station_id, event_id : str
        ``event_id`` is what a split must not cut through; empty when the record holds noise only.
    data : ndarray of float32, shape (3, samples)
        Rows Z N E; absent components are zeros.
    rate_hz : float
        Samples a second.
    arrivals : dict
        Sample index (fractional) of each labelled phase; a phase that may be there without a label
        is missing.
    """

    name: str
    dataset: str
    station_id: str
    event_id: str
    data: Float32
    rate_hz: float
    arrivals: dict[str, float] = field(default_factory=dict)
